import type { BrokerLimits } from '../broker/limits.ts';
import type { Setting } from './setting.ts';
import { count, seconds } from './values.ts';

/** What MQTT clients may use. Whoever behaves never meets them; they keep the one who does not from all the others. */
export const LIMIT_SETTINGS: { readonly [Key in keyof BrokerLimits]: Setting<BrokerLimits[Key]> } = {
  maxConnections: count(
    'MAX_CONNECTIONS',
    [20_000, 1],
    'MQTT connections that may be open at a time, those that are still agreeing on a key of TLS included.',
  ),
  maxConnectionsPerAddress: count(
    'MAX_CONNECTIONS_PER_ADDRESS',
    [2_000, 1],
    'MQTT connections that one address may have open; of IPv6, one /64. All who come through one router or proxy share it.',
  ),
  maxConnectsPerSecond: count(
    'MAX_CONNECTS_PER_SECOND',
    [500, 1],
    'MQTT connections that one address may open a second; more are closed at once.',
  ),
  connectTimeoutMs: seconds(
    'CONNECT_TIMEOUT',
    [10, 1, 300],
    'How long an MQTT client may take to say who it is, in seconds.',
  ),
  maxKeepaliveMs: seconds(
    'MAX_KEEPALIVE',
    [86_400, 10, 604_800],
    'The longest keepalive, in seconds. A client that asks for more, or for none, is closed after one and a half times this without a word.',
  ),
  maxConnectBytes: count(
    'MAX_CONNECT_BYTES',
    [4096, 1024, 262_144],
    'The largest MQTT packet of a client that was not let in yet: its CONNECT, of which a last will is part.',
  ),
  maxPacketBytes: count(
    'MAX_PACKET_BYTES',
    [262_144, 1024, 16_777_216],
    'The largest MQTT packet of a client that was let in.',
  ),
  maxUnfinishedBytes: count(
    'MAX_UNFINISHED_BYTES',
    [67_108_864, 1_048_576],
    'How much may be kept of MQTT packets that have not come to their end, of all clients together. One whose packet would be too much is closed.',
  ),
  maxMessagesPerSecond: count(
    'MAX_MESSAGES_PER_SECOND',
    [20_000, 1],
    'MQTT packets of one client a second. One that sends more is read from more slowly; nothing is lost.',
  ),
  maxBytesPerSecond: count('MAX_BYTES_PER_SECOND', [33_554_432, 1024], 'The same in bytes.'),
  maxOverPaceMs: seconds(
    'MAX_OVER_PACE',
    [600, 1, 86_400],
    'How long a client may go on sending more than that, in seconds; then its connection is closed.',
  ),
  maxTopicBytes: count('MAX_TOPIC_BYTES', [512, 138, 65_535], 'The longest MQTT topic or filter.'),
  maxTopicLevels: count('MAX_TOPIC_LEVELS', [100, 3, 100], 'The levels of an MQTT topic or filter.'),
  maxSubscriptions: count(
    'MAX_SUBSCRIPTIONS',
    [1_000, 1],
    'Filters that an MQTT client may be subscribed to.',
  ),
  maxQueuedMessages: count(
    'MAX_QUEUED_MESSAGES',
    [10_000, 1],
    'Messages that are kept for a subscriber that is away or does not acknowledge them.',
  ),
};
