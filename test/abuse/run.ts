import { writeFileSync } from 'node:fs';
import type { Releasers } from '../../src/releasers.ts';
import { formatSum } from '../support/verdicts.ts';
import { connectFlood } from './scenarios/connect-flood.ts';
import { credentials } from './scenarios/credentials.ts';
import { flood } from './scenarios/flood.ts';
import { fuzzHttp } from './scenarios/fuzz-http.ts';
import { fuzzMqtt } from './scenarios/fuzz-mqtt.ts';
import { longHeaders } from './scenarios/long-headers.ts';
import { malformed } from './scenarios/malformed.ts';
import { slowLoris } from './scenarios/slow-loris.ts';
import { topics } from './scenarios/topics.ts';
import { wills } from './scenarios/wills.ts';
import { type Options, readOptions, usage } from './support/options.ts';
import { perform } from './support/perform.ts';
import { formatTable, type Result } from './support/report.ts';
import type { Scenario } from './support/scenario.ts';

const SCENARIOS: readonly Scenario[] = [
  malformed,
  fuzzMqtt,
  fuzzHttp,
  slowLoris,
  connectFlood,
  longHeaders,
  topics,
  wills,
  credentials,
  flood,
];
const LIMIT_MS = 300_000;
/** Generous: how fast a machine is must not decide. */
// Timing decides nothing on a machine that others use; what it should be is in the table.
const PATIENCE_MS = 30_000;
const EXIT_MISUSED = 2;
const EXIT_INTERRUPTED = 130;

const options = optionsOrExit();
const startedAt = performance.now();
let current: Releasers | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say('interrupted: cleaning up');
    void current?.release().finally(() => process.exit(EXIT_INTERRUPTED));
  });
}

say(`seed ${options.seed}`);
const results: Result[] = [];
for (const scenario of options.scenarios) {
  say(`${scenario.name}: ${scenario.about}`);
  const result = await perform(scenario, {
    seed: options.seed,
    limitMs: LIMIT_MS,
    patienceMs: PATIENCE_MS,
    say: (progress) => say(`${scenario.name}: ${progress}`),
    onStage: (releasers) => (current = releasers),
  });
  say(`${scenario.name}: ${[result.verdict, ...result.reasons].join('; ')}`);
  results.push(result);
}
if (options.json !== undefined) {
  const report = { at: new Date().toISOString(), seed: options.seed, results };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
process.stdout.write(formatTable(results) + formatSum(results));
process.exitCode = results.some(({ verdict }) => verdict === 'failed') ? 1 : 0;

function say(progress: string): void {
  const seconds = String(Math.round((performance.now() - startedAt) / 1_000)).padStart(5);
  process.stderr.write(`${seconds} s  ${progress}\n`);
}

function optionsOrExit(): Options {
  try {
    const found = readOptions(process.argv.slice(2), SCENARIOS);
    if (found !== undefined) return found;
    process.stdout.write(usage(SCENARIOS));
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage(SCENARIOS)}`);
    return process.exit(EXIT_MISUSED);
  }
}
