import type { Command } from './command.ts';

const OPTIONS = {} as const;

export const start: Command<typeof OPTIONS> = {
  name: 'start',
  operands: [],
  summary: 'Runs the service, until Ctrl-C or SIGTERM',
  details: `The same as npm start in a checkout. It stays in the foreground, says where it listens, and logs to standard error. Without
DATABASE_URL the database is made in DATA_DIR, which is ./data in the present folder unless it is set.

A signal stops it in order: what is under way is stored and acknowledged first. A second one stops it at once.

Exit codes: 0 stopped in order; 1 it could not start, or be stopped within SHUTDOWN_TIMEOUT; 2 wrong settings; 130 stopped before it
had started, or at once.`,
  options: OPTIONS,
  run: (context) => context.startService(),
};
