import { Cron } from 'croner';

/** Times that come again and again. */
export interface Schedule {
  /** As it was written. */
  readonly text: string;
  /** The last time before then; `undefined`: there was none. */
  before(time: Date): Date | undefined;
}

/**
 * @param text five fields of cron, or a word such as @daily
 * @throws when it can't be understood, or never comes
 */
export function createSchedule(text: string, timezone: string): Schedule {
  const cron = new Cron(text, { timezone, mode: '5-part', paused: true });
  if (cron.nextRun() === null) throw new RangeError(`${text} never comes`);
  return { text, before: (time) => cron.previousRuns(1, time)[0] };
}
