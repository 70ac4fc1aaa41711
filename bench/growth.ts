import { type Claim, compare, eachRound } from './support/claim.ts';
import { fill } from './support/fill.ts';

const PATTERN = { stations: 50, window: 20 };
const ROWS = 50_000_000;
const QUICK_ROWS = 200_000;

/** The rate on a table that holds years of history, beside the same on an empty one. */
export const growth: Claim = {
  name: 'growth',
  async measure({ effort, say, thermograph }) {
    const service = await thermograph();
    await service.truncate();
    const measure = (when: string) =>
      eachRound(effort, async (round) => {
        await service.checkpoint();
        const { rate } = await service.load({ ...PATTERN, ...effort });
        say(`growth, ${when}, round ${round}: ${Math.round(rate)}/s`);
        return rate;
      });
    const empty = await measure('empty table');
    const rows = effort.isQuick ? QUICK_ROWS : ROWS;
    await fill(service, { rows, stations: PATTERN.stations }, (done) => say(`growth: ${done}`));
    const full = await measure(`${rows / 1e6} million rows`);
    const row = {
      claim: `rate with ${rows / 1e6} million rows in the table`,
      unit: 'readings/s',
      reference: 'with an empty table',
      goal: { atLeast: 0.85 },
    };
    await service.truncate();
    return [compare(row, full, empty)];
  },
};
