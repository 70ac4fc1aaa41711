import { lookUpSeries } from '../../../storage/history/look-up.ts';
import { readWindRose } from '../../../storage/history/read-wind-rose.ts';
import { formatMicros } from '../../../telemetry/format-time.ts';
import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Span } from '../../../telemetry/spans.ts';
import type { StationSnapshot } from '../../../telemetry/station.ts';
import { classStartsIn, type WindRose, windRose } from '../../../telemetry/wind-rose.ts';
import { findShownWind } from '../../../telemetry/wind-series.ts';
import type { ChosenUnits } from '../../choices.ts';
import type { WebParts } from '../../parts.ts';
import { sectorName } from '../../sector-name.ts';
import { askDatabase } from '../../to-web-error.ts';
import type { Words } from '../../words.ts';
import type { Frame } from '../frame.ts';
import { unitOf } from '../series-display.ts';
import { unitsAsking } from './chart-links.ts';
import type { PlannedChart } from './chart-plan.ts';
import { drawRose } from './drawn-rose.ts';

export interface FoundWind {
  readonly rose: WindRose;
  /** Where it comes from, and how fast it is. */
  readonly metrics: readonly string[];
  /** The unit of speeds, as it is shown. */
  readonly shownUnit: string | null;
}

interface RoseRequest {
  readonly snapshot: StationSnapshot;
  readonly planned: readonly PlannedChart[];
  readonly range: Span;
  readonly days: LocalDays;
  readonly chosen: ChosenUnits;
}

/**
 * Where wind came from in a range, if one of the charts is of the station's wind.
 * @returns `undefined` where nothing is known of it
 * @throws WebError 503 while the database is away
 */
export async function readRose(
  { pool, timeZone }: Pick<WebParts, 'pool' | 'timeZone'>,
  { snapshot, planned, range, days, chosen }: RoseRequest,
): Promise<FoundWind | undefined> {
  const { station, latest } = snapshot;
  const shown = planned.flatMap(({ lines: [line] }) => (line?.kind === 'main' ? [line.metric] : []));
  const wind = findShownWind(latest, shown);
  if (wind === undefined) return undefined;
  const metrics = [wind.direction.metric, wind.speed.metric];
  if (!metrics.some((metric) => shown.includes(metric))) return undefined;
  const names = metrics.map((metric) => ({ station, metric }));
  const [direction, speed] = await askDatabase(lookUpSeries(pool, names, range));
  if (direction?.kind !== 'found' || speed?.kind !== 'found') return undefined;
  const { cells } = await askDatabase(
    readWindRose(pool, {
      directionId: direction.seriesId,
      speedId: speed.seriesId,
      asked: range,
      classStarts: classStartsIn(speed.unit),
      timeZone,
      days,
    }),
  );
  const rose = windRose(cells);
  const stored = { metric: wind.speed.metric, unit: speed.unit };
  return rose.count === 0 ? undefined : { rose, metrics, shownUnit: unitOf(snapshot, stored, chosen) };
}

interface RoseOptions {
  readonly page: Frame;
  readonly station: string;
  readonly range: Span;
  readonly isTable: boolean;
}

/** A wind rose, or the table in its place, as the template writes it. */
export function roseView(
  { rose, metrics, shownUnit }: FoundWind,
  { page, station, range, isTable }: RoseOptions,
): object {
  const { words, units } = page;
  const percent = new Intl.NumberFormat(words.locale, { style: 'percent', maximumFractionDigits: 1 });
  const sectors = rose.sectors.map((shares, sector) => ({
    name: sectorName(sector, words),
    share: shares.reduce((sum, share) => sum + share, 0),
    shares: shares.map((share) => percent.format(share)),
  }));
  const most = sectors.reduce((best, one) => (one.share > best.share ? one : best));
  const query = `metrics=${metrics.join(',')}&from=${formatMicros(range.from)}&to=${formatMicros(range.to)}&units=${unitsAsking(units, shownUnit)}`;
  return {
    classes: classLabels(shownUnit, words).map((label, number) => ({ label, number })),
    summary:
      most.share === 0
        ? words.text('rose.still', { calm: percent.format(rose.calm) })
        : words.text('rose.summary', {
            sector: most.name,
            share: percent.format(most.share),
            calm: percent.format(rose.calm),
          }),
    drawn: isTable || most.share === 0 ? undefined : drawn(rose, percent),
    rows: isTable ? sectors.map((one) => ({ ...one, share: percent.format(one.share) })) : undefined,
    calm: percent.format(rose.calm),
    variable: percent.format(rose.variable),
    json: `/api/stations/${encodeURIComponent(station)}/wind-rose?${query}`,
  };
}

function drawn(rose: WindRose, percent: Intl.NumberFormat): object {
  const { classes, rings } = drawRose(rose);
  return { classes, rings: rings.map(({ share, ...ring }) => ({ ...ring, label: percent.format(share) })) };
}

function classLabels(unit: string | null, words: Words): readonly string[] {
  const starts = classStartsIn(unit).map((start) => words.number(start, '1'));
  return starts.map((from, index) => {
    const to = starts[index + 1];
    const values = { from, unit: unit ?? '' };
    return to === undefined
      ? words.text('rose.andMore', values)
      : words.text('rose.class', { ...values, to });
  });
}
