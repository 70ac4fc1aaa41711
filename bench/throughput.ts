import { type Bench, type Claim, compare, eachRound, type Goal, type Row } from './support/claim.ts';
import { load } from './support/load.ts';
import { hasMosquitto, type Rival, startBareAedes, startMosquitto } from './support/rivals.ts';

/** A pattern of load, and what Thermograph aims at against each rival in it. */
interface Pattern {
  readonly title: string;
  readonly stations: number;
  readonly window: number;
  readonly segmented: boolean;
  readonly goals: Readonly<Record<string, Goal>>;
}

const MOSQUITTO = 'Mosquitto, default settings, storing nothing';
const MOSQUITTO_NO_DELAY = 'Mosquitto with set_tcp_nodelay, storing nothing';
const AGAINST_MOSQUITTO = { [MOSQUITTO]: { atLeast: 0.8 }, [MOSQUITTO_NO_DELAY]: { atLeast: 1 } };

const PATTERNS: readonly Pattern[] = [
  { title: '50 stations, window 20', stations: 50, window: 20, segmented: false, goals: AGAINST_MOSQUITTO },
  { title: '50 stations, window 100', stations: 50, window: 100, segmented: false, goals: AGAINST_MOSQUITTO },
  {
    title: '500 stations, window 2, a segment each',
    stations: 500,
    window: 2,
    segmented: true,
    goals: { 'Aedes, storing nothing': { atLeast: 0.9 } },
  },
];

/**
 * Acknowledged and committed QoS 1 readings a second, against brokers that acknowledge and store nothing. All of it
 * (load, service, PostgreSQL) shares the machine, and the contenders take turns within each round.
 */
export const throughput: Claim = {
  name: 'throughput',
  async measure(bench) {
    const rivals = await startRivals(bench);
    try {
      const rows: Row[] = [];
      for (const pattern of PATTERNS) rows.push(...(await measurePattern(pattern, rivals, bench)));
      return rows;
    } finally {
      await Promise.all(rivals.map((rival) => rival.close()));
    }
  },
};

async function startRivals({ say }: Bench): Promise<readonly Rival[]> {
  const aedes = await startBareAedes();
  if (!hasMosquitto(say)) return [aedes];
  return [
    await startMosquitto(MOSQUITTO),
    await startMosquitto(MOSQUITTO_NO_DELAY, ['set_tcp_nodelay true']),
    aedes,
  ];
}

async function measurePattern(
  { title, goals, ...pattern }: Pattern,
  rivals: readonly Rival[],
  { effort, say, thermograph }: Bench,
): Promise<readonly Row[]> {
  const service = await thermograph();
  const tell = (round: number, name: string, rate: number): void =>
    say(`${title}, round ${round}: ${name}: ${Math.round(rate)}/s`);
  const rounds = await eachRound(effort, async (round) => {
    const ours = await service.load({ ...pattern, ...effort });
    tell(round, 'Thermograph', ours.rate);
    await service.truncate();
    // What the load has left to write out is not to be on the rivals' time.
    await service.checkpoint();
    const theirs: number[] = [];
    for (const { name, port } of rivals) {
      const { rate } = await load({ ...pattern, ...effort, port });
      tell(round, name, rate);
      theirs.push(rate);
    }
    return { ours: ours.rate, theirs };
  });
  return rivals.map(({ name }, index) =>
    compare(
      {
        claim: `acknowledged after commit: ${title}`,
        unit: 'readings/s',
        reference: name,
        goal: goals[name],
      },
      rounds.map(({ ours }) => ours),
      rounds.map(({ theirs }) => theirs[index]!),
    ),
  );
}
