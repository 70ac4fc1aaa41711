import { type Bench, type Claim, compare, eachRound, type Row } from './support/claim.ts';
import { runProgram } from './support/process.ts';

const STATIONS = 20;
const WINDOW = 4;
/** As many as the service puts into one statement. */
const BATCH_READINGS = 5_000;

/** Stations that deliver what they have collected: arrays of readings, beside inserts with no broker in front. */
export const backlog: Claim = {
  name: 'backlog',
  measure: async (bench) => [await measure(100, bench), await measure(1_000, bench)],
};

async function measure(readingsPerMessage: number, { effort, say, thermograph }: Bench): Promise<Row> {
  const service = await thermograph();
  const rounds = await eachRound(effort, async (round) => {
    const pattern = { stations: STATIONS, window: WINDOW, readingsPerMessage };
    const { rate } = await service.load({ ...pattern, ...effort });
    await service.truncate();
    await service.checkpoint();
    const options = { ...effort, connection: service.connection, batchReadings: BATCH_READINGS };
    const plain = await runProgram<{ rate: number }>('plain-inserts', options);
    await service.truncate();
    await service.checkpoint();
    say(
      `backlog of ${readingsPerMessage}, round ${round}: ${Math.round(rate)}/s; inserts ${Math.round(plain.rate)}/s`,
    );
    return { rate, plain: plain.rate };
  });
  return compare(
    {
      claim: `backlog: JSON arrays of ${readingsPerMessage} readings`,
      unit: 'readings/s',
      reference: 'the same inserts with no broker in front',
      goal: { atLeast: 0.6 },
    },
    rounds.map(({ rate }) => rate),
    rounds.map(({ plain }) => plain),
  );
}
