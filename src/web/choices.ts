import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UnitSystem } from './display-units.ts';
import { isLanguage, type Language, preferredLanguage } from './languages.ts';

const ONE_YEAR_S = 365 * 24 * 3600;

/*
 * What people choose about pages: what the address asks for, which is then remembered, or what was remembered, or what is
 * usual. Pages do not fail for a wrong choice; they show the usual.
 */

export function chooseUnits(request: FastifyRequest, reply: FastifyReply, usual: UnitSystem): UnitSystem {
  return choose('units', isUnitSystem, request, reply) ?? usual;
}

/** @param usual that of the owner, or else whatever the browser would rather have */
export function chooseLanguage(
  request: FastifyRequest,
  reply: FastifyReply,
  usual: Language | undefined,
): Language {
  const chosen = choose('lang', isLanguage, request, reply);
  return chosen ?? usual ?? preferredLanguage(request.headers['accept-language']) ?? 'en';
}

function choose<T extends string>(
  name: string,
  isChoice: (value: unknown) => value is T,
  request: FastifyRequest,
  reply: FastifyReply,
): T | undefined {
  const cookie = `thermograph_${name}`;
  const asked = new URLSearchParams(request.url.split('?', 2)[1]).get(name);
  if (isChoice(asked)) {
    reply.setCookie(cookie, asked, { path: '/', maxAge: ONE_YEAR_S, sameSite: 'lax', httpOnly: true });
    return asked;
  }
  const remembered = request.cookies[cookie];
  return isChoice(remembered) ? remembered : undefined;
}

function isUnitSystem(value: unknown): value is UnitSystem {
  return value === 'metric' || value === 'imperial';
}
