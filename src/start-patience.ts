import { setTimeout as pause } from 'node:timers/promises';

/**
 * How long a start waits for what a database that is ready has to tell, in milliseconds, so that whoever comes first finds it. A
 * start that has waited goes on without; it is told later.
 */
export interface StartPatience {
  /** Clients that come before would be sent away, and come again later than need be. */
  readonly credentialsMs: number;
  /** So that boards which come at once are not refused. */
  readonly channelsMs: number;
  /** So that the first page is in the owner's order and units. */
  readonly displaysMs: number;
  /** The last day of each series, which may be much to read: so that the first page has it where it is not. */
  readonly daysMs: number;
}

export const START_PATIENCE: StartPatience = {
  credentialsMs: 2_000,
  channelsMs: 2_000,
  displaysMs: 2_000,
  daysMs: 300,
};

/** Resolves as soon as `known` is aborted, or after so many milliseconds. */
export async function waitAtMost(ms: number, known: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: known }).catch(() => undefined);
}
