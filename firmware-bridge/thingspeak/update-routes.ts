import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { type Format, send } from './answer.ts';
import { admit, blankKeys, senderOf, withoutKeys } from './asked.ts';
import { contentOf, mistakesOf, ownTimeOf } from './entry.ts';
import { entryJson, entryXml } from './entry-document.ts';
import { ContentError } from './errors.ts';
import { type Gate, keyOf } from './gate.ts';
import type { Keep } from './keep.ts';
import type { Notices } from './notices.ts';
import { type Given, givenOf, type Parameters } from './parameters.ts';
import { CONFIG } from './route-config.ts';
import { FIRST_BOARDS_TOLD, updateTold } from './told.ts';

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
    given: Given,
    format: Format,
  ): Promise<void> => {
    const { parameters, problem } = given;
    const channel = await admit(needs.gate, request, given);
    const item = problem ?? entryOf(channel, parameters, needs);
    const [kept] = await needs.keep({
      channel,
      items: [item],
      door: 'update',
      ...senderOf(request),
      excerpt: () =>
        problem === undefined ? withoutKeys(parameters) : blankKeys(given, keyOf(request, parameters)),
    });
    if (item instanceof ContentError) throw item;
    if (typeof kept !== 'number') throw kept ?? item;
    needs.notices.stored(channel, [item]);
    const isShort = parameters.get('headers') === 'false';
    const stored = { entryId: kept, ...item };
    if (format === 'json') {
      send(reply, { status: 200, format, isShort, body: JSON.stringify(entryJson(channel.id, stored)) });
    } else if (format === 'xml') {
      send(reply, { status: 200, format, isShort, body: entryXml(channel.id, stored) });
    } else send(reply, { status: 200, format: 'text', isShort, body: String(kept) });
  };
  for (const [url, format] of Object.entries(ADDRESSES)) {
    app.route({
      method: ['GET', 'POST'],
      url,
      exposeHeadRoute: false,
      config: { ...CONFIG, told: updateTold(format) },
      schema: {
        operationId: `update-${format}`,
        tags: ['ThingSpeak'],
        summary: 'Takes an entry, and answers when it is stored',
      },
      handler: (request, reply) => write(request, reply, givenOf(request.url, request.body), format),
    });
  }
  // How this project's first boards sent their readings. They had one key and one address (MAC) between them; the address was
  // no secret, and is not looked at.
  app.get<{ Params: { key: string; field: string; data: string } }>(
    '/update/API_key=:key/mac=:mac/field=:field/data=:data',
    {
      exposeHeadRoute: false,
      config: { ...CONFIG, told: FIRST_BOARDS_TOLD },
      schema: { operationId: 'update-first-boards', tags: ['ThingSpeak'], summary: 'Takes one value' },
    },
    (request, reply) => {
      const { key, field, data } = request.params;
      const parameters = new Map([
        ['api_key', key],
        [`field${field}`, data],
      ]);
      return write(request, reply, { parameters, body: Buffer.alloc(0), problem: undefined }, 'text');
    },
  );
}

const ADDRESSES: Readonly<Record<string, 'text' | 'json' | 'xml'>> = {
  '/update': 'text',
  '/update.json': 'json',
  '/update.xml': 'xml',
};

function entryOf(
  channel: Channel,
  given: Parameters,
  { notices, clock }: WriteNeeds,
): ChannelEntry | ContentError {
  const receivedAt = clock();
  const ownTime = ownTimeOf(given, receivedAt);
  // Before what is left of it may be refused.
  for (const mistake of mistakesOf(given, ownTime)) notices.mistake(channel.id, mistake);
  const content = contentOf(given);
  if (content instanceof ContentError) return content;
  return { ...content, receivedAt, createdAt: ownTime ?? receivedAt, hasOwnTime: ownTime !== undefined };
}
