import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';

/** A store is damaged in such a way that LevelDB ends the process that looks at it. */
export class BeyondRepairError extends Error {
  override readonly name = 'BeyondRepairError';
  readonly code = 'level-beyond-repair';
}

/** Signals by which a process ends itself, or is ended for what it did. */
const FATAL: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP']);
const PROGRAM = `
  const [, module, folder] = process.argv;
  require(module).ClassicLevel.repair(folder).catch((error) => {
    process.stderr.write((error.cause ?? error).message);
    process.exitCode = 1;
  });`;

/**
 * Saves what can be read of a damaged store. In a process of its own: what is wrong with some tables is an assertion of LevelDB's, which would
 * take all of the service with it, at each of its starts.
 * @param program for tests
 * @throws BeyondRepairError; what the file system reports
 */
export function repairLevel(folder: string, program = PROGRAM): Promise<void> {
  const module = createRequire(import.meta.url).resolve('classic-level');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--eval', program, module, folder], (error, _stdout, stderr) => {
      if (error === null) resolve();
      else if (error.signal && FATAL.has(error.signal))
        reject(new BeyondRepairError(`LevelDB ended with ${error.signal}`));
      else reject(new Error(stderr || error.message, { cause: error }));
    });
  });
}
