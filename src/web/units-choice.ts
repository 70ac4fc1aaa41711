import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UnitSystem } from './display-units.ts';

const COOKIE = 'thermograph_units';
const ONE_YEAR_S = 365 * 24 * 3600;

/**
 * The units that a person wants: what the address asks for, which is then remembered, or what was remembered, or the
 * owner's setting. Pages do not fail for a wrong choice; they show the usual units.
 */
export function chooseUnits(request: FastifyRequest, reply: FastifyReply, usual: UnitSystem): UnitSystem {
  const asked = new URLSearchParams(request.url.split('?', 2)[1]).get('units');
  if (isUnitSystem(asked)) {
    reply.setCookie(COOKIE, asked, { path: '/', maxAge: ONE_YEAR_S, sameSite: 'lax', httpOnly: true });
    return asked;
  }
  const remembered = request.cookies[COOKIE];
  return isUnitSystem(remembered) ? remembered : usual;
}

function isUnitSystem(value: unknown): value is UnitSystem {
  return value === 'metric' || value === 'imperial';
}
