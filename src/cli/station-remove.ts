import type { Pool } from 'pg';
import { clearSeries } from '../storage/clear-series.ts';
import { countReadings, readStationContents, type StationContents } from '../storage/station-contents.ts';
import { unknownStation } from '../storage/station-error.ts';
import { detachStation } from '../storage/station-removal.ts';
import { type Command, type Context, JSON_OPTION } from './command.ts';
import { confirm, REMOVAL_OPTIONS, requireConsent } from './confirm.ts';
import { inMaintenance, rest } from './in-maintenance.ts';
import { countOf, createProgress } from './progress.ts';

const OPTIONS = { ...REMOVAL_OPTIONS, json: JSON_OPTION } as const;

export const stationRemove: Command<typeof OPTIONS> = {
  name: 'station remove',
  operands: ['NAME'],
  summary: 'Deletes a station with all its readings and its credential',
  details: `Readings, roll-ups, credential and exceptions of retention go, and can't be brought back; rejected messages stay. On a terminal
it asks for the name first.

The station is gone in one moment, for pages and live topics, too, and its connections are cut. What had been stored before that goes, in
short transactions that hold up nobody; it can be interrupted, and the same command goes on. What is published after it makes the station anew,
where that is allowed: by whoever needs no credential, a field of a ThingSpeak channel, what waits in the spool, or an import.

With --json: {"station","series","readings","hasCredential","retentionPolicies","channels":[1],"isRemoved"}; it needs --yes or
--dry-run.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [name = ''] = context.operands;
    const { yes, 'dry-run': isDryRun, json } = context.options;
    requireConsent(context);
    const { pool } = await context.database();
    const contents = await readStationContents(pool, name);
    if (contents === undefined) throw unknownStation(name);
    const readings = await countAll(context, pool, [...contents.series, ...contents.leftOver]);
    const found: Found = { name, contents, readings };
    if (isDryRun) return context.print(json ? documentOf(found, false) : describe(found, 'would go'));
    if (!yes && !isOver(contents)) {
      context.tell(`${describe(found, 'will go')}\n`);
      await confirm(context, name);
    }
    await remove(context, pool, found);
    context.print(json ? documentOf(found, true) : describe(found, 'are gone'));
  },
};

interface Found {
  readonly name: string;
  readonly contents: StationContents;
  readonly readings: number;
}

/** Whether it was removed before, and only what was left of it is to be deleted. */
function isOver({ series, hasCredential }: StationContents): boolean {
  return series.length === 0 && !hasCredential;
}

async function countAll(
  { stderr: screen, options, signal }: Context<typeof OPTIONS>,
  pool: Pool,
  ids: readonly number[],
): Promise<number> {
  const isQuiet = options.json === true;
  const progress = createProgress({ screen, isQuiet, counted: 'readings counted', signal });
  try {
    return await countReadings(pool, ids, (count) => progress.show(undefined, count));
  } finally {
    progress.end();
  }
}

async function remove(
  context: Context<typeof OPTIONS>,
  pool: Pool,
  { name, readings }: Found,
): Promise<void> {
  const { signal, stderr, options } = context;
  await detachStation(pool, name, signal);
  const leftOver = (await readStationContents(pool, name))?.leftOver ?? [];
  const progress = createProgress({ screen: stderr, isQuiet: options.json === true });
  const onAbort = (): void =>
    progress.tell(`${name} is removed. For what is left of its readings: thermograph station remove ${name}`);
  signal.addEventListener('abort', onAbort, { once: true });
  let gone = 0;
  const onGone = (count: number): void => {
    gone += count;
    progress.show(Math.min(1, gone / Math.max(1, readings)), gone);
  };
  try {
    await inMaintenance({ signal, tell: (text) => progress.tell(text) }, pool, async (session) => {
      for (const id of leftOver) await clearSeries(session, id, { onGone, rest, signal });
      return leftOver;
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    progress.end();
  }
}

function documentOf({ name, contents, readings }: Found, isRemoved: boolean): string {
  const { series, leftOver, hasCredential, retentionPolicies, channels } = contents;
  const count = series.length + leftOver.length;
  const counts = { station: name, series: count, readings, hasCredential, retentionPolicies, channels };
  return JSON.stringify({ ...counts, isRemoved });
}

function describe({ name, contents, readings }: Found, what: string): string {
  const { series, leftOver, hasCredential, retentionPolicies, channels } = contents;
  const count = series.length + leftOver.length;
  return [
    `Of ${name} ${what}: ${countOf(readings, 'reading')} of ${countOf(count, 'series')}, with their roll-ups${hasCredential ? '; its credential' : ''}${retentionPolicies > 0 ? '; what retention set says of it' : ''}.`,
    ...(channels.length > 0
      ? [
          `Channels that have fields of it stay, and make it anew with their next entry: ${channels.join(', ')}`,
        ]
      : []),
  ].join('\n');
}
