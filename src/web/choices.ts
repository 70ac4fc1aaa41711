import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseUnitSystem, type UnitSystem } from '../telemetry/unit-system.ts';
import { isLanguage, type Language, preferredLanguage } from './languages.ts';

const UNITS_COOKIE = 'thermograph_units';
const ONE_YEAR_S = 365 * 24 * 3600;

/*
 * What people choose about pages: what the address asks for, which is then remembered, or what was remembered, or what is
 * usual. Pages do not fail for a wrong choice; they show the usual.
 */

/** One unit may be asked for by itself: the others stay as they were. */
export function chooseUnits(request: FastifyRequest, reply: FastifyReply, usual: UnitSystem): UnitSystem {
  const remembered = parseUnitSystem(request.cookies[UNITS_COOKIE] ?? '') ?? usual;
  const asked = parseUnitSystem(askedFor(request, 'units') ?? '', remembered);
  if (asked !== undefined) remember(reply, UNITS_COOKIE, asked.key);
  return asked ?? remembered;
}

/** What colours a page is in; `system`: as the browser would rather have it. */
export type Theme = (typeof THEMES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;

export function chooseTheme(request: FastifyRequest, reply: FastifyReply): Theme {
  return choose('theme', isTheme, request, reply) ?? 'system';
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
  const asked = askedFor(request, name);
  if (isChoice(asked)) {
    remember(reply, cookie, asked);
    return asked;
  }
  const remembered = request.cookies[cookie];
  return isChoice(remembered) ? remembered : undefined;
}

function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme === value);
}

/** A parameter of the address. */
export function askedFor({ url }: FastifyRequest, name: string): string | null {
  return new URLSearchParams(url.split('?', 2)[1]).get(name);
}

function remember(reply: FastifyReply, cookie: string, choice: string): void {
  reply.setCookie(cookie, choice, { path: '/', maxAge: ONE_YEAR_S, sameSite: 'lax', httpOnly: true });
}
