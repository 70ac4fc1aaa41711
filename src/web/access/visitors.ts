import type { FastifyReply, FastifyRequest } from 'fastify';
import { logInBySecret } from '../../access/login.ts';
import { mayAdminister, type Principal } from '../../access/permissions.ts';
import {
  credentialsRequired,
  credentialsUnknown,
  secretWrong,
  tooManyWrongSecrets,
  type WebError,
} from '../errors.ts';
import type { WebParts } from '../parts.ts';
import { createCookieKey } from './cookie-key.ts';
import { type CookieLogin, LOGIN_LIFETIME_S, readLogin, writeLogin } from './login-cookie.ts';

/** Whoever makes a request. */
export interface Visitor {
  readonly principal: Principal;
  /** A cookie comes along by itself, whoever's page made the browser ask: it serves for reading alone. */
  readonly by: 'bearer' | 'cookie' | 'nothing';
  /** Of the credential, as it was then. */
  readonly fingerprint: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined` where nobody asked. */
    visitor: Visitor | undefined;
  }
}

/** Recognises visitors by what they show. */
export interface Visitors {
  /** @throws WebError for a wrong secret, for none where `allowAnonymous` says no, or while nobody can tell */
  byBearer(request: FastifyRequest, allowAnonymous: boolean): Promise<Visitor>;
  /** By Authorization, or else by cookie. @throws WebError as `byBearer` */
  byAny(request: FastifyRequest, reply: FastifyReply, allowAnonymous: boolean): Promise<Visitor>;
  /** @throws WebError as `byBearer` */
  bySecret(secret: string, address: string): Promise<Visitor>;
  /** Gives a cookie to somebody who has shown a secret. @throws WebError while there is nothing to sign it with */
  remember(request: FastifyRequest, reply: FastifyReply, visitor: Visitor): Promise<void>;
  forget(request: FastifyRequest, reply: FastifyReply): void;
  /** Who it is by now; `undefined` if the credential was revoked or its secret replaced. */
  principalNow(visitor: Visitor): Principal | undefined;
}

const RENEW_AFTER_S = 24 * 3600;

export function createVisitors(parts: WebParts): Visitors {
  const { credentials } = parts;
  const cookieKey = createCookieKey(parts.cookieKey);
  const now = (): number => Math.floor(parts.clock() / 1_000_000);
  const visitorOf = (principal: Principal, by: Visitor['by']): Visitor => ({
    principal,
    by,
    fingerprint: principal.id === null ? undefined : credentials.fingerprint(principal.id),
  });

  /**
   * Only who is wrong is ever told to wait. 128 random bits can't be guessed at any rate, so that the limit keeps out noise and
   * not intruders; were right secrets kept waiting, too, anybody could lock out all who share their router or proxy.
   */
  async function refuseSecret(address: string): Promise<WebError> {
    parts.httpCounters.http_logins_refused += 1;
    const waitSeconds = await parts.loginFailed(address);
    return waitSeconds === undefined ? secretWrong() : tooManyWrongSecrets(waitSeconds);
  }

  async function admit(secret: string | null, allowAnonymous: boolean, address: string): Promise<Visitor> {
    const login = logInBySecret(credentials, allowAnonymous, secret);
    if ('principal' in login) return visitorOf(login.principal, secret === null ? 'nothing' : 'bearer');
    if (login.refusal === 'missing') throw credentialsRequired();
    throw login.refusal === 'not-known-yet' ? credentialsUnknown() : await refuseSecret(address);
  }

  async function setCookie(request: FastifyRequest, reply: FastifyReply, id: number): Promise<void> {
    const fingerprint = credentials.fingerprint(id);
    if (fingerprint === undefined) throw credentialsUnknown();
    const value = writeLogin(await cookieKey(), { id, expiresAt: now() + LOGIN_LIFETIME_S }, fingerprint);
    reply.setCookie(cookieName(request), value, { ...cookieOptions(request), maxAge: LOGIN_LIFETIME_S });
  }

  async function byCookie(request: FastifyRequest, reply: FastifyReply): Promise<Visitor | undefined> {
    const cookie = request.cookies[cookieName(request)];
    if (cookie === undefined) return undefined;
    if (!credentials.isKnown()) throw credentialsUnknown();
    const login = readLogin(await cookieKey(), cookie, now(), (id) => credentials.fingerprint(id));
    const credential = login && credentials.find(login.id);
    if (login === undefined || credential === undefined) return undefined;
    if (isDueForRenewal(login, now())) await setCookie(request, reply, login.id);
    return visitorOf(credential, 'cookie');
  }

  return {
    byBearer: (request, allowAnonymous) =>
      admit(bearerSecret(request.headers.authorization), allowAnonymous, request.ip),
    async byAny(request, reply, allowAnonymous) {
      const secret = bearerSecret(request.headers.authorization);
      // Where everybody may read, a cookie says nothing that matters, and costs nobody a wait for its key.
      if (secret !== null || allowAnonymous) return admit(secret, allowAnonymous, request.ip);
      const visitor = await byCookie(request, reply);
      if (visitor === undefined) throw credentialsRequired();
      return visitor;
    },
    bySecret: (secret, address) => admit(secret, false, address),
    async remember(request, reply, { principal }) {
      if (principal.id !== null) await setCookie(request, reply, principal.id);
    },
    forget(request, reply) {
      reply.clearCookie(cookieName(request), cookieOptions(request));
    },
    principalNow({ principal, fingerprint }) {
      if (principal.id === null) return principal;
      return credentials.fingerprint(principal.id) === fingerprint
        ? credentials.find(principal.id)
        : undefined;
    },
  };
}

export function isNobody(visitor: Visitor | undefined): boolean {
  return visitor === undefined || visitor.by === 'nothing';
}

/** Whether an admin has shown their secret with this very request. */
export function isShownAsAdmin(visitor: Visitor | undefined): boolean {
  return visitor?.by === 'bearer' && mayAdminister(visitor.principal);
}

/** Other schemes are for a proxy in front of us, and none of our business. */
function bearerSecret(authorization: string | undefined): string | null {
  const [scheme = '', ...secret] = (authorization ?? '').split(/ +/);
  return scheme.toLowerCase() === 'bearer' ? secret.join(' ') : null;
}

function isDueForRenewal({ expiresAt }: CookieLogin, now: number): boolean {
  return expiresAt - now < LOGIN_LIFETIME_S - RENEW_AFTER_S;
}

/**
 * Cookies do not tell ports and schemes apart. With a name of its own, one that was set over TLS is not in the way of another
 * that was not, and browsers hold `__Host-` to being set by this host alone.
 */
function cookieName({ protocol }: FastifyRequest): string {
  return protocol === 'https' ? '__Host-thermograph_login' : 'thermograph_login';
}

function cookieOptions({ protocol }: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: protocol === 'https' } as const;
}
