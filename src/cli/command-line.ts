import { handleInterrupts } from '../interrupts.ts';
import { packageVersion } from '../package-version.ts';
import { programName } from '../program-name.ts';
import { asGiven } from './as-given.ts';
import { commands } from './commands.ts';
import { explain, InterruptedError } from './complain.ts';
import { run } from './run.ts';

/**
 * The command line as a process: its arguments, streams, signals and exit code.
 * @param startService runs the service in this very process, which is then the service's: its signals, its exit codes
 */
export async function runCommandLine(startService: () => Promise<void>): Promise<void> {
  // Whoever read them may have gone, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const interrupted = new AbortController();
  let abandon: (() => void) | undefined;
  const leaveSignals = handleInterrupts({
    first: () => interrupted.abort(new InterruptedError()),
    second: () => abandon?.(),
  });
  const program = programName(process.env);
  const tell = (text: string): boolean => process.stderr.write(ended(asGiven(text, commands, program)));
  try {
    await run({
      commands,
      args: process.argv.slice(2),
      env: process.env,
      program,
      version: packageVersion(),
      print: (text) => process.stdout.write(ended(text)),
      tell,
      streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
      signal: interrupted.signal,
      onOpened: (how) => (abandon = how),
      startService: () => {
        leaveSignals();
        return startService();
      },
    });
  } catch (error) {
    const { text, exitCode } = explain(error);
    tell(text);
    // Not process.exit: what was written to a pipe may still be on its way.
    process.exitCode = exitCode;
  }
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
