import type { RejectedReason } from '../../storage/rejected-reasons-query.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Locale } from '../locales.ts';

const PREVIEW_CHARACTERS = 120;

/** How many messages were rejected for what, and the newest of each; `undefined` where the database did not answer. */
export function rejectedFacts(
  reasons: readonly RejectedReason[] | undefined,
  now: Micros,
  { words, zone }: Locale,
): readonly object[] | undefined {
  return reasons?.map(({ count, newest }) => {
    const text = newest.payload.toString('utf8');
    return {
      reason: newest.reason,
      count: words.whole(count),
      href: `/api/rejected?reason=${encodeURIComponent(newest.reason)}`,
      iso: formatMicros(newest.receivedAt),
      age: words.age((now - newest.receivedAt) / 1000),
      full: zone.full(newest.receivedAt),
      topic: newest.topic,
      detail: newest.detail,
      payload: text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text,
    };
  });
}
