import type { Access } from '../access/route-access.ts';
import type { WebParts } from '../parts.ts';
import type { ToldSecurity } from './route-description.ts';

export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: "`Authorization: Bearer PASSWORD`, with a credential's password, as over MQTT",
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'thermograph_login',
    description:
      'Given by `POST /login`, for reading alone; over HTTPS its name is `__Host-thermograph_login`',
  },
  channelKey: {
    type: 'apiKey',
    in: 'query',
    name: 'api_key',
    description: "A ThingSpeak channel's key; also in the body, where there is one",
  },
  channelKeyHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-THINGSPEAKAPIKEY',
    description: "A ThingSpeak channel's key; `THINGSPEAKAPIKEY` is read, too",
  },
} as const;

const NOBODY = {};
const BEARER = { bearer: [] };
const COOKIE = { cookie: [] };

/** By what visitors are let in, as the service is set. */
export function securityOf(
  access: Access | undefined,
  { isPrivate, allowAnonymous }: Pick<WebParts, 'isPrivate' | 'allowAnonymous'>,
): ToldSecurity {
  if (access === 'open' || access === undefined) return [];
  if (access === 'admin') return [BEARER];
  if (access === 'post') return allowAnonymous ? [NOBODY, BEARER] : [BEARER];
  return isPrivate && access !== 'readiness' ? [BEARER, COOKIE] : [NOBODY, BEARER, COOKIE];
}
