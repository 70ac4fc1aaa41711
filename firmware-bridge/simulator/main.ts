import { SimulatorError } from './errors.ts';
import { HELP, parseOptions, type SimulatorOptions } from './options.ts';
import { simulate, type SimulationOutcome } from './simulate.ts';
import { readSeattleYear } from './weather.ts';

const GRACE_MS = 10_000;
/** One Ctrl-C comes twice: from the terminal, and once more from tsx, which got it too. */
const SAME_KEY_PRESS_MS = 500;

const parsed = parseOptions(process.argv.slice(2), process.env, Date.now());
if (parsed.kind === 'help') {
  process.stdout.write(HELP);
} else if (parsed.kind === 'mistakes') {
  process.stderr.write(`${parsed.mistakes.join('\n')}\nSee: npm run simulate -- --help\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(parsed.options);
}

/** Resolves with the exit code. */
async function run(options: SimulatorOptions): Promise<number> {
  const stop = new AbortController();
  const giveUp = new AbortController();
  let stoppedAt = 0;
  const onSignal = (): void => {
    if (!stop.signal.aborted) stoppedAt = performance.now();
    // Whoever asks again does not want to wait for the last PUBACKs.
    else if (performance.now() - stoppedAt > SAME_KEY_PRESS_MS) giveUp.abort();
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const outcome = await simulate(options, {
      hours: readSeattleYear(),
      nowMs: Date.now(),
      stop: stop.signal,
      giveUp: giveUp.signal,
      graceMs: GRACE_MS,
      writeProgress: (text) => process.stderr.write(text),
      terminal: process.stderr.isTTY,
    });
    return report(outcome);
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function report({ tally, seconds }: SimulationOutcome): number {
  const { acknowledgedReadings, acknowledgedMessages } = tally;
  process.stdout.write(
    `${acknowledgedReadings} readings in ${acknowledgedMessages} messages acknowledged in ${seconds.toFixed(1)} s\n`,
  );
  const messages = tally.sentMessages - acknowledgedMessages;
  if (messages === 0) return 0;
  const readings = tally.sentReadings - acknowledgedReadings;
  process.stderr.write(
    `${readings} readings in ${messages} messages were not acknowledged: they may or may not be stored.\n`,
  );
  return 1;
}
