import { EmbeddedServerError, USE_OWN_DATABASE } from './error.ts';
import type { Outcome } from './program.ts';
import type { Site } from './site.ts';

/** Why one of PostgreSQL's programs, which are there, did not do its work. */
export function explainFailure(site: Site, program: string, outcome: Outcome): EmbeddedServerError {
  const { status, failure, output } = outcome;
  // The file is there, so it is its loader that is missing; 127 comes from `unshare` and from the loader itself.
  if (failure === 'ENOENT' || failure === 'ENOEXEC' || status === 126 || status === 127) {
    const message = `The packaged ${program} can't run on this system (${failure || output}).`;
    const hint = `It needs the GNU C library (Debian, Ubuntu, Fedora …; not Alpine). Otherwise ${USE_OWN_DATABASE}.`;
    return new EmbeddedServerError('platform-unsupported', message, hint);
  }
  const words = failure || output || `it ended with status ${status}`;
  const hint = `Mend what it names. The database is in ${site.directory}, its log in ${site.logFile}.`;
  return new EmbeddedServerError('start-failed', `${program} failed: ${words}`, hint);
}
