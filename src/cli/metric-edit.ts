import { findMetricDisplay, type SeriesDisplay, writeMetricDisplay } from '../storage/metric-display.ts';
import { convertUnit, parseUnit } from '../telemetry/units.ts';
import { type Command, JSON_OPTION, textOption, type Values } from './command.ts';
import { createDisplayReader, givenOf } from './display-options.ts';
import { readSeries } from '../storage/series-query.ts';
import { closest } from '../closest.ts';
import { NotFoundError } from './not-found-error.ts';
import { alignColumns } from './table.ts';

const OPTIONS = {
  title: textOption('TEXT', 'what the metric is called; empty: as pages call it by its name'),
  unit: textOption(
    'UNIT',
    'what its values are shown in until a visitor chooses another; empty: as UNITS says',
  ),
  position: textOption(
    'NUMBER',
    'its place among the metrics of the station, the least first; empty: behind those that have one',
  ),
  hide: { type: 'boolean', description: 'leave it out of the page of current values' },
  show: { type: 'boolean', description: 'show it there again' },
  json: JSON_OPTION,
} as const;

export const metricEdit: Command<typeof OPTIONS> = {
  name: 'metric edit',
  operands: ['STATION', 'METRIC'],
  summary: 'Says how pages show a metric of a station: its title, unit and place',
  details: `Pages that are opened from then on show it. Without options it shows what holds now. Of the metrics that have a position the first
is the large number of its station; without any it is temperature. What is hidden is left out of the page of current values, and
stands on the station's own page. Nothing of it changes what is stored, or what the API and files have but for the title:

  metric edit outside temperature.roof --title Roof --unit °F --position 2
  metric edit outside battery --hide

With --json: {"station","metric","title","unit","position","isHidden"}; null where none is set.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [station = '', metric = ''] = context.operands;
    const { pool } = await context.database();
    const found = await findMetricDisplay(pool, station, metric);
    if (found === undefined) {
      const others = await readSeries(pool, { station });
      const meant = closest(
        metric,
        others.map((series) => series.metric),
      );
      throw new NotFoundError(
        `${JSON.stringify(station)} has no metric ${JSON.stringify(metric)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
        'One appears with its first reading. Look with: thermograph metric list',
      );
    }
    const { storedUnit, ...before } = found;
    const changes = readChanges(context.options, storedUnit);
    const display = { ...before, ...changes };
    if (Object.keys(changes).length > 0) await writeMetricDisplay(pool, display);
    context.print(context.options.json ? JSON.stringify(display) : textOf(display));
  },
};

/** @throws UsageError */
function readChanges(
  { title, unit, position, hide, show }: Values<typeof OPTIONS>,
  storedUnit: string | null,
): Partial<SeriesDisplay> {
  const read = createDisplayReader();
  const mistakes = hide === true && show === true ? ['--hide and --show exclude each other.'] : [];
  const shownUnit = unit === undefined ? undefined : readUnit(unit.trim(), storedUnit);
  if (typeof shownUnit === 'object' && shownUnit !== null) mistakes.push(shownUnit.mistake);
  const changes = {
    title: read.text('title', title),
    unit: typeof shownUnit === 'object' && shownUnit !== null ? undefined : shownUnit,
    position: read.position(position),
    isHidden: hide === true ? true : show === true ? false : undefined,
  };
  read.refuseMistakes(...mistakes);
  return givenOf(changes);
}

function readUnit(text: string, storedUnit: string | null): string | null | { readonly mistake: string } {
  if (text === '') return null;
  const unit = parseUnit(text);
  if (typeof unit === 'string' && storedUnit !== null && convertUnit(0, storedUnit, unit) !== undefined) {
    return unit;
  }
  const stored = storedUnit === null ? 'have no unit' : `are in ${storedUnit}`;
  return { mistake: `--unit ${text}: its values ${stored}, which can't be converted into it.` };
}

function textOf({ station, metric, title, unit, position, isHidden }: SeriesDisplay): string {
  return alignColumns([
    ['Station', station],
    ['Metric', metric],
    ['Title', title ?? '-'],
    ['Unit', unit ?? '-'],
    ['Position', position === null ? '-' : String(position)],
    ['Hidden', isHidden ? 'yes' : 'no'],
  ]);
}
