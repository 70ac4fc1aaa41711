import type { Client } from 'aedes';
import { mayPublish, maySubscribe, type Principal } from '../access/permissions.ts';
import { type ChannelTopic, isChannelTopic, parseChannelTopic } from '../telemetry/channel-topic.ts';
import { memoize } from '../telemetry/memoize.ts';
import { forbiddenTopic, type TopicLimits } from './authorize.ts';
import { birthTopic, isDiscoveryTopic } from './home-assistant/topics.ts';

/** Why a principal may not publish to a topic; `null` if it may. */
export type PublishRefusal = (principal: Principal, topic: string, client: Client | null) => string | null;

/** Why a principal, at that address, may not write to a channel of ThingSpeak's; `null` if it may. */
export type ChannelRefusal = (principal: Principal, topic: ChannelTopic, address: string) => string | null;

export interface PublishRulesParts {
  readonly limits: TopicLimits;
  readonly channelRefusal?: ChannelRefusal | undefined;
  readonly addressOf: (client: Client) => string;
  /** Where Home Assistant looks; `undefined` where it is told nothing. */
  readonly homeAssistant?: string | undefined;
}

/** Who may publish where, for messages and last wills. */
export function createPublishRules(parts: PublishRulesParts): PublishRefusal {
  const { limits, channelRefusal, addressOf, homeAssistant } = parts;
  const birth = homeAssistant === undefined ? undefined : birthTopic(homeAssistant);
  const forbiddenToAll = memoize((topic) =>
    homeAssistant !== undefined && isDiscoveryTopic(homeAssistant, topic)
      ? 'only this service announces its stations to Home Assistant'
      : forbiddenTopic(topic, limits),
  );
  return (principal, topic, client) => {
    const forbidden = forbiddenToAll(topic);
    if (forbidden !== null) return forbidden;
    // It says so whenever it connects, and would be closed for it each time; its credential is one that reads.
    if (topic === birth && maySubscribe(principal, birth)) return null;
    if (!isChannelTopic(topic)) return mayPublish(principal, topic) ? null : 'this is not a topic of its own';
    const channelTopic = parseChannelTopic(topic);
    if (channelTopic === undefined || channelRefusal === undefined)
      return 'this is not a topic of any channel';
    return channelRefusal(principal, channelTopic, client === null ? '' : addressOf(client));
  };
}

/** The topic that a message goes by once it may be published: without a key, which is nobody else's business. */
export function topicToGoBy(topic: string): string {
  return isChannelTopic(topic) ? (parseChannelTopic(topic)?.keyless ?? topic) : topic;
}
