import { type Claim, compare, eachRound } from './support/claim.ts';
import { runProgram } from './support/process.ts';

const READINGS_PER_SECOND = 1_000;
const REFERENCE = 'a commit of one row, one after the other';

interface Commits {
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** From publish to PUBACK, beside the commits of one row that the same database does for nobody else. */
export const latency: Claim = {
  name: 'latency',
  async measure({ effort, say, thermograph }) {
    const service = await thermograph();
    const { connection } = service;
    // More rounds than elsewhere: single commits wait for the disk, which has moods.
    const rounds = await eachRound({ ...effort, rounds: 2 * effort.rounds - 1 }, async (round) => {
      const paced = { stations: 50, window: 0, messagesPerSecond: READINGS_PER_SECOND, ...effort };
      await service.checkpoint();
      const { latency: busy = { p50: Number.NaN, p99: Number.NaN } } = await service.load(paced);
      await service.checkpoint();
      const commits = await runProgram<Commits>('one-row-commits', { ...effort, connection });
      await service.checkpoint();
      const alone = (await service.load({ stations: 1, window: 1, ...effort })).rate;
      say(
        `latency, round ${round}: p50 ${busy.p50.toFixed(2)} ms, p99 ${busy.p99.toFixed(2)} ms; commits ${commits.p50.toFixed(2)} and ` +
          `${commits.p99.toFixed(2)} ms; one station ${Math.round(alone)}/s, commits ${Math.round(commits.rate)}/s`,
      );
      return { busy, commits, alone };
    });
    await service.truncate();
    const at = (share: 'p50' | 'p99', atMost: number) =>
      compare(
        {
          claim: `publish to PUBACK at ${READINGS_PER_SECOND} readings/s, ${share}`,
          unit: 'ms',
          reference: `${REFERENCE}, ${share}`,
          goal: { atMost },
        },
        rounds.map(({ busy }) => busy[share]),
        rounds.map(({ commits }) => commits[share]),
      );
    const oneStation = compare(
      { claim: 'one station, window 1', unit: 'readings/s', reference: REFERENCE, goal: { atLeast: 0.8 } },
      rounds.map(({ alone }) => alone),
      rounds.map(({ commits }) => commits.rate),
    );
    return [at('p50', 2), at('p99', 4), oneStation];
  },
};
