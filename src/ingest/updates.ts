import type { UpdateOutcome } from '../storage/channel-updates-insert.ts';
import { insertIsolating, type IsolateOptions } from '../storage/isolate.ts';
import type { ChannelUpdate } from '../telemetry/channel-entry.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { reject, type Submission } from './submission.ts';

/** @throws what the database reports; then none was stored */
export type StoreUpdates = (updates: readonly ChannelUpdate[]) => Promise<readonly UpdateOutcome[]>;

/**
 * Stores the entries of channels that are among a batch. What becomes of none takes the message's readings with it: they are
 * rejected together.
 * @throws what the database reports, when it is a passing failure; some may be stored then
 */
export function insertUpdates(
  batch: readonly Submission[],
  storeUpdates: StoreUpdates,
  options: IsolateOptions,
): Promise<void> {
  const insert = async (some: readonly Submission[]): Promise<void> => {
    const outcomes = await storeUpdates(some.flatMap(({ decoded: { update } }) => update ?? []));
    for (const [index, submission] of some.entries()) note(submission, outcomes[index]!);
  };
  return insertIsolating(batch, insert, refuseByDatabase, options);
}

function note(submission: Submission, outcome: UpdateOutcome): void {
  const { update } = submission.decoded;
  if (update === undefined) return;
  if (outcome === 'stored' || outcome === 'duplicate') {
    submission.entry = outcome;
    return;
  }
  submission.entry = 'refused';
  if (outcome === 'channel-gone') {
    reject(submission, { reason: 'channel-unknown', detail: `there is no channel ${update.channelId}` });
    return;
  }
  const detail = `the channel has another entry of ${formatMicros(update.entry.createdAt)}`;
  reject(submission, { reason: 'entry-conflict', detail });
}

function refuseByDatabase(submission: Submission, detail: string): void {
  submission.entry = 'refused';
  reject(submission, { reason: 'refused-by-database', detail: `the entry: ${detail}` });
}
