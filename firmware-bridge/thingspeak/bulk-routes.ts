import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { send } from './answer.ts';
import { type BulkTime, toEntries, type Update } from './bulk.ts';
import { ThingSpeakError } from './errors.ts';
import { jsonObject, type Parameters, parametersOf, textOf } from './parameters.ts';
import { CONFIG } from './route-config.ts';
import type { WriteNeeds } from './update-routes.ts';

interface ChannelParams {
  Params: { id: string };
}

/** Many entries at once: all of them are stored, or none. */
export function bulkRoutes(app: FastifyInstance, needs: WriteNeeds): void {
  const write = async (
    request: FastifyRequest<ChannelParams>,
    reply: FastifyReply,
    given: Parameters,
    read: () => readonly Update[],
  ): Promise<void> => {
    const channel = await needs.gate.toWrite(request, given);
    if (request.params.id !== String(channel.id))
      throw new ThingSpeakError(401, 'this is the key of another channel');
    const entries: readonly ChannelEntry[] = toEntries(read(), needs.clock);
    await needs.keep(channel, entries, `thingspeak:${request.ip}`);
    needs.notices.stored(channel, entries);
    send(reply, { status: 202, format: 'json', body: '{"success":true}' });
  };
  app.post<ChannelParams>('/channels/:id/bulk_update.json', { config: CONFIG }, (request, reply) =>
    write(request, reply, parametersOf(request.url, request.body), () => updatesOfJson(textOf(request.body))),
  );
  app.post<ChannelParams>('/channels/:id/bulk_update.csv', { config: CONFIG }, (request, reply) => {
    const given = parametersOf(request.url, request.body);
    return write(request, reply, given, () => updatesOfCsv(given));
  });
}

function updatesOfJson(text: string): readonly Update[] {
  const { updates } = jsonObject(text);
  if (!Array.isArray(updates)) throw new ThingSpeakError(400, 'updates is not an array');
  return updates.map((update: unknown) => {
    const given: Parameters = new Map(
      Object.entries(typeof update === 'object' && update !== null ? { ...update } : {}).flatMap(
        ([name, value]): [string, string][] =>
          typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
      ),
    );
    return { given, time: timeOf(given) };
  });
}

function timeOf(given: Parameters): BulkTime {
  const absolute = given.get('created_at');
  return absolute === undefined
    ? { kind: 'relative', text: given.get('delta_t') ?? '' }
    : { kind: 'absolute', text: absolute };
}

const COLUMNS = ['field1', 'field2', 'field3', 'field4', 'field5', 'field6', 'field7', 'field8'];
const PLACES = ['latitude', 'longitude', 'elevation', 'status'];

function updatesOfCsv(given: Parameters): readonly Update[] {
  const kind = given.get('time_format');
  if (kind !== 'absolute' && kind !== 'relative') {
    throw new ThingSpeakError(400, 'time_format is neither absolute nor relative');
  }
  const lines = (given.get('updates') ?? '').split('|').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [text = '', ...cells] = line.trim().split(',');
    const named = [...COLUMNS, ...PLACES].flatMap((name, index): [string, string][] => {
      const cell = cells[index] ?? '';
      return cell === '' ? [] : [[name, cell]];
    });
    return { given: new Map(named), time: { kind, text } };
  });
}
