import { type Claim, compare, type Effort, type Row } from './support/claim.ts';
import {
  type Contender,
  hasMosquitto,
  load,
  startBareAedes,
  startMosquitto,
  startThermograph,
} from './support/processes.ts';

/** A pattern of load, and what Thermograph aims at against each rival in it. */
interface Pattern {
  readonly title: string;
  readonly stations: number;
  readonly window: number;
  readonly segmented: boolean;
  readonly goals: {
    readonly aedes?: number;
    readonly mosquitto?: number;
    readonly mosquittoNoDelay?: number;
  };
}

const PATTERNS: readonly Pattern[] = [
  {
    title: '50 stations, window 20',
    stations: 50,
    window: 20,
    segmented: false,
    goals: { mosquitto: 0.8, mosquittoNoDelay: 1 },
  },
  {
    title: '50 stations, window 100',
    stations: 50,
    window: 100,
    segmented: false,
    goals: { mosquitto: 0.8, mosquittoNoDelay: 1 },
  },
  {
    title: '500 stations, window 2, a segment each',
    stations: 500,
    window: 2,
    segmented: true,
    goals: { aedes: 0.9 },
  },
];

/**
 * Acknowledged and committed QoS 1 readings a second, against brokers that acknowledge and store nothing. All of it
 * (load, service, PostgreSQL) shares the machine, and the contenders take turns within each round. After each of
 * Thermograph's turns every acknowledged reading is looked up in the table.
 */
export const throughput: Claim = {
  name: 'throughput',
  async measure(effort, say) {
    const contenders = await startAll(say);
    try {
      const rows: Row[] = [];
      for (const pattern of PATTERNS) rows.push(...(await measurePattern(pattern, contenders, effort, say)));
      return rows;
    } finally {
      await Promise.all(Object.values(contenders).map((contender) => contender?.close()));
    }
  },
};

interface Contenders {
  readonly thermograph: Contender;
  readonly aedes: Contender;
  readonly mosquitto: Contender | undefined;
  readonly mosquittoNoDelay: Contender | undefined;
}

async function startAll(say: (progress: string) => void): Promise<Contenders> {
  const hasRival = hasMosquitto();
  if (!hasRival) say('Mosquitto is not installed (apt-get install mosquitto): its rows are left out.');
  return {
    thermograph: await startThermograph(),
    aedes: await startBareAedes(),
    mosquitto: hasRival ? await startMosquitto({ noDelay: false }) : undefined,
    mosquittoNoDelay: hasRival ? await startMosquitto({ noDelay: true }) : undefined,
  };
}

async function measurePattern(
  { title, goals, ...pattern }: Pattern,
  contenders: Contenders,
  effort: Effort,
  say: (progress: string) => void,
): Promise<readonly Row[]> {
  const rates = { thermograph: [], aedes: [], mosquitto: [], mosquittoNoDelay: [] } as Record<
    keyof Contenders,
    number[]
  >;
  for (let round = 1; round <= effort.rounds; round += 1) {
    for (const [key, contender] of Object.entries(contenders) as [
      keyof Contenders,
      Contender | undefined,
    ][]) {
      if (contender === undefined) continue;
      const result = await load(contender, { ...pattern, ...effort });
      await contender.verify(result);
      rates[key].push(result.rate);
      say(`${title}, round ${round}: ${contender.name}: ${Math.round(result.rate)}/s`);
    }
  }
  const rivals = (['mosquitto', 'mosquittoNoDelay', 'aedes'] as const).filter((key) => rates[key].length > 0);
  return rivals.map((key) =>
    compare(
      {
        claim: `acknowledged after commit: ${title}`,
        unit: 'readings/s',
        reference: contenders[key]!.name,
        goal: goals[key],
      },
      rates.thermograph,
      rates[key],
    ),
  );
}
