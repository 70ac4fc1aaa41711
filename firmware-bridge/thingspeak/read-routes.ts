import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  readEntries,
  readEntry,
  readLastEntry,
  readLastEntryId,
} from '../../src/storage/channel-entries-query.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { WebParts } from '../../src/web/parts.ts';
import { askDatabase } from '../../src/web/to-web-error.ts';
import { type Answer, send } from './answer.ts';
import { inBuckets } from './buckets.ts';
import { ThingSpeakError } from './errors.ts';
import { type Feed, feedOf, rounded } from './feeds.ts';
import { feedJson, feedsCsv, feedsJson, feedsXml, feedXml } from './feeds-document.ts';
import type { Gate } from './gate.ts';
import { missOf } from './misses.ts';
import { queryOf } from './parameters.ts';
import { parseReadAddress, type ReadAddress } from './read-address.ts';
import { type ReadOptions, readOptionsOf } from './read-options.ts';
import { CONFIG } from './route-config.ts';

interface ReadParams {
  Params: { id: string; '*': string };
}

type Needs = Pick<WebParts, 'pool' | 'clock'> & { readonly gate: Gate };

/** What boards and pages read of a channel. */
export function readRoutes(app: FastifyInstance, needs: Needs): void {
  app.get<ReadParams>('/channels/:id/*', { config: CONFIG }, (request, reply) => read(request, reply, needs));
}

async function read(request: FastifyRequest<ReadParams>, reply: FastifyReply, needs: Needs): Promise<void> {
  const { id, '*': rest } = request.params;
  const address = parseReadAddress(rest);
  if (address === undefined) throw missOf(request);
  const given = queryOf(request.url);
  const channel = await needs.gate.toRead(request, /^\d{1,10}$/.test(id) ? Number(id) : 0, given);
  const asked = readOptionsOf(given, needs.clock());
  const options = address.isStatus ? { ...asked, withStatus: true } : asked;
  const names = namesOf(channel, address);
  const answer = await (address.what === 'last' || address.what === 'entry'
    ? answerOne(needs, channel, address, options, names)
    : answerMany(needs, channel, address, options, names));
  send(reply, { ...withCallback(answer, options), isForAnybody: needs.gate.isOpen(channel) });
}

/** The fields of the channel, or the one that is asked for. */
function namesOf({ fields }: Channel, { isStatus, field }: ReadAddress): readonly string[] {
  if (isStatus) return [];
  return field === undefined ? fields.map((known) => `field${known.field}`) : [`field${field}`];
}

async function answerOne(
  { pool }: Needs,
  channel: Channel,
  { what, field, entryId, format }: ReadAddress,
  options: ReadOptions,
  names: readonly string[],
): Promise<Answer> {
  const entry = await askDatabase(
    what === 'entry' ? readEntry(pool, channel.id, entryId) : readLastEntry(pool, channel.id, field),
  );
  if (entry === undefined) throw new ThingSpeakError(404, 'there is no such entry');
  const { zone, round } = options;
  const feed = rounded(feedOf(entry, names, options), names, round);
  if (format === 'xml') return { status: 200, format, body: feedXml(feed, zone) };
  if (format === 'csv')
    return { status: 200, format, body: feedsCsv([feed], columnsOf(names, options), true, zone) };
  // Boards compare this with what they expect: no line end may follow.
  if (format === 'text' && field !== undefined) {
    return { status: 200, format, body: feed.values[`field${field}`] ?? '' };
  }
  return { status: 200, format: 'json', body: feedJson(feed, zone) };
}

async function answerMany(
  { pool }: Needs,
  channel: Channel,
  { format }: ReadAddress,
  options: ReadOptions,
  names: readonly string[],
): Promise<Answer> {
  const { bucket, zone, round, withMetadata } = options;
  const entries = await askDatabase(readEntries(pool, channel.id, options.range));
  const found = entries.map((entry) => feedOf(entry, names, options));
  const made: readonly Feed[] = bucket === undefined ? found : inBuckets(found, names, bucket, zone);
  const feeds = made.map((feed) => rounded(feed, names, round));
  if (format === 'csv') {
    const columns = bucket === undefined ? columnsOf(names, options) : names;
    return { status: 200, format, body: feedsCsv(feeds, columns, bucket === undefined, zone) };
  }
  const lastEntryId = await askDatabase(readLastEntryId(pool, channel.id));
  const shown = { channel, names, lastEntryId, withMetadata, zone };
  if (format === 'xml') return { status: 200, format, body: feedsXml(shown, feeds) };
  return { status: 200, format: 'json', body: feedsJson(shown, feeds) };
}

function columnsOf(names: readonly string[], { withLocation, withStatus }: ReadOptions): readonly string[] {
  const place = withLocation ? ['latitude', 'longitude', 'elevation'] : [];
  return [...names, ...place, ...(withStatus ? ['status'] : [])];
}

function withCallback(answer: Answer, { callback }: ReadOptions): Answer {
  if (callback === undefined || answer.format !== 'json') return answer;
  return { ...answer, format: 'script', body: `${callback}(${escapeLineEnds(answer.body)})` };
}

/** JSON may hold two line ends that older JavaScript does not take in a text. */
function escapeLineEnds(json: string): string {
  return json.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`);
}
