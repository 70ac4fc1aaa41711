import { quantityOf } from './units.ts';

/**
 * What a series' values are, which decides how they are put together over time:
 *
 * - `direction`: where something comes from, in degrees. 359° and 1° are two degrees apart: their mean is that of vectors.
 * - `counter`: a total that grows, and begins again from zero now and then. What counts is by how much it has risen.
 * - `increment`: what has come since the reading before, to be added up.
 * - `plain`: all else.
 */
export type MetricKind = 'plain' | 'direction' | 'counter' | 'increment';

const WIND_DIRECTION = /^wind_?(?:gust_?)?dir(?:ection)?(?:_|$)/;
const ANY_DIRECTION = /_dir(?:ection)?$/;
const RAIN = new Set(['rain', 'rainfall', 'precipitation']);
/** Since when a total grows. Those of an hour or of 24 slide along and fall again bit by bit: they are no counters. */
const SINCE = new Set(
  `total counter count accumulated today day daily event storm week weekly month monthly year yearly annual season`.split(
    ' ',
  ),
);

/**
 * By the metric's first segment (`rain_day.2` is one of rain) and the unit that its values are stored in, `null` where nobody has
 * said. Names are those of this project's topics, and what consoles' own become when they are written in words: `dailyrainin`
 * as `rain_day` or `daily_rain`, `yearlyrainin` and `totalrainin` as `rain_year` and `rain_total`, `winddir` as `wind_dir`.
 */
export function metricKind(metric: string, unit: string | null): MetricKind {
  const name = metric.split('.', 1)[0]!;
  if (unit === '°' ? WIND_DIRECTION.test(name) || ANY_DIRECTION.test(name) : isDirectionByName(name, unit)) {
    return 'direction';
  }
  return isAmount(unit) ? rainKind(name) : 'plain';
}

function isDirectionByName(name: string, unit: string | null): boolean {
  return unit === null && WIND_DIRECTION.test(name);
}

/** A depth, or something of which we know nothing, as tips of a bucket. */
function isAmount(unit: string | null): boolean {
  const quantity = unit === null ? undefined : quantityOf(unit);
  return quantity === undefined || quantity === 'length';
}

function rainKind(name: string): MetricKind {
  const words = name.split('_').filter((word) => word !== '' && word !== 'piezo');
  const rest = words.filter((word) => !RAIN.has(word));
  if (rest.length === words.length) return 'plain';
  if (rest.length === 0) return name === 'rain' ? 'increment' : 'plain';
  return rest.every((word) => SINCE.has(word)) ? 'counter' : 'plain';
}
