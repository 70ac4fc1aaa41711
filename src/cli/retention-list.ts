import { readRetentionPolicies } from '../storage/expiry/policies.ts';
import { formatDuration } from '../telemetry/duration.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { policyDocument, settingsOf } from './retention-options.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const retentionList: Command<typeof OPTIONS> = {
  name: 'retention list',
  operands: [],
  summary: 'Shows how long readings and roll-ups are kept',
  details: `First what RETENTION_RAW and RETENTION_ROLLUPS say, as this command has them from its environment; then the exceptions that
were made with retention set. What one leaves open (-) a less specific one says, or the settings.

With --json: {"settings":{"raw","rollups"},"policies":[{"station","metric","raw","rollups"}]}; null stands for all, and for
what is left open.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { pool } = await context.database();
    const { raw, rollups } = settingsOf(context.config);
    const settings = { raw: formatDuration(raw), rollups: formatDuration(rollups) };
    const policies = (await readRetentionPolicies(pool)).map(policyDocument);
    if (context.options.json) return context.print(JSON.stringify({ settings, policies }));
    const rows = policies.map((policy) => [
      policy.station ?? 'all',
      policy.metric ?? 'all',
      policy.raw ?? '-',
      policy.rollups ?? '-',
    ]);
    context.print(
      alignColumns([
        ['STATION', 'METRIC', 'READINGS', 'ROLL-UPS'],
        ['(settings)', '', settings.raw, settings.rollups],
        ...rows,
      ]),
    );
  },
};
