import { editStationDisplay, type StationDisplay } from '../storage/station-display.ts';
import { type Command, JSON_OPTION, UsageError, type Values } from './command.ts';
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

const MOST_CHARACTERS = 200;
const GREATEST = 2 ** 31 - 1;

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
    if (display === undefined) {
      throw new UsageError([
        `No station is named ${JSON.stringify(name)}: one appears with its first reading.`,
      ]);
    }
    context.print(context.options.json ? JSON.stringify(display) : textOf(display));
  },
};

/** @throws UsageError */
function readChanges(options: Values<typeof OPTIONS>): Partial<Omit<StationDisplay, 'station'>> {
  const mistakes: string[] = [];
  const text = (name: 'title' | 'group'): string | null | undefined => {
    const given = options[name]?.trim();
    if (given !== undefined && given.length > MOST_CHARACTERS) {
      mistakes.push(`--${name} may have ${MOST_CHARACTERS} characters.`);
    }
    return given === '' ? null : given;
  };
  const place = (): number | null | undefined => {
    const given = options.position?.trim();
    if (given === undefined) return undefined;
    if (given === '') return null;
    const number = Number(given);
    if (Number.isInteger(number) && Math.abs(number) <= GREATEST) return number;
    mistakes.push('--position must be a whole number.');
    return undefined;
  };
  const changes = { title: text('title'), group: text('group'), position: place() };
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function textOf({ station, title, group, position }: StationDisplay): string {
  return alignColumns([
    ['Station', station],
    ['Title', title ?? '-'],
    ['Group', group ?? '-'],
    ['Position', position === null ? '-' : String(position)],
  ]);
}
