import { findSeries, type Position, type ReadingRow, readReadings } from '../../storage/readings-query.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import type { ChosenUnits } from '../choices.ts';
import { formatCursor, parseCursor } from '../cursor.ts';
import { showValue, shownUnit } from '../display-units.ts';
import { createDoubleHour } from '../double-hour.ts';
import { metricUnknown } from '../errors.ts';
import type { WebParts } from '../parts.ts';
import { askDatabase } from '../to-web-error.ts';
import type { Locale } from '../locales.ts';
import { decimalsOf } from '../names.ts';
import type { ZonedTime } from '../zoned-time.ts';
import { metricName, unitsOf } from './series-display.ts';
import { readingsHref } from './station-card.ts';

const ROWS = 100;

export interface TableRequest extends Locale, ChosenUnits {
  readonly snapshot: StationSnapshot;
  readonly metric: string;
  readonly cursor: unknown;
}

/** A page of readings of one metric, as templates write it. */
export interface ReadingsTable {
  readonly metric: string;
  readonly name: string;
  readonly unit: string;
  readonly days: readonly TableDay[];
  readonly isNewest: boolean;
  /** Addresses of other pages, where there are any. */
  readonly newest: string | undefined;
  readonly newer: string | undefined;
  readonly older: string | undefined;
}

interface TableDay {
  readonly day: string;
  readonly offset: string;
  readonly rows: TableRow[];
}

interface TableRow {
  readonly time: string;
  readonly measuredAt: string;
  readonly number: string;
  readonly received: string;
  readonly receivedAt: string;
}

/** @throws WebError 404 for a metric that the database does not know, 503 while it is away */
export async function readTable(parts: WebParts, request: TableRequest): Promise<ReadingsTable> {
  const { snapshot, metric, names } = request;
  const { station } = snapshot;
  const found = await askDatabase(findSeries(parts.pool, station, metric));
  if (found.kind !== 'found') throw metricUnknown(station, metric);
  const { seriesId, unit } = found;
  const units = unitsOf(snapshot, { metric, unit }, request);
  const page = await readPage(parts, seriesId, request.cursor);
  const href = readingsHref(station, metric);
  const link = (order: 'asc' | 'desc', row: Position | undefined): string | undefined =>
    row && `${href}&cursor=${formatCursor({ seriesId, order }, row)}`;
  return {
    metric,
    name: metricName(snapshot, metric, names),
    unit: shownUnit(unit, units) ?? '',
    days: byDay(page.rows, unit, {
      ...request,
      units,
      side: createDoubleHour(parts.timeZone, request.words.locale),
    }),
    isNewest: page.isNewest,
    newest: page.isNewest ? undefined : href,
    newer: page.isNewest ? undefined : link('asc', page.rows[0]),
    older: page.hasOlder ? link('desc', page.rows.at(-1)) : undefined,
  };
}

interface TablePage {
  /** Newest first. */
  readonly rows: readonly ReadingRow[];
  readonly isNewest: boolean;
  readonly hasOlder: boolean;
}

/** A cursor leads either back in time or, in ascending order, forward; one that is none leads to the newest page. */
async function readPage(parts: WebParts, seriesId: number, asked: unknown): Promise<TablePage> {
  const cursor = typeof asked === 'string' ? parseCursor(asked) : undefined;
  const after = cursor?.seriesId === seriesId ? cursor : undefined;
  const order = after?.order ?? 'desc';
  const rows = await askDatabase(readReadings(parts.pool, { seriesId, order, limit: ROWS + 1, after }));
  const more = rows.length > ROWS;
  if (order === 'desc') return { rows: rows.slice(0, ROWS), isNewest: after === undefined, hasOlder: more };
  // Nothing newer is left: the newest page, whole, rather than the few that were found.
  if (!more) return readPage(parts, seriesId, undefined);
  return { rows: rows.slice(0, ROWS).toReversed(), isNewest: false, hasOlder: true };
}

/** One group for each day, and for each side of a change of the clocks, so that no time of day stands there twice. */
function byDay(
  rows: readonly ReadingRow[],
  unit: string | null,
  { units, words, zone, side }: TableRequest & { readonly side: (time: Micros) => string },
): TableDay[] {
  const days: TableDay[] = [];
  const decimals = decimalsOf(shownUnit(unit, units));
  for (const row of rows) {
    const day = zone.day(row.measuredAt);
    const offset = zone.offset(row.measuredAt);
    let group = days.at(-1);
    if (group?.day !== day || group.offset !== offset) days.push((group = { day, offset, rows: [] }));
    group.rows.push({
      time: zone.clock(row.measuredAt) + side(row.measuredAt),
      measuredAt: formatMicros(row.measuredAt),
      number: words.number(showValue(row.value, unit, units).value, decimals),
      received: receivedText(row.measuredAt, row.receivedAt, zone, side),
      receivedAt: formatMicros(row.receivedAt),
    });
  }
  return days;
}

function receivedText(
  measuredAt: Micros,
  receivedAt: Micros,
  zone: ZonedTime,
  side: (time: Micros) => string,
): string {
  const sameDay = zone.day(measuredAt) === zone.day(receivedAt);
  return sameDay ? zone.clock(receivedAt) + side(receivedAt) : zone.full(receivedAt);
}
