import { rebuildRollups } from '../storage/rollups/rebuild.ts';
import { createPace, type Done, newDone } from '../storage/rollups/work.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import { type Command, type Context, JSON_OPTION } from './command.ts';
import { inMaintenance, rest } from './in-maintenance.ts';

const OPTIONS = { json: JSON_OPTION } as const;
const TELL_EVERY_MS = 1_000;

export const rollupsRebuild: Command<typeof OPTIONS> = {
  name: 'rollups rebuild',
  operands: [],
  summary: 'Makes all roll-ups anew from the readings',
  details: `Needed only where readings were changed in a way that can't be seen; docs/storage.md tells which. Beside a running service nobody
waits for it, and charts are right all the time. What expired readings came to stays as it is. It can be interrupted, and
started again.

Days are those of the TIME_ZONE of the service.

With --json: {"hours","days","readings"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { hours, days, readings } = await rebuild(context);
    context.print(
      context.options.json
        ? JSON.stringify({ hours, days, readings })
        : `Made ${shown(hours)} hours and ${shown(days)} days from ${shown(readings)} readings.`,
    );
  },
};

async function rebuild(context: Context<typeof OPTIONS>): Promise<Done> {
  const { config, signal } = context;
  const { pool } = await context.database();
  const done = newDone();
  return inMaintenance(context, pool, async (session) => {
    const work = {
      session,
      pace: createPace(),
      done,
      signal,
      rest,
      onProgress: createProgress(done, (text) => context.tell(text)),
    };
    await rebuildRollups(work, { wanted: config.timeZone, isInsistedOn: false });
    return done;
  });
}

function createProgress(done: Done, tell: (text: string) => void): (until: Micros) => void {
  let toldAt = performance.now();
  return (until) => {
    if (performance.now() < toldAt + TELL_EVERY_MS) return;
    toldAt = performance.now();
    tell(`Until ${formatMicros(until)}: ${shown(done.readings)} readings.`);
  };
}

function shown(count: number): string {
  return count.toLocaleString('en-GB');
}
