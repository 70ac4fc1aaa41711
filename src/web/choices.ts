import type { FastifyReply, FastifyRequest } from 'fastify';
import { chosenTokens, parseUnitSystem, QUANTITIES, type UnitSystem } from '../telemetry/unit-system.ts';
import { isLanguage, type Language, preferredLanguage } from './languages.ts';

const UNITS_COOKIE = 'thermograph_units';
const ONE_YEAR_S = 365 * 24 * 3600;

/*
 * What people choose about pages: what the address asks for, which is then remembered, or what was remembered, or what is
 * usual. Pages do not fail for a wrong choice; they show the usual.
 */

/** Which units values are shown in. */
export interface ChosenUnits {
  readonly units: UnitSystem;
  /** Those that the visitor has chosen, by their tokens, rather than the owner. */
  readonly chosen: readonly string[];
}

/** One unit may be asked for by itself: the others stay as they were. `usual` takes back all that was chosen. */
export function chooseUnits(request: FastifyRequest, reply: FastifyReply, usual: UnitSystem): ChosenUnits {
  const asked = askedFor(request, 'units') ?? '';
  if (asked === USUAL) {
    reply.clearCookie(UNITS_COOKIE, { path: '/' });
    return { units: usual, chosen: [] };
  }
  const before = request.cookies[UNITS_COOKIE] ?? '';
  const remembered = chosenTokens(before) === undefined ? '' : before;
  const isRight = chosenTokens(asked) !== undefined;
  const chosen = chosenTokens([remembered, isRight ? asked : ''].filter((text) => text !== '').join()) ?? [];
  const units = parseUnitSystem(chosen.join(), usual) ?? usual;
  if (isRight) remember(reply, UNITS_COOKIE, chosen.length === QUANTITIES.length ? units.key : chosen.join());
  return { units, chosen };
}

/** As an address asks for what the owner has set. */
export const USUAL = 'usual';

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
