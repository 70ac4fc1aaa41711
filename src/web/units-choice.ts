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
    reply.header('set-cookie', `${COOKIE}=${asked}; Path=/; Max-Age=${ONE_YEAR_S}; SameSite=Lax; HttpOnly`);
    return asked;
  }
  const remembered = readCookie(request.headers.cookie ?? '');
  return isUnitSystem(remembered) ? remembered : usual;
}

function readCookie(header: string): string | undefined {
  const pair = header.split(';').find((part) => part.trim().startsWith(`${COOKIE}=`));
  return pair?.trim().slice(COOKIE.length + 1);
}

function isUnitSystem(value: unknown): value is UnitSystem {
  return value === 'metric' || value === 'imperial';
}
