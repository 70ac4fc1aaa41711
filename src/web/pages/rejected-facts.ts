import type { RejectedReason } from '../../storage/rejected-reasons-query.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros, RejectReason } from '../../telemetry/reading.ts';
import type { Locale } from '../locales.ts';
import type { TextKey } from '../words.ts';

const PREVIEW_CHARACTERS = 120;

/** In the words of the page; what a newer version has kept, whose reasons are not known here, is told by its code alone. */
const WHY: Readonly<Record<string, TextKey>> = {
  'topic-unknown': 'status.rejected.topic-unknown',
  'topic-too-long': 'status.rejected.topic-too-long',
  'station-name': 'status.rejected.station-name',
  'metric-name': 'status.rejected.metric-name',
  'payload-too-large': 'status.rejected.payload-too-large',
  'payload-empty': 'status.rejected.payload-empty',
  'payload-not-utf8': 'status.rejected.payload-not-utf8',
  'payload-not-understood': 'status.rejected.payload-not-understood',
  'too-many-readings': 'status.rejected.too-many-readings',
  'too-many-metrics': 'status.rejected.too-many-metrics',
  'value-missing': 'status.rejected.value-missing',
  'value-not-a-number': 'status.rejected.value-not-a-number',
  'value-not-finite': 'status.rejected.value-not-finite',
  'unit-unknown': 'status.rejected.unit-unknown',
  'unit-mismatch': 'status.rejected.unit-mismatch',
  'time-not-understood': 'status.rejected.time-not-understood',
  'time-without-zone': 'status.rejected.time-without-zone',
  'time-too-early': 'status.rejected.time-too-early',
  'time-in-future': 'status.rejected.time-in-future',
  'status-unknown': 'status.rejected.status-unknown',
  'channel-unknown': 'status.rejected.channel-unknown',
  'channel-field': 'status.rejected.channel-field',
  'entry-conflict': 'status.rejected.entry-conflict',
  'value-too-long': 'status.rejected.value-too-long',
  'refused-by-database': 'status.rejected.refused-by-database',
} satisfies Record<RejectReason, TextKey>;

/** How many messages were rejected for what, and the newest of each; `undefined` where the database did not answer. */
export function rejectedFacts(
  reasons: readonly RejectedReason[] | undefined,
  now: Micros,
  { words, zone }: Locale,
): readonly object[] | undefined {
  return reasons?.map(({ count, newest }) => {
    const text = newest.payload.toString('utf8');
    const why = WHY[newest.reason];
    return {
      reason: newest.reason,
      why: why && words.text(why),
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
