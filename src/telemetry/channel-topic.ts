/** A topic that boards publish to which speak ThingSpeak: `channels/{id}/publish`, and what may follow. */
export interface ChannelTopic {
  readonly channelId: number;
  /** What stands behind `field` where one value is published by itself; `undefined` where it is several at once. */
  readonly field: string | undefined;
  /** The write key that older boards put at the end. */
  readonly key: string | undefined;
  /** The topic without its key, which is nobody's business but its channel's. */
  readonly keyless: string;
}

const PREFIX = 'channels/';
const PUBLISH = /^channels\/[^/]*\/publish(?:\/|$)/;
const TOPIC = /^(channels\/(\d{1,10})\/publish(?:\/fields\/field([^/]*))?)(?:\/([^/]*))?$/;
const BEFORE_KEY = /^channels\/[^/]*\/(?:publish|subscribe)(?:\/fields\/(?:field[1-8]|\+))?/;

/** Whether it is ThingSpeak's way to write to a channel, or an attempt at it. */
export function isChannelTopic(topic: string): boolean {
  return topic.startsWith(PREFIX) && PUBLISH.test(topic);
}

/** `undefined` for an attempt that names no channel, or goes on behind the key. */
export function parseChannelTopic(topic: string): ChannelTopic | undefined {
  const [, keyless = '', id, field, key] = TOPIC.exec(topic) ?? [];
  return id === undefined ? undefined : { channelId: Number(id), field, key, keyless };
}

/** A topic or filter as it may be shown: ThingSpeak's may end in a key. */
export function shownTopic(topic: string): string {
  const [beforeKey] = topic.startsWith(PREFIX) ? (BEFORE_KEY.exec(topic) ?? []) : [];
  return beforeKey === undefined || beforeKey === topic ? topic : `${beforeKey}/…`;
}
