import type { FastifyRequest } from 'fastify';
import { logInBySecret } from '../../src/access/login.ts';
import { mayReadStation } from '../../src/access/permissions.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { WebParts } from '../../src/web/parts.ts';
import { KeyMissingError, ThingSpeakError } from './errors.ts';
import { oneOf, type Parameters } from './parameters.ts';

type Needs = Pick<WebParts, 'credentials' | 'isPrivate' | 'loginFailed' | 'admitWrite' | 'httpCounters'>;

/** Who may write to and read from which channel. */
export interface Gate {
  /** @throws ThingSpeakError: 401 for a key that is none of ours, 429 for too many of those, 503 while nobody can tell */
  toWrite(request: FastifyRequest, given: Parameters): Promise<Channel>;
  /** @throws ThingSpeakError as `toWrite`, and 404 */
  toRead(request: FastifyRequest, id: number, given: Parameters): Promise<Channel>;
  /** Whether a channel is read without a key. */
  isOpen(channel: Channel): boolean;
}

const KEY_HEADERS = ['x-thingspeakapikey', 'thingspeakapikey'];

export function createGate(parts: Needs, channels: KnownChannels): Gate {
  async function refuse(address: string): Promise<ThingSpeakError> {
    parts.httpCounters.http_logins_refused += 1;
    const waitSeconds = await parts.loginFailed(address);
    if (waitSeconds === undefined) return new ThingSpeakError(401, 'this key is not one of this channel');
    return new ThingSpeakError(429, 'too many keys from this address were wrong', waitSeconds);
  }

  function mayReadByBearer({ headers }: FastifyRequest, channel: Channel): boolean {
    const secret = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (secret === undefined) return false;
    const login = logInBySecret(parts.credentials, false, secret);
    if (!('principal' in login) || login.principal.kind === 'anonymous') return false;
    const { principal } = login;
    // An entry holds the fields of all its stations.
    return channel.fields.every(({ station }) => mayReadStation(principal, station));
  }

  const isOpen = (channel: Channel): boolean => channel.isPublic && !parts.isPrivate;

  return {
    isOpen,
    async toWrite(request, given) {
      if (request.method === 'GET') {
        // The other methods have been counted already.
        const waitSeconds = await parts.admitWrite(request.ip);
        if (waitSeconds !== undefined)
          throw new ThingSpeakError(429, 'too much comes from this address', waitSeconds);
      }
      if (!channels.isKnown()) throw notKnownYet();
      const key = keyOf(request, given);
      if (key === undefined) throw new KeyMissingError('the request holds no api_key');
      const channel = channels.byWriteKey(key);
      if (channel === undefined) throw await refuse(request.ip);
      return channel;
    },
    async toRead(request, id, given) {
      if (!channels.isKnown()) throw notKnownYet();
      const channel = channels.find(id);
      if (channel === undefined) throw new ThingSpeakError(404, 'there is no such channel');
      if (isOpen(channel) || mayReadByBearer(request, channel)) return channel;
      const key = keyOf(request, given);
      if (key === undefined) throw new KeyMissingError('this channel needs its read key as api_key');
      if (!channels.mayRead(channel, key)) throw await refuse(request.ip);
      return channel;
    },
  };
}

/** Where it is shown as ThingSpeak has it. */
export function keyOf({ headers }: Pick<FastifyRequest, 'headers'>, given: Parameters): string | undefined {
  const inHeader = KEY_HEADERS.map((name) => headers[name]).find((value) => typeof value === 'string');
  return oneOf(given, 'api_key', 'key', 'apikey', 'write_api_key') ?? inHeader?.toString();
}

function notKnownYet(): ThingSpeakError {
  return new ThingSpeakError(503, 'the channels could not be read yet', 5);
}
