import { setFlagsFromString } from 'node:v8';
import { ConfigError, readConfig } from './config.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_MISUSED, handleInterrupts } from './interrupts.ts';
import { createLog } from './log.ts';
import { misspeltSettings } from './settings/misspelt.ts';
import { packageVersion } from './package-version.ts';
import { type Service, startService } from './service.ts';
import { InterruptedError } from './start-error.ts';
import { programName } from './program-name.ts';
import { startUpLines } from './start-up-lines.ts';
import { hintOf, reasonOf } from './storage/failure.ts';

/**
 * How far the heap may grow before garbage is looked for in all of it, in percent. V8 by itself lets it double, and with it
 * the memory behind it that holds what sockets have read: under full load 140 MB resident instead of 220, at no cost
 * that could be measured.
 */
const HEAP_GROWING_PERCENT = 20;
/**
 * V8 watches which objects survive and makes their like where the long-lived are, among them the messages of a batch,
 * which live for a few milliseconds: all of the heap was then searched for garbage three times as often, at a third of
 * the rate.
 */
const NO_PRETENURING = '--no-allocation-site-pretenuring';

await main().catch(fail);

async function main(): Promise<void> {
  // Whoever read them may have gone, and the service goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  setFlagsFromString(NO_PRETENURING);
  const config = readConfig(process.env);
  const version = packageVersion();
  const program = programName(process.env);
  const log = createLog(config.logLevel, process.stderr.isTTY);
  for (const mistake of misspeltSettings(process.env)) log.warn(mistake);
  const interrupted = new AbortController();
  const starting = startService({ config, version, program, log, signal: interrupted.signal, onLost: fail });
  handleSignals(starting, interrupted, config.shutdownTimeoutMs);
  const service = await starting;
  process.stdout.write(startUpLines({ config, version, program, ...service }));
}

/** The first signal stops the service in order, or its start, within the time that it has; the second at once. */
function handleSignals(
  starting: Promise<Service>,
  interrupted: AbortController,
  shutdownTimeoutMs: number,
): void {
  let service: Service | undefined;
  starting.then(
    (started) => (service = started),
    () => undefined,
  );
  const stop = (signal: NodeJS.Signals): void => {
    process.stdout.write(
      `\n${signal}: storing what is under way, then stopping. Once more to stop at once.\n`,
    );
    interrupted.abort(new InterruptedError());
    setTimeout(() => {
      process.stderr.write(
        'The stop took longer than SHUTDOWN_TIMEOUT: it is ended by force. What was not acknowledged may not be stored.\n',
      );
      service?.abandon();
      process.exit(EXIT_FAILED);
    }, shutdownTimeoutMs).unref();
    starting.then((started) => started.close()).then(() => process.exit(0), fail);
  };
  handleInterrupts({ first: stop, second: () => service?.abandon() });
}

function fail(error: unknown): never {
  complain(error);
  if (error instanceof InterruptedError) process.exit(EXIT_INTERRUPTED);
  process.exit(error instanceof ConfigError ? EXIT_MISUSED : EXIT_FAILED);
}

function complain(error: unknown): void {
  const hint = hintOf(error);
  if (hint !== undefined) {
    process.stderr.write(`${reasonOf(error)}\n  ${hint}\n`);
  } else if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
  } else {
    process.stderr.write(`Thermograph failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}
