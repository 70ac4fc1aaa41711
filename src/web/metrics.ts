import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { REJECT_REASONS } from '../telemetry/reading.ts';
import { createHistogram } from './histogram.ts';
import { counterName } from './names.ts';

/** Numbers of the service, as Prometheus reads them. */
export interface Metrics {
  /** How long storing and acknowledging take; to be handed to ingest. */
  readonly observer: {
    committed(readings: number, seconds: number): void;
    acknowledged(seconds: number): void;
  };
  /** The text of `/metrics`. */
  read(sources: MetricsSources): Promise<string>;
  readonly contentType: string;
}

/** What is counted elsewhere, and looked at when Prometheus asks. */
export interface MetricsSources {
  /** Since the start, by name: `messages_received`. */
  readonly counters: Readonly<Record<string, number>>;
  /** Now, by name: `messages_waiting`. */
  readonly gauges: Readonly<Record<string, number>>;
  /** Rejected parts of messages since the start, by reason. */
  readonly rejections: ReadonlyMap<string, number>;
  readonly version: string;
}

// From what an SSD takes for a commit to the 30 s after which what can't be stored is given up.
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const READINGS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

export function createMetrics(): Metrics {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  const commitSeconds = createHistogram({
    name: 'thermograph_commit_seconds',
    help: 'How long a batch took from its first statement to its commit',
    bounds: SECONDS,
  });
  const batchReadings = createHistogram({
    name: 'thermograph_batch_readings',
    help: 'How many readings a committed batch had',
    bounds: READINGS,
  });
  const acknowledgementSeconds = createHistogram({
    name: 'thermograph_acknowledgement_seconds',
    help: 'How long after its receipt a message was acknowledged',
    bounds: SECONDS,
  });
  const histograms = [commitSeconds, batchReadings, acknowledgementSeconds];
  return {
    observer: {
      committed(readings, seconds) {
        commitSeconds.observe(seconds);
        batchReadings.observe(readings);
      },
      acknowledged: (seconds) => acknowledgementSeconds.observe(seconds),
    },
    contentType: ofProcess.contentType,
    async read(sources) {
      const texts = [
        await readSources(sources),
        ...histograms.map((each) => each.text()),
        await ofProcess.metrics(),
      ];
      return texts.join('\n');
    },
  };
}

/** In a registry of its own, for what is counted elsewhere is a number, and not something to be counted up here. */
function readSources({ counters, gauges, rejections, version }: MetricsSources): Promise<string> {
  const registers = [new Registry()];
  for (const [name, value] of Object.entries(counters)) {
    const help = `${counterName(name)} since the start`;
    new Counter({ name: `thermograph_${name}_total`, help, registers }).inc(value);
  }
  for (const [name, value] of Object.entries({ ...gauges, ...notStored(counters) })) {
    new Gauge({ name: `thermograph_${name}`, help: counterName(name), registers }).set(value);
  }
  const rejected = new Counter({
    name: 'thermograph_rejections_total',
    help: 'Parts of messages that were rejected since the start, by reason',
    labelNames: ['reason'],
    registers,
  });
  // Also those of which there was none: Prometheus does not take the first value that it sees for an increase.
  for (const reason of REJECT_REASONS) rejected.inc({ reason }, rejections.get(reason) ?? 0);
  const info = {
    name: 'thermograph_info',
    help: 'The version that runs',
    labelNames: ['version'],
    registers,
  };
  new Gauge(info).set({ version }, 1);
  return registers[0]!.metrics();
}

/** The promise as a number. What is stored and about to be acknowledged would make it negative for a moment. */
function notStored(counters: Readonly<Record<string, number>>): Record<string, number> {
  const { messages_acknowledged = 0, messages_stored = 0, messages_spooled = 0 } = counters;
  return {
    messages_acknowledged_not_stored: Math.max(0, messages_acknowledged - messages_stored - messages_spooled),
  };
}
