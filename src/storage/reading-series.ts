import { quote } from '../telemetry/quote.ts';
import type { Reading, Rejection } from '../telemetry/reading.ts';
import { convertUnit, defaultUnit } from '../telemetry/units.ts';
import { insertIsolating, type IsolateOptions } from './isolate.ts';
import type { Series, SeriesCatalog, WantedSeries } from './series-catalog.ts';

/** Most metrics that one station may have: a station that puts a counter into its metrics' names stops here. */
export const MAX_METRICS_PER_STATION = 200;

/** Series that the database has refused to make, by {@link seriesKey}. */
export type RefusedSeries = ReadonlyMap<string, Rejection>;

type NamedReading = Pick<Reading, 'station' | 'metric' | 'value' | 'unit'>;

/** Series to be made, or to be given the unit that a reading names first; within the limit for each station. */
export interface UnknownSeries {
  /** Notes the series of a reading, unless nothing has to be done for it. */
  note(reading: NamedReading): void;
  all(): readonly WantedSeries[];
}

export function createUnknownSeries(catalog: SeriesCatalog): UnknownSeries {
  const wanted = new Map<string, WantedSeries>();
  const added = new Map<string, number>();
  return {
    note({ station, metric, unit }) {
      const series = catalog.find(station, metric);
      if (series !== undefined && (series.unit !== null || unit === undefined)) return;
      const key = seriesKey({ station, metric });
      if (wanted.has(key)) return;
      if (series === undefined) {
        const more = (added.get(station) ?? 0) + 1;
        if (catalog.metricCount(station) + more > MAX_METRICS_PER_STATION) return;
        added.set(station, more);
      }
      wanted.set(key, { station, metric, unit: unit ?? defaultUnit(metric) });
    },
    all: () => [...wanted.values()],
  };
}

/**
 * Makes the series that readings are the first to name.
 * @param find finds them; asked again when stations were renamed or removed meanwhile: series that were known may have gone with them, and are to
 * be made anew
 * @returns those that the database refused
 * @throws what the database reports, when it is a passing failure
 */
export async function makeSeries(
  find: () => readonly WantedSeries[],
  catalog: SeriesCatalog,
  options?: IsolateOptions,
): Promise<RefusedSeries> {
  for (;;) {
    const changes = catalog.changes();
    const refused = await makeOnce(find(), catalog, options);
    if (catalog.changes() === changes) return refused;
  }
}

async function makeOnce(
  unknown: readonly WantedSeries[],
  catalog: SeriesCatalog,
  options: IsolateOptions | undefined,
): Promise<RefusedSeries> {
  const refused = new Map<string, Rejection>();
  if (unknown.length === 0) return refused;
  await insertIsolating(
    unknown,
    (series) => catalog.ensure(series),
    (series, message) => {
      const detail = `${series.metric}: ${message}`;
      refused.set(seriesKey(series), { reason: 'refused-by-database', detail });
    },
    options,
  );
  return refused;
}

/** The series of a reading, and its value in the unit of that; or why it has none, or can't be converted. */
export function placeReading(
  { station, metric, value: given, unit }: NamedReading,
  catalog: SeriesCatalog,
): { readonly series: Series; readonly value: number } | Rejection {
  const series = catalog.find(station, metric);
  if (series === undefined) {
    const detail = `${quote(metric)} would be the station's metric number ${MAX_METRICS_PER_STATION + 1}`;
    return { reason: 'too-many-metrics', detail };
  }
  const value = unit === undefined ? given : inUnit(given, unit, series.unit);
  if (value !== undefined) return { series, value };
  return {
    reason: 'unit-mismatch',
    detail: `${metric}: ${quote(unit ?? '')} can't be converted to ${quote(series.unit ?? '')}, which this series is kept in`,
  };
}

/** `undefined` if one unit can't be converted to the other. */
function inUnit(value: number, from: string, to: string | null): number | undefined {
  if (from === to) return value;
  const converted = to === null ? undefined : convertUnit(value, from, to);
  return converted !== undefined && Number.isFinite(converted) ? converted : undefined;
}

export function seriesKey({
  station,
  metric,
}: {
  readonly station: string;
  readonly metric: string;
}): string {
  return `${station}/${metric}`;
}
