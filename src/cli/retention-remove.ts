import { removeRetentionPolicy } from '../storage/expiry/policies.ts';
import { type Command, JSON_OPTION, UsageError } from './command.ts';
import { readSeries, SERIES_OPTIONS, seriesWords } from './retention-options.ts';

const OPTIONS = { ...SERIES_OPTIONS, json: JSON_OPTION } as const;

export const retentionRemove: Command<typeof OPTIONS> = {
  name: 'retention remove',
  operands: [],
  summary: 'Takes back what retention set said',
  details: `Give the --station and --metric that it was set with. Afterwards a less specific policy holds, or the settings do: where these
are shorter, more expires. What has expired does not come back.

With --json: {"station","metric"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const mistakes: string[] = [];
    const series = readSeries(context.options, mistakes);
    if (mistakes.length > 0) throw new UsageError(mistakes);
    const { pool } = await context.database();
    await removeRetentionPolicy(pool, series.station, series.metric);
    context.print(
      context.options.json
        ? JSON.stringify(series)
        : `Of ${seriesWords(series)} nothing special is kept any more.\nSee what will go: ${context.asGiven('thermograph retention --dry-run')}`,
    );
  },
};
