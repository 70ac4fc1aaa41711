import { type Claim, compare, eachRound } from './support/claim.ts';
import { outputUntil, result, startProgram } from './support/process.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';

const VIEWERS = 500;
const FULL = { stations: 50, window: 20 };
const PACED = { stations: 50, window: 0, messagesPerSecond: 1_000 };

/** What it costs the stations when five hundred browsers have a page open. */
export const viewers: Claim = {
  name: 'viewers',
  async measure({ effort, say }) {
    const service = await startThermograph();
    try {
      const measured = async () => {
        await service.checkpoint();
        const full = (await service.load({ ...FULL, ...effort })).rate;
        const { latency } = await service.load({ ...PACED, ...effort });
        await service.truncate();
        return { full, p99: latency?.p99 ?? Number.NaN };
      };
      // The first load of a new service is slower.
      await measured();
      const rounds = await eachRound(effort, async (round) => {
        const without = await measured();
        const watched = await whileWatched(service, measured);
        say(
          `viewers, round ${round}: ${Math.round(watched.full)}/s, without ${Math.round(without.full)}/s; ` +
            `p99 ${watched.p99.toFixed(1)} ms, without ${without.p99.toFixed(1)} ms`,
        );
        return { without, watched };
      });
      const row = (claim: string, unit: string, key: 'full' | 'p99', goal: { atLeast: number } | undefined) =>
        compare(
          { claim, unit, reference: 'with nobody watching', goal },
          rounds.map(({ watched }) => watched[key]),
          rounds.map(({ without }) => without[key]),
        );
      return [
        row(`rate with ${VIEWERS} viewers of the event stream`, 'readings/s', 'full', { atLeast: 0.9 }),
        row(
          `publish to PUBACK at ${PACED.messagesPerSecond} readings/s, the same, p99`,
          'ms',
          'p99',
          undefined,
        ),
      ];
    } finally {
      await service.close();
    }
  },
};

/** @throws when a viewer was cut off, or was told too little */
async function whileWatched<T>(service: Thermograph, measure: () => Promise<T>): Promise<T> {
  const program = startProgram('viewers', { port: service.httpPort, viewers: VIEWERS });
  await outputUntil(program, /watching/);
  const ended = result<{ bytes: number; events: number; cut: number }>(program);
  const measured = await measure();
  program.stdin?.end();
  const { events, cut } = await ended;
  if (cut > 0) throw new Error(`${cut} viewers were cut off`);
  if (events < VIEWERS) throw new Error(`${VIEWERS} viewers were told of readings ${events} times`);
  return measured;
}
