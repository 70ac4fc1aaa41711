import type { KnownCredentials, Login } from '../../src/access/login.ts';
import type { Principal } from '../../src/access/permissions.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { ChannelTopic } from '../../src/telemetry/channel-topic.ts';
import type { BoardParts } from './board-parts.ts';

/** Who may write to which channel over MQTT. */
export interface MqttAccess {
  /**
   * Lets in whoever shows a channel's write key for a password, whatever the user name, if it is not a credential's: boards have
   * one of ThingSpeak's there.
   * @param login what came of the user name and the password otherwise
   */
  logIn(login: Login, name: string | null, secret: Uint8Array | null): Login;
  /**
   * Why somebody may not write to the channel; `null` if they may. A key at the end of the topic is enough, as it is over HTTP, and
   * it must be right. Without one it is for who has logged in with the channel's key, and for a station whose readings are all
   * that the channel takes; those without any login must have a key, also where they may do everything else.
   */
  refusalOf(principal: Principal, topic: ChannelTopic, address: string): string | null;
}

type Needs = Pick<BoardParts, 'channels' | 'counters'> & {
  readonly credentials: Pick<KnownCredentials, 'hasName' | 'isKnown'>;
  /** Counts a wrong key. */
  readonly loginFailed: (address: string) => Promise<unknown>;
};

export function createMqttAccess({ channels, counters, credentials, loginFailed }: Needs): MqttAccess {
  return {
    logIn(login, name, secret) {
      if ('principal' in login && login.principal.kind !== 'anonymous') return login;
      if (secret === null || !credentials.isKnown() || (name !== null && credentials.hasName(name)))
        return login;
      const channel = channels.byWriteKey(Buffer.from(secret).toString());
      const fingerprint = channel && channels.fingerprint(channel.id);
      if (channel === undefined || fingerprint === undefined) {
        return 'refusal' in login && !channels.isKnown() ? { refusal: 'not-known-yet' } : login;
      }
      const { id: channelId } = channel;
      return {
        principal: { id: null, kind: 'channel', name: `channel ${channelId}`, channelId, fingerprint },
      };
    },
    refusalOf(principal, { channelId, key }, address) {
      if (principal.kind === 'nobody') return 'its credential does not count any more';
      if (isKeyOf(channels, key, channelId)) return null;
      const isStale =
        principal.kind === 'channel' && channels.fingerprint(principal.channelId) !== principal.fingerprint;
      const channel = channels.find(channelId);
      if (key === undefined && !isStale && channel !== undefined && mayWrite(principal, channel)) return null;
      if (!channels.isKnown()) {
        counters.thingspeak_refused_unavailable += 1;
        return 'the channels could not be read yet';
      }
      if (key !== undefined) {
        counters.thingspeak_refused_key_unknown += 1;
        void loginFailed(address);
        return 'what stands at its end is not the write key of this channel';
      }
      if (isStale) {
        counters.thingspeak_refused_key_unknown += 1;
        return 'the key that it was let in with does not count any more';
      }
      counters.thingspeak_refused_key_missing += 1;
      return 'there is no key at its end, and who sends it may not write to this channel otherwise';
    },
  };
}

function isKeyOf(channels: KnownChannels, key: string | undefined, channelId: number): boolean {
  return key !== undefined && channels.byWriteKey(key)?.id === channelId;
}

/** By who it is; the message may show a key besides. */
function mayWrite(principal: Principal, { id, fields }: Channel): boolean {
  if (principal.kind === 'channel') return principal.channelId === id;
  return (
    principal.kind === 'station' &&
    fields.length > 0 &&
    fields.every(({ station }) => station === principal.name)
  );
}
