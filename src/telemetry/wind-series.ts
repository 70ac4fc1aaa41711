import { metricKind } from './metric-kind.ts';
import { quantityOf } from './units.ts';

interface NamedMetric {
  readonly metric: string;
  readonly unit: string | null;
}

const WIND = /^wind_?/;
const GUST = /gust/;

/** Which metrics of a station are its wind: where it comes from, and how fast it is; not those of gusts. */
export interface WindSeries<T> {
  readonly direction: T;
  readonly speed: T;
}

/** @returns `undefined`: it has none, or one of the two alone */
export function findWind<T extends NamedMetric>(metrics: readonly T[]): WindSeries<T> | undefined {
  const wind = metrics
    .filter(({ metric }) => WIND.test(metric) && !GUST.test(metric))
    .toSorted((a, b) => rank(a.metric) - rank(b.metric) || (a.metric < b.metric ? -1 : 1));
  const direction = wind.find(({ metric, unit }) => metricKind(metric, unit) === 'direction');
  const speed = wind.find(isSpeed);
  return direction === undefined || speed === undefined ? undefined : { direction, speed };
}

/**
 * Of a station with several sensors that which is looked at: of the metrics that are shown, or of those that are called alike
 * (`wind_dir.roof` and `wind_speed.roof`).
 */
export function findShownWind<T extends NamedMetric>(
  metrics: readonly T[],
  shown: readonly string[],
): WindSeries<T> | undefined {
  const sensors = new Set(shown.filter((metric) => WIND.test(metric)).map(sensorOf));
  return findWind(metrics.filter(({ metric }) => sensors.has(sensorOf(metric)))) ?? findWind(metrics);
}

function sensorOf(metric: string): string {
  return metric.split('.').slice(1).join('.');
}

/** The plain names first: others are of a second sensor, or means over minutes. */
function rank(metric: string): number {
  return ['wind_dir', 'wind_direction', 'wind_speed'].includes(metric) ? 0 : 1;
}

function isSpeed({ metric, unit }: NamedMetric): boolean {
  return unit === null ? metric === 'wind_speed' : quantityOf(unit) === 'speed';
}
