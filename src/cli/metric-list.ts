import { type LatestRow, readLatest } from '../storage/latest-query.ts';
import { readMetricDisplays, type SeriesDisplay } from '../storage/metric-display.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { type Command, JSON_OPTION, textOption } from './command.ts';
import { NotFoundError } from './not-found-error.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { station: textOption('STATION', 'only those of this one'), json: JSON_OPTION } as const;
const AS_IT_COMES = { title: null, unit: null, position: null, isHidden: false } as const;

/** A metric with its newest reading, and how its owner has it shown. */
interface Listed extends SeriesDisplay {
  readonly storedUnit: string | null;
  readonly value: number | null;
  readonly measuredAt: string | null;
}

export const metricList: Command<typeof OPTIONS> = {
  name: 'metric list',
  operands: [],
  summary: 'Shows the metrics of stations, their newest readings, and how they are shown',
  details: `What metric edit has set stands in the last column. Times are UTC.

With --json: {"metrics":[{"station","metric","storedUnit","value","measuredAt","title","unit","position","isHidden"}]}; value and measuredAt
are null where all readings have expired, the others where none is set.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { station, json } = context.options;
    const { pool } = await context.database();
    const [latest, displays] = await Promise.all([readLatest(pool), readMetricDisplays(pool)]);
    const metrics = listed(latest, displays).filter(
      (each) => station === undefined || each.station === station,
    );
    if (metrics.length === 0 && station !== undefined) {
      const message = `No station named ${JSON.stringify(station)} has sent readings.`;
      throw new NotFoundError(message, 'Look with: thermograph station list');
    }
    if (json) return context.print(JSON.stringify({ metrics }));
    if (metrics.length === 0) {
      return context.tell('There are no metrics yet. One appears with its first reading.');
    }
    const rows = metrics.map((each) => [
      each.station,
      each.metric,
      each.value === null ? '-' : [each.value, each.storedUnit ?? ''].join(' ').trim(),
      each.measuredAt ?? '-',
      shownAs(each),
    ]);
    context.print(alignColumns([['STATION', 'METRIC', 'NEWEST', 'MEASURED AT', 'SHOWN AS'], ...rows]));
  },
};

function listed(latest: readonly LatestRow[], displays: readonly SeriesDisplay[]): readonly Listed[] {
  const set = new Map(displays.map((display) => [`${display.station}/${display.metric}`, display]));
  const all = latest.flatMap(({ station, metric, unit: storedUnit, value, measuredAt: time }) => {
    if (metric === null) return [];
    const measuredAt = time === null ? null : formatMicros(time);
    const display = { ...AS_IT_COMES, ...set.get(`${station}/${metric}`) };
    return [{ station, metric, storedUnit, value, measuredAt, ...display }];
  });
  const nameOf = ({ station, metric }: Listed): string => `${station}/${metric}`;
  return all.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function shownAs({ title, unit, position, isHidden }: Listed): string {
  const parts = [
    ...(title === null ? [] : [title]),
    ...(unit === null ? [] : [`in ${unit}`]),
    ...(position === null ? [] : [`position ${position}`]),
    ...(isHidden ? ['hidden'] : []),
  ];
  return parts.join(', ') || '-';
}
