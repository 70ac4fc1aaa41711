import { isUtf8 } from 'node:buffer';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { type ChannelTopic, parseChannelTopic } from '../../src/telemetry/channel-topic.ts';
import { type Decoded, MAX_PAYLOAD_BYTES } from '../../src/telemetry/decode.ts';
import { quote } from '../../src/telemetry/quote.ts';
import type { Message, Reading, Rejection, RejectReason } from '../../src/telemetry/reading.ts';
import { isMetricName, isStationName } from '../../src/telemetry/topic.ts';
import { parseValueText } from '../../src/telemetry/value.ts';
import { contentOf, mistakesOf, ownTimeOf } from './entry.ts';
import { ContentError } from './errors.ts';
import { type Given, givenOf } from './parameters.ts';

/** What a message says, or why nobody can tell for now. @param isSpooled whether it comes from the spool, to be written */
export type Dialect = (
  message: Message,
  isSpooled?: boolean,
) => Decoded | { readonly notYet: string } | undefined;

/**
 * Reads what boards publish to topics of ThingSpeak's as their updates over HTTP are read. Who may write to the channel was
 * found out at the broker, which has taken the key from the topic.
 */
export function createDialect(channels: KnownChannels): Dialect {
  return (message, isSpooled = false) => {
    const topic = parseChannelTopic(message.topic);
    if (topic === undefined || topic.key !== undefined) return undefined;
    // As everywhere in MQTT, it says nothing.
    if (message.payload.length === 0) return decoded({});
    const channel = channels.find(topic.channelId);
    // What was known last is enough to put it into the spool, from which it is read again when all is known.
    if (!channels.isKnown() && (isSpooled || channel === undefined)) {
      return { notYet: 'the channels could not be read yet' };
    }
    if (channel !== undefined) return decodeUpdate(channel, topic, message);
    return refuse('channel-unknown', `there is no channel ${topic.channelId}`);
  };
}

function decodeUpdate(channel: Channel, topic: ChannelTopic, message: Message): Decoded {
  const { payload, receivedAt, firstReceivedAt } = message;
  if (payload.length > MAX_PAYLOAD_BYTES) {
    const detail = `the payload has ${payload.length} bytes; ${MAX_PAYLOAD_BYTES} are allowed`;
    return refuse('payload-too-large', detail);
  }
  if (topic.field !== undefined && !/^[1-8]$/.test(topic.field)) {
    return refuse('channel-field', `${quote(`field${topic.field}`)} is none of field1 to field8`);
  }
  if (!isUtf8(payload)) return refuse('payload-not-utf8', 'the payload is not UTF-8 text');
  const { parameters, problem } = givenBy(topic, Buffer.from(payload));
  if (problem !== undefined) return refuse(problem.reason, problem.message);
  // What is in the future is so at the receipt, also for what has waited in the spool.
  const ownTime = ownTimeOf(parameters, receivedAt);
  const mistakes = mistakesOf(parameters, ownTime);
  const content = contentOf(parameters);
  if (content instanceof ContentError) {
    return refuse(content.reason, [content.message, ...mistakes.map(({ what }) => what)].join('; '));
  }
  const times = { receivedAt, createdAt: ownTime ?? firstReceivedAt, hasOwnTime: ownTime !== undefined };
  const entry: ChannelEntry = { ...content, ...times };
  return decoded({ ...readingsOf(channel, entry), update: { channelId: channel.id, entry, mistakes } });
}

function givenBy({ field }: ChannelTopic, body: Buffer): Given {
  if (field === undefined) return givenOf('', body);
  return { parameters: new Map([[`field${field}`, body.toString('utf8')]]), body, problem: undefined };
}

/** What of the entry is numbers. */
function readingsOf(channel: Channel, entry: ChannelEntry): Pick<Decoded, 'readings' | 'rejections'> {
  const readings: Reading[] = [];
  const rejections: Rejection[] = [];
  const { createdAt: measuredAt, hasOwnTime } = entry;
  for (const { field, station, metric } of channel.fields) {
    const value = parseValueText(entry.fields[field] ?? '');
    if (typeof value !== 'number') continue;
    if (isStationName(station) && isMetricName(metric)) {
      readings.push({ station, metric, value, unit: undefined, measuredAt, hasOwnTime });
    } else {
      // Put into the table by hand, then.
      const detail = `field ${field} of the channel goes to ${quote(`${station}:${metric}`)}`;
      rejections.push({ reason: isStationName(station) ? 'metric-name' : 'station-name', detail });
    }
  }
  return { readings, rejections };
}

function refuse(reason: RejectReason, detail: string): Decoded {
  return decoded({ rejections: [{ reason, detail }] });
}

function decoded(parts: Partial<Decoded>): Decoded {
  return { station: null, readings: [], rejections: [], status: null, ...parts };
}
