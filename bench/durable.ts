import { type Bench, type Claim, compare, eachRound, type Row } from './support/claim.ts';
import { load } from './support/load.ts';
import { runProgram } from './support/process.ts';
import { hasMosquitto, hasRabbitmq, type Rival, startMosquitto, startRabbitmq } from './support/rivals.ts';
import type { Thermograph } from './support/thermograph.ts';

const PATTERN = { stations: 50, window: 20 };
const CLAIM = { claim: 'acknowledged after commit: 50 stations, window 20', unit: 'readings/s' };
const PIPELINE_MESSAGES = 10_000;

/** Against what others store: the pipeline of the tutorials, and a broker with a durable queue. */
export const durable: Claim = {
  name: 'durable',
  async measure(bench) {
    const rows: Row[] = [];
    if (hasMosquitto(bench.say)) rows.push(await againstPipeline(bench));
    if (bench.effort.isQuick) {
      bench.say('RabbitMQ takes 20 s to start: a quick run leaves its row out.');
    } else if (hasRabbitmq(bench.say)) rows.push(await againstRabbitmq(bench));
    return rows;
  },
};

async function againstPipeline(bench: Bench): Promise<Row> {
  // No bound on its queue: with the default of 1,000 it would lose what the subscriber has not taken yet.
  const mosquitto = await startMosquitto('Mosquitto', ['max_queued_messages 0']);
  const messages = bench.effort.isQuick ? PIPELINE_MESSAGES / 5 : PIPELINE_MESSAGES;
  const measure = async ({ connection }: Thermograph): Promise<number> => {
    const options = { port: mosquitto.port, connection, messages };
    return (await runProgram<{ rate: number }>('insert-per-message', options)).rate;
  };
  const reference = 'Mosquitto, mqtt and an INSERT a message through a pool, losing nothing';
  return against(bench, reference, 15, mosquitto, measure);
}

async function againstRabbitmq(bench: Bench): Promise<Row> {
  bench.say('Starting RabbitMQ, which takes about 20 s');
  const rabbitmq = await startRabbitmq();
  const measure = async (): Promise<number> =>
    (await load({ ...PATTERN, ...bench.effort, port: rabbitmq.port })).rate;
  return against(bench, 'RabbitMQ, MQTT into a durable queue', 5, rabbitmq, measure);
}

async function against(
  { effort, say, thermograph }: Bench,
  reference: string,
  atLeast: number,
  rival: Rival,
  measure: (service: Thermograph) => Promise<number>,
): Promise<Row> {
  try {
    const service = await thermograph();
    const rounds = await eachRound(effort, async (round) => {
      const ours = (await service.load({ ...PATTERN, ...effort })).rate;
      await service.truncate();
      await service.checkpoint();
      const theirs = await measure(service);
      say(`durable, round ${round}: ${Math.round(ours)}/s; ${reference}: ${Math.round(theirs)}/s`);
      return { ours, theirs };
    });
    return compare(
      { ...CLAIM, reference, goal: { atLeast } },
      rounds.map(({ ours }) => ours),
      rounds.map(({ theirs }) => theirs),
    );
  } finally {
    await rival.close();
  }
}
