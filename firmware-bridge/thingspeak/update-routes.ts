import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { type Format, send } from './answer.ts';
import { contentOf, mistakesOf, ownTimeOf } from './entry.ts';
import { entryJson, entryXml } from './entry-document.ts';
import type { Gate } from './gate.ts';
import type { Keep } from './keep.ts';
import type { Notices } from './notices.ts';
import { type Parameters, parametersOf } from './parameters.ts';
import { CONFIG } from './route-config.ts';

export interface WriteNeeds {
  readonly gate: Gate;
  readonly keep: Keep;
  readonly notices: Notices;
  readonly clock: () => Micros;
}

/** One entry: `/update` in its forms. Answered when the entry and its readings are stored. */
export function updateRoutes(app: FastifyInstance, needs: WriteNeeds): void {
  const write = async (
    request: FastifyRequest,
    reply: FastifyReply,
    given: Parameters,
    format: Format,
  ): Promise<void> => {
    const channel = await needs.gate.toWrite(request, given);
    const entry = entryOf(channel, given, needs);
    const [entryId = 0] = await needs.keep(channel, [entry], `thingspeak:${request.ip}`);
    needs.notices.stored(channel, [entry]);
    const isShort = given.get('headers') === 'false';
    const stored = { entryId, ...entry };
    if (format === 'json') {
      send(reply, { status: 200, format, isShort, body: JSON.stringify(entryJson(channel.id, stored)) });
    } else if (format === 'xml') {
      send(reply, { status: 200, format, isShort, body: entryXml(channel.id, stored) });
    } else send(reply, { status: 200, format: 'text', isShort, body: String(entryId) });
  };
  for (const [url, format] of Object.entries(ADDRESSES)) {
    app.route({
      method: ['GET', 'POST'],
      url,
      exposeHeadRoute: false,
      config: CONFIG,
      handler: (request, reply) => write(request, reply, parametersOf(request.url, request.body), format),
    });
  }
  // How this project's first boards sent their readings. They had one key and one address (MAC) between them; the address was
  // no secret, and is not looked at.
  app.get<{ Params: { key: string; field: string; data: string } }>(
    '/update/API_key=:key/mac=:mac/field=:field/data=:data',
    { exposeHeadRoute: false, config: CONFIG },
    (request, reply) => {
      const { key, field, data } = request.params;
      return write(
        request,
        reply,
        new Map([
          ['api_key', key],
          [`field${field}`, data],
        ]),
        'text',
      );
    },
  );
}

const ADDRESSES: Readonly<Record<string, Format>> = {
  '/update': 'text',
  '/update.json': 'json',
  '/update.xml': 'xml',
};

function entryOf(channel: Channel, given: Parameters, { notices, clock }: WriteNeeds): ChannelEntry {
  const receivedAt = clock();
  const ownTime = ownTimeOf(given, receivedAt);
  // Before what is left of it may be refused.
  for (const mistake of mistakesOf(given, ownTime)) notices.mistake(channel.id, mistake);
  const createdAt = ownTime ?? receivedAt;
  return { ...contentOf(given), receivedAt, createdAt, hasOwnTime: ownTime !== undefined };
}
