import { type Bench, bounded, type Claim, compare, type Row } from './support/claim.ts';
import { end, outputUntil, sleep, startProgram } from './support/process.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';

const MEGABYTE = 1024 * 1024;
const MAX_MEGABYTES = 200;
const FULL_LOAD_SECONDS = 300;
const SAMPLE_MS = 500;
const SAMPLES_A_WORD = 60;
const IDLE_STATIONS = 10_000;
const SETTLING_MS = 10_000;
const MAX_KILOBYTES_A_STATION = 25;

/** Resident memory of the service, without its database: at full load, and for stations that are merely connected. */
export const memory: Claim = {
  name: 'memory',
  // A fresh service each, for memory that was needed once is not always given back.
  async measure(bench) {
    const full = await onFreshService((service) => atFullLoad(service, bench));
    if (bench.effort.isQuick) {
      bench.say('memory: 10,000 stations take 20 s to come and settle: a quick run leaves their row out.');
      return full;
    }
    return [...full, await onFreshService((service) => ofIdleStations(service, bench))];
  },
};

async function onFreshService<T>(measure: (service: Thermograph) => Promise<T>): Promise<T> {
  const service = await startThermograph();
  try {
    return await measure(service);
  } finally {
    await service.close();
  }
}

async function atFullLoad(service: Thermograph, { effort, say }: Bench): Promise<readonly Row[]> {
  const seconds = effort.isQuick ? 2 : FULL_LOAD_SECONDS;
  const samples: number[] = [];
  const timer = setInterval(() => {
    samples.push(service.residentBytes() / MEGABYTE);
    if (samples.length % SAMPLES_A_WORD === 0) {
      say(`memory: ${Math.round(samples.at(-1)!)} MB after ${(samples.length * SAMPLE_MS) / 1000} s`);
    }
  }, SAMPLE_MS);
  try {
    await service.load({ stations: 50, window: 100, warmUpSeconds: 0, seconds });
  } finally {
    clearInterval(timer);
  }
  const third = Math.ceil(samples.length / 3);
  const during = `full load for ${seconds} s`;
  return [
    bounded({ claim: `resident memory, ${during}`, unit: 'MB' }, [Math.max(...samples)], MAX_MEGABYTES),
    compare(
      {
        claim: `resident memory, last third of ${during}`,
        unit: 'MB',
        reference: 'second third',
        goal: { atMost: 1.1 },
      },
      [mean(samples.slice(-third))],
      [mean(samples.slice(-2 * third, -third))],
    ),
  ];
}

async function ofIdleStations(service: Thermograph, { say }: Bench): Promise<Row> {
  const before = service.residentBytes();
  const program = startProgram('idle-stations', { port: service.mqttPort, stations: IDLE_STATIONS });
  await outputUntil(program, /connected/);
  await sleep(SETTLING_MS);
  const kilobytes = (service.residentBytes() - before) / 1024 / IDLE_STATIONS;
  say(`memory: ${kilobytes.toFixed(1)} KB for each of ${IDLE_STATIONS} idle stations`);
  await end(program);
  const row = { claim: `memory of each of ${IDLE_STATIONS} idle stations`, unit: 'KB' };
  return bounded(row, [kilobytes], MAX_KILOBYTES_A_STATION);
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
