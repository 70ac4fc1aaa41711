import { writeFileSync } from 'node:fs';
import type { Releasers } from '../../src/releasers.ts';
import { formatSum } from '../support/verdicts.ts';
import { diskFull, diskReadOnly } from './scenarios/disks.ts';
import { expireKilled } from './scenarios/expiry.ts';
import { killBoth, killPostgres, killService } from './scenarios/kills.ts';
import { disconnects, poison, undecodableMessages } from './scenarios/messages.ts';
import {
  commitCut,
  killSpooling,
  postgresSilent,
  postgresStopped,
  spoolFull,
} from './scenarios/postgres-away.ts';
import { stop } from './scenarios/stops.ts';
import { type Options, readOptions, usage } from './support/options.ts';
import { perform } from './support/perform.ts';
import { formatTable, type Result, resultOfError } from './support/report.ts';
import type { Scenario } from './support/scenario.ts';

const SCENARIOS: readonly Scenario[] = [
  killService,
  killPostgres,
  killBoth,
  expireKilled,
  postgresStopped,
  postgresSilent,
  commitCut,
  spoolFull,
  killSpooling,
  diskFull,
  diskReadOnly,
  poison,
  undecodableMessages,
  disconnects,
  stop,
];
/** One scenario, and all of the short form together. */
const ONE_LIMIT_MS = { short: 150_000, full: 2 * 3_600_000 };
const SHORT_LIMIT_MS = 570_000;
const PATIENCE_MS = 20_000;
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

const results: Result[] = [];
for (const scenario of options.scenarios) {
  say(`${scenario.name}: ${scenario.about}`);
  const result = await runWithin(scenario, limitMs(options));
  say(`${scenario.name}: ${[result.verdict, ...result.reasons].join('; ')}`);
  results.push(result);
}
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ at: new Date().toISOString(), results }, null, 2)}\n`);
}
process.stdout.write(formatTable(results) + formatSum(results));
process.exitCode = results.some(({ verdict }) => verdict === 'failed') ? 1 : 0;

async function runWithin(scenario: Scenario, most: number): Promise<Result> {
  if (most <= 0) return resultOfError(scenario, new Error('there was no time left for it'), 0);
  return perform(scenario, {
    form: options.form,
    wantedRounds: options.wantedRounds,
    patienceMs: PATIENCE_MS,
    say: (progress) => say(`${scenario.name}: ${progress}`),
    limitMs: most,
    onStage: (releasers) => (current = releasers),
  });
}

function limitMs({ form, wantedRounds }: Options): number {
  if (form === 'full' || wantedRounds !== undefined) return ONE_LIMIT_MS.full;
  return Math.min(ONE_LIMIT_MS.short, startedAt + SHORT_LIMIT_MS - performance.now());
}

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
