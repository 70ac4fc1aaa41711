import type { Spooled } from './record.ts';

/** Messages that had been kept, and that the disk has damaged. */
export interface Losses {
  /** As far as has been read. */
  count(): number;
  add(messages: number): void;
  /**
   * Looks at what was read. Positions count up without gaps: one that is missing was acknowledged, and is nowhere.
   * @param reach from which position on it was read, and that of the oldest that there should be
   */
  note(spooled: readonly Spooled[], reach: { readonly from: number; readonly oldest: number }): void;
}

/** @param onLost called with how many more there are */
export function createLosses(onLost: (messages: number) => void): Losses {
  let lost = 0;
  /** All up to this position were looked at. */
  let seenThrough = 0;

  function add(messages: number): void {
    if (messages <= 0) return;
    lost += messages;
    onLost(messages);
  }

  return {
    count: () => lost,
    add,
    note(spooled, { from, oldest }) {
      // What was before has been removed, or counted when it was: at an end, or with a spool that was put aside.
      const seen = (seenThrough = Math.max(seenThrough, oldest - 1));
      const unseen = spooled.filter(({ position }) => position > seen);
      const newest = unseen.at(-1);
      if (newest === undefined || from > seen + 1) return;
      const sound = unseen.filter(({ message }) => message !== undefined).length;
      seenThrough = newest.position;
      add(newest.position - seen - sound);
    },
  };
}
