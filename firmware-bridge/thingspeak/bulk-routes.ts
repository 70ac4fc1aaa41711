import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { send } from './answer.ts';
import { admit, type Asked, blankKeys, senderOf } from './asked.ts';
import { toItems, type Update } from './bulk.ts';
import type { BulkTime } from './bulk-times.ts';
import { ContentError, ThingSpeakError } from './errors.ts';
import { keyOf } from './gate.ts';
import { entriesKept } from './keep.ts';
import { type Given, givenOf, jsonObject, type Parameters, textsOf } from './parameters.ts';
import { CONFIG } from './route-config.ts';
import { bulkTold, CSV_UPDATES, JSON_UPDATES } from './told.ts';
import type { WriteNeeds } from './update-routes.ts';

interface ChannelParams {
  Params: { id: string };
}

/** The updates of a request, and how some of them are written. */
interface Bulk {
  readonly updates: readonly Update[];
  readonly excerpt: Asked['excerpt'];
}

/** As many as ThingSpeak takes at once from those who pay. */
const MOST_UPDATES = 14_400;

/**
 * Many entries at once. ThingSpeak's reply has one word for all of them, 202: they are accepted. So those that can be stored are,
 * and the others are kept as rejected; a refusal of all for the sake of one would come again with each repetition.
 */
export function bulkRoutes(app: FastifyInstance, needs: WriteNeeds): void {
  const write =
    (door: string, read: (given: Given) => Bulk | ContentError) =>
    async (request: FastifyRequest<ChannelParams>, reply: FastifyReply): Promise<void> => {
      const given = givenOf(request.url, request.body);
      const channel = await admit(needs.gate, request, given);
      if (request.params.id !== String(channel.id))
        throw new ThingSpeakError(401, 'this is the key of another channel');
      const bulk = given.problem ?? read(given);
      const asked: Asked = {
        channel,
        door,
        ...senderOf(request),
        ...(bulk instanceof ContentError
          ? { items: [bulk], excerpt: () => blankKeys(given, keyOf(request, given.parameters)) }
          : { items: toItems(bulk.updates, needs.clock), excerpt: bulk.excerpt }),
      };
      const kept = await needs.keep(asked);
      needs.notices.stored(channel, entriesKept(asked, kept));
      const [first] = kept;
      if (first instanceof ThingSpeakError && kept.every((outcome) => typeof outcome !== 'number'))
        throw first;
      send(reply, { status: 202, format: 'json', body: '{"success":true}' });
    };
  app.post<ChannelParams>(
    '/channels/:id/bulk_update.json',
    {
      config: { ...CONFIG, told: bulkTold({ 'application/json': JSON_UPDATES }) },
      schema: { operationId: 'bulk-update-json', tags: ['ThingSpeak'], summary: 'Takes many entries' },
    },
    write('bulk_update.json', ofJson),
  );
  app.post<ChannelParams>(
    '/channels/:id/bulk_update.csv',
    {
      config: { ...CONFIG, told: bulkTold({ 'application/x-www-form-urlencoded': CSV_UPDATES }) },
      schema: {
        operationId: 'bulk-update-csv',
        tags: ['ThingSpeak'],
        summary: 'Takes many entries, as lines',
      },
    },
    write('bulk_update.csv', ofCsv),
  );
}

function countProblem(count: number): ContentError | undefined {
  if (count === 0) return new ContentError(421, 'value-missing', 'there are no updates');
  if (count <= MOST_UPDATES) return undefined;
  return new ContentError(413, 'too-many-readings', `more than ${MOST_UPDATES} updates at once`);
}

function ofJson({ body }: Given): Bulk | ContentError {
  const json = jsonObject(body.toString());
  if (json instanceof ContentError) return json;
  const { updates } = json;
  if (!Array.isArray(updates))
    return new ContentError(400, 'payload-not-understood', 'updates is not an array');
  return (
    countProblem(updates.length) ?? {
      updates: updates.map((update: unknown) => {
        const given = textsOf(typeof update === 'object' && update !== null ? update : {});
        return { given, time: timeOf(given) };
      }),
      excerpt: (indexes) => JSON.stringify({ updates: indexes.map((index): unknown => updates[index]) }),
    }
  );
}

function timeOf(given: Parameters): BulkTime {
  const absolute = given.get('created_at');
  return absolute === undefined
    ? { kind: 'relative', text: given.get('delta_t') ?? '' }
    : { kind: 'absolute', text: absolute };
}

const COLUMNS = ['field1', 'field2', 'field3', 'field4', 'field5', 'field6', 'field7', 'field8'];
const PLACES = ['latitude', 'longitude', 'elevation', 'status'];

function ofCsv({ parameters }: Given): Bulk | ContentError {
  const kind = parameters.get('time_format');
  if (kind !== 'absolute' && kind !== 'relative') {
    const detail = 'time_format is neither absolute nor relative';
    return new ContentError(400, 'payload-not-understood', detail);
  }
  const lines = (parameters.get('updates') ?? '').split('|').filter((line) => line.trim() !== '');
  return (
    countProblem(lines.length) ?? {
      updates: lines.map((line) => ofLine(line, kind)),
      excerpt: (indexes) =>
        new URLSearchParams({
          time_format: kind,
          updates: indexes.map((index) => lines[index]).join('|'),
        }).toString(),
    }
  );
}

function ofLine(line: string, kind: BulkTime['kind']): Update {
  const [text = '', ...cells] = line.trim().split(',');
  const named = [...COLUMNS, ...PLACES].flatMap((name, index): [string, string][] => {
    const cell = cells[index] ?? '';
    return cell === '' ? [] : [[name, cell]];
  });
  return { given: new Map(named), time: { kind, text } };
}
