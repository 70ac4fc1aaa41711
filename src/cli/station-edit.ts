import { editStationDisplay, type StationDisplay } from '../storage/station-display.ts';
import { unknownStation } from '../storage/station-error.ts';
import { type Command, JSON_OPTION, type Values } from './command.ts';
import { createDisplayReader, givenOf } from './display-options.ts';
import { alignColumns } from './table.ts';

const OPTIONS = {
  title: { type: 'string', placeholder: 'TEXT', description: 'what the station is called; empty: its name' },
  group: { type: 'string', placeholder: 'TEXT', description: 'what it stands together with; empty: nothing' },
  position: {
    type: 'string',
    placeholder: 'NUMBER',
    description: 'its place among the others, the least first; empty: behind those that have one',
  },
  json: JSON_OPTION,
} as const;

export const stationEdit: Command<typeof OPTIONS> = {
  name: 'station edit',
  operands: ['NAME'],
  summary: 'Says how pages show a station: its title, group and place',
  details: `Pages that are opened from then on show it. Without options it shows what holds now. Groups stand where their first station does:

  station edit outside --title "In the garden" --group Outdoors --position 1
  station edit outside --group ""

With --json: {"station","title","group","position"}; null where none is set.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [name = ''] = context.operands;
    const changes = readChanges(context.options);
    const { pool } = await context.database();
    const display = await editStationDisplay(pool, name, changes);
    if (display === undefined) throw unknownStation(name);
    context.print(context.options.json ? JSON.stringify(display) : textOf(display));
  },
};

/** @throws UsageError */
function readChanges({
  title,
  group,
  position,
}: Values<typeof OPTIONS>): Partial<Omit<StationDisplay, 'station'>> {
  const read = createDisplayReader();
  const changes = {
    title: read.text('title', title),
    group: read.text('group', group),
    position: read.position(position),
  };
  read.refuseMistakes();
  return givenOf(changes);
}

function textOf({ station, title, group, position }: StationDisplay): string {
  return alignColumns([
    ['Station', station],
    ['Title', title ?? '-'],
    ['Group', group ?? '-'],
    ['Position', position === null ? '-' : String(position)],
  ]);
}
