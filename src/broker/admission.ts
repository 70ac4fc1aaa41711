import type { AedesOptions, AuthenticateError, Client } from 'aedes';
import { isSecretLike } from '../access/credential.ts';
import type { Login, Refusal } from '../access/login.ts';
import { NOBODY, type Principal } from '../access/permissions.ts';
import { shownTopic } from '../telemetry/channel-topic.ts';
import { quote } from '../telemetry/quote.ts';
import type { ClientIds } from './client-ids.ts';
import type { PublishRefusal } from './publish-rules.ts';
import type { Refusals } from './refusals.ts';

/** Return codes of CONNACK [MQTT-3.2.2.3]. */
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const BAD_USER_NAME_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;

const REFUSED_LOGINS: Readonly<Record<Refusal, readonly [code: number, reason: string]>> = {
  wrong: [BAD_USER_NAME_OR_PASSWORD, 'the user name or the password is wrong'],
  missing: [NOT_AUTHORIZED, 'a user name and a password are needed'],
  'not-known-yet': [SERVER_UNAVAILABLE, 'the credentials could not be read from the database yet'],
};

export interface AdmissionParts {
  /** Who shows this user name and password. */
  readonly logIn: (name: string | null, secret: Uint8Array | null) => Login;
  /** Whether nothing can be stored, so that no client should be let in. */
  readonly isRefusing: () => boolean;
  /** Whether the credentials could be read; until then nobody can tell who owns what. */
  readonly areKnown: () => boolean;
  /** Called for each client that was told to come again later. */
  readonly onUnavailable: () => void;
  /** Whether there is a credential of that name. */
  readonly hasName: (name: string) => boolean;
  /** Counts a wrong secret from an address. @returns after how many seconds to come again, if there were too many */
  readonly loginFailed: (address: string) => Promise<number | undefined>;
  readonly addressOf: (client: Client) => string;
  readonly clientIds: ClientIds;
  readonly refusalOf: PublishRefusal;
  readonly refusals: Refusals;
}

/** Lets clients in, and knows who those are that it has let in. */
export interface Admission {
  readonly authenticate: NonNullable<AedesOptions['authenticate']>;
  readonly principalOf: (client: object) => Principal;
  /** The client may do nothing from now on, its last will included. */
  readonly expel: (client: object) => void;
}

export function createAdmission(parts: AdmissionParts): Admission {
  const principals = new WeakMap<object, Principal>();

  function judge(client: Client, name: string | null, password: Uint8Array | null): RefusedError | null {
    if (parts.isRefusing()) {
      return new RefusedError('nothing can be stored at the moment', SERVER_UNAVAILABLE);
    }
    const login = parts.logIn(name, password);
    if ('refusal' in login) {
      const [code, reason] = REFUSED_LOGINS[login.refusal];
      return new RefusedError(reason, code);
    }
    const { principal } = login;
    if (principal.kind === 'admin') {
      return new RefusedError("an admin's credential is for HTTP", NOT_AUTHORIZED);
    }
    const will = willTopicOf(client);
    // A last will that would not be published is refused with its CONNECT: later there is nobody to tell.
    const forbidden = will === undefined ? null : parts.refusalOf(principal, will, client);
    if (will !== undefined && forbidden !== null) {
      return new RefusedError(`last will on ${quote(shownTopic(will))}: ${forbidden}`, NOT_AUTHORIZED);
    }
    if (!parts.clientIds.claim(client, client.id, principal)) {
      return parts.areKnown()
        ? new RefusedError('the client identifier belongs to another credential', IDENTIFIER_REJECTED)
        : unavailable();
    }
    principals.set(client, principal);
    return null;
  }

  /**
   * Too many wrong secrets from one address are answered no more. A right one always is: of 128 random bits nobody guesses
   * one, and a lock-out would be a weapon against all who share the address with whoever guesses.
   */
  async function answerWrong(client: Client, answer: () => void): Promise<void> {
    const waitSeconds = await parts.loginFailed(parts.addressOf(client));
    if (waitSeconds === undefined) answer();
    else client.emit('error', new Error('there were too many wrong secrets from this address'));
  }

  return {
    authenticate(client, username, password, done) {
      const name = username === undefined || username === '' ? null : username;
      const refused = judge(client, name, password ?? null);
      if (refused === null) {
        done(null, true);
        return;
      }
      if (refused.code === SERVER_UNAVAILABLE) parts.onUnavailable();
      const address = parts.addressOf(client);
      const user = name === null ? null : shownName(name, parts.hasName);
      parts.refusals.note('login', { user, clientId: client.id, address, reason: refused.message });
      if (refused.code === BAD_USER_NAME_OR_PASSWORD) void answerWrong(client, () => done(refused, null));
      else done(refused, null);
    },
    principalOf: (client) => principals.get(client) ?? NOBODY,
    expel: (client) => void principals.delete(client),
  };
}

function unavailable(): RefusedError {
  const [code, reason] = REFUSED_LOGINS['not-known-yet'];
  return new RefusedError(reason, code);
}

/** What looks like a secret may be one, in the wrong field. */
function shownName(name: string, hasName: (name: string) => boolean): string {
  return hasName(name) || !isSecretLike(name) ? name : '(what looks like a secret)';
}

/** Aedes has it from CONNECT, where its types know it only later. */
function willTopicOf(client: Client): string | undefined {
  const will: unknown = Reflect.get(client, '_will');
  return typeof will === 'object' && will !== null && 'topic' in will ? String(will.topic) : undefined;
}

class RefusedError extends Error implements AuthenticateError {
  readonly returnCode: AuthenticateError['returnCode'];
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum exists in Aedes' types only
    this.returnCode = code;
  }
}
