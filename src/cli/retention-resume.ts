import { trustClock } from '../storage/expiry/state.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { type Command, JSON_OPTION } from './command.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const retentionResume: Command<typeof OPTIONS> = {
  name: 'retention resume',
  operands: [],
  summary: 'Says that the clock is right, and lets expiry go on by it',
  details: `When the clock is more than 14 days from where it was at the last run, nothing expires: it may have been set wrong, and everything would
go. After a long time off, or with an older backup, it is right all the same. See what will go, before, with
retention --dry-run. It is the clock of the database that counts.

With --json: {"clock"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { pool } = await context.database();
    const clock = formatMicros(await trustClock(pool));
    context.print(
      context.options.json
        ? JSON.stringify({ clock })
        : `It is ${clock}, and expiry goes on by that within minutes.\nSee what will go: ${context.asGiven('thermograph retention --dry-run')}`,
    );
  },
};
