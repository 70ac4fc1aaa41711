import type { ChannelUpdate } from '../../src/telemetry/channel-entry.ts';
import { isChannelTopic } from '../../src/telemetry/channel-topic.ts';
import type { Rejection, RejectReason } from '../../src/telemetry/reading.ts';
import type { BoardParts } from './board-parts.ts';
import type { ThingSpeakCounters } from './counters.ts';

/** What became of a message that came over MQTT. */
interface SettledMessage {
  readonly message: { readonly topic: string };
  readonly decoded: { readonly update?: ChannelUpdate };
  readonly entry: 'stored' | 'duplicate' | 'refused' | null;
  readonly rejections: readonly Rejection[];
}

/** Counts what became of messages of boards, and tells of what in them became of nothing; to be called after their commit. */
export function createNoteStored(boards: BoardParts): (batch: readonly SettledMessage[]) => void {
  const { channels, counters, notices } = boards;

  function noteUpdate({ channelId, entry, mistakes }: ChannelUpdate): void {
    for (const mistake of mistakes) notices.mistake(channelId, mistake);
    const channel = channels.find(channelId);
    if (channel !== undefined) notices.stored(channel, [entry]);
  }

  return (batch) => {
    for (const { message, decoded, entry, rejections } of batch) {
      const [rejection] = rejections;
      if (decoded.update !== undefined && entry !== 'refused') {
        if (entry === 'duplicate') counters.thingspeak_entries_duplicate += 1;
        else counters.thingspeak_entries_stored += 1;
        noteUpdate(decoded.update);
      } else if (rejection !== undefined && isChannelTopic(message.topic)) {
        counters[REFUSALS[rejection.reason] ?? 'thingspeak_refused_content'] += 1;
      }
    }
  };
}

const REFUSALS: Readonly<Partial<Record<RejectReason, keyof ThingSpeakCounters>>> = {
  'entry-conflict': 'thingspeak_refused_conflict',
  'channel-unknown': 'thingspeak_refused_key_unknown',
};
