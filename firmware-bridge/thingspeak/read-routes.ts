import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  readEntry,
  readEntryPages,
  readLastEntry,
  readLastEntryId,
  type StoredEntry,
} from '../../src/storage/channel-entries-query.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import type { WebParts } from '../../src/web/parts.ts';
import { askDatabase } from '../../src/web/to-web-error.ts';
import { type Answer, send } from './answer.ts';
import { inBuckets } from './buckets.ts';
import { ThingSpeakError } from './errors.ts';
import { type Feed, feedOf, rounded } from './feeds.ts';
import { feedJson, feedsCsv, feedsJson, feedsXml, feedXml } from './feeds-document.ts';
import type { Gate } from './gate.ts';
import { missOf } from './misses.ts';
import type { LastValues } from './last-values.ts';
import { queryOf } from './parameters.ts';
import { parseReadAddress, type ReadAddress } from './read-address.ts';
import { type ReadOptions, readOptionsOf } from './read-options.ts';
import { asScript, type FeedsDocument, renderFeeds } from './render-feeds.ts';
import { READ_TOLD } from './read-told.ts';
import { CONFIG } from './route-config.ts';
import { mapInSlices } from './slices.ts';

interface ReadParams {
  Params: { id: string; '*': string };
}

type Needs = Pick<WebParts, 'pool' | 'clock'> & { readonly gate: Gate; readonly lastValues: LastValues };

/** What boards and pages read of a channel. */
export function readRoutes(app: FastifyInstance, needs: Needs): void {
  app.get<ReadParams>(
    '/channels/:id/*',
    {
      config: { ...CONFIG, told: READ_TOLD },
      schema: {
        operationId: 'channel',
        tags: ['ThingSpeak'],
        description:
          '`feed` and `field` are understood for `feeds` and `fields`, and `feeds/entry/7` for `feeds/7`.',
      },
    },
    (request, reply) => read(request, reply, needs),
  );
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
  const answer = await (address.what === 'feeds'
    ? answerMany(needs, channel, address, options, names)
    : answerOne(needs, channel, address, options, names));
  send(reply, { ...answer, isForAnybody: needs.gate.isOpen(channel) });
}

/** The fields of the channel, or the one that is asked for. */
function namesOf({ fields }: Channel, { isStatus, field }: ReadAddress): readonly string[] {
  if (isStatus) return [];
  return field === undefined ? fields.map((known) => `field${known.field}`) : [`field${field}`];
}

async function answerOne(
  needs: Needs,
  channel: Channel,
  address: ReadAddress,
  options: ReadOptions,
  names: readonly string[],
): Promise<Answer> {
  const { field, format } = address;
  const entry = await askDatabase(findOne(needs, channel, address));
  if (entry === undefined) throw new ThingSpeakError(404, 'there is no such entry');
  const { zone, round } = options;
  const feed = rounded(feedOf(entry, names, options), names, round);
  // Boards compare this with what they expect: no line end may follow.
  if (format === 'text' && field !== undefined) {
    return { status: 200, format, body: feed.values[`field${field}`] ?? '' };
  }
  if (format === 'csv') return written(format, feedsCsv(columnsOf(names, options), true, zone), [feed]);
  if (format === 'xml') return written(format, feedXml(zone), [feed]);
  return writtenJson(feedJson(zone), [feed], options);
}

function findOne(
  { pool, lastValues }: Needs,
  channel: Channel,
  { what, field, entryId }: ReadAddress,
): Promise<StoredEntry | undefined> {
  if (what === 'entry') return readEntry(pool, channel.id, entryId);
  return field === undefined ? readLastEntry(pool, channel.id) : lastValues(channel, field);
}

async function answerMany(
  { pool }: Needs,
  channel: Channel,
  { format }: ReadAddress,
  options: ReadOptions,
  names: readonly string[],
): Promise<Answer> {
  const { bucket, zone, round, withMetadata } = options;
  const found = await askDatabase(readFeeds(pool, channel.id, options, names));
  const made = bucket === undefined ? found : await inBuckets(found, names, bucket, zone);
  const feeds = await mapInSlices(made, (feed) => rounded(feed, names, round));
  if (format === 'csv') {
    const columns = bucket === undefined ? columnsOf(names, options) : names;
    return written(format, feedsCsv(columns, bucket === undefined, zone), feeds);
  }
  const lastEntryId = await askDatabase(readLastEntryId(pool, channel.id));
  const shown = { channel, names, lastEntryId, withMetadata, zone };
  if (format === 'xml') return written(format, feedsXml(shown), feeds);
  return writtenJson(feedsJson(shown), feeds, options);
}

/** Oldest first. */
async function readFeeds(
  pool: Queryable,
  channelId: number,
  options: ReadOptions,
  names: readonly string[],
): Promise<readonly Feed[]> {
  const feeds: Feed[] = [];
  for await (const page of readEntryPages(pool, channelId, options.range)) {
    for (const entry of page) feeds.push(feedOf(entry, names, options));
  }
  return feeds.toReversed();
}

function columnsOf(names: readonly string[], { withLocation, withStatus }: ReadOptions): readonly string[] {
  const place = withLocation ? ['latitude', 'longitude', 'elevation'] : [];
  return [...names, ...place, ...(withStatus ? ['status'] : [])];
}

async function written(
  format: Answer['format'],
  document: FeedsDocument,
  feeds: readonly Feed[],
): Promise<Answer> {
  return { status: 200, format, body: await renderFeeds(document, feeds) };
}

function writtenJson(
  document: FeedsDocument,
  feeds: readonly Feed[],
  { callback }: ReadOptions,
): Promise<Answer> {
  if (callback === undefined) return written('json', document, feeds);
  return written('script', asScript(document, callback), feeds);
}
