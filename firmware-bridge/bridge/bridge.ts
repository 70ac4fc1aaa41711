import { fastify } from 'fastify';
import mqtt from 'mqtt';
import type { Logger } from 'pino';
import { createAddressLimit } from '../../src/address-limit.ts';
import { createReceiptClock } from '../../src/ingest/clock.ts';
import { openSpool } from '../../src/ingest/spool/spool.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { newWebCounters } from '../../src/web/counters.ts';
import { httpLimits } from '../../src/web/http-limits.ts';
import { bulkRoutes } from '../thingspeak/bulk-routes.ts';
import { ContentError, ThingSpeakError } from '../thingspeak/errors.ts';
import { createGate } from '../thingspeak/gate.ts';
import { type Keep, messagesOf } from '../thingspeak/keep.ts';
import { createBoardParts } from '../thingspeak/board-parts.ts';
import type { Notices } from '../thingspeak/notices.ts';
import { prepareForBoards, withoutDoubleSlashes } from '../thingspeak/plugin.ts';
import { updateRoutes, type WriteNeeds } from '../thingspeak/update-routes.ts';
import { deliver } from './deliver.ts';
import { BridgeError } from './errors.ts';

const BODY_LIMIT_BYTES = 256 * 1024;
const WRONG_KEYS_PER_MINUTE = 20;
const RECONNECT_MS = 1000;
const HTTP_LIMITS = httpLimits({
  httpMaxHeaderBytes: 16 * 1024,
  httpHeadersTimeoutMs: 10_000,
  httpRequestTimeoutMs: 30_000,
});

export interface BridgeOptions {
  readonly channels: KnownChannels;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** With user and password where the broker asks for them. */
  readonly mqttUrl: string;
  /** Where readings are kept until they are delivered. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly log: Logger;
}

export interface Bridge {
  readonly port: number;
  /** Messages that are not delivered yet. */
  waiting(): number;
  close(): Promise<void>;
}

/**
 * Takes what boards write to ThingSpeak, answers when it is on disk (fsync), and publishes it to a broker, which may be away.
 * @throws BridgeError; what node reports of the port
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { channels, host, port, mqttUrl, folder, maxBytes, log } = options;
  const spool = await openSpool({ folder, maxBytes, log }).catch((error: unknown) => {
    throw new BridgeError('folder-in-use', `${folder} can't be opened; does another bridge use it?`, error);
  });
  const client = mqtt.connect(mqttUrl, { reconnectPeriod: RECONNECT_MS, clean: true });
  client.on('connect', () => log.info('the broker is there'));
  client.on('error', ({ message }) => log.warn({ reason: message }, 'the broker refuses, or is away'));
  const closing = new AbortController();
  const delivering = deliver(spool, client, log, closing.signal);
  const receipt = createReceiptClock(Date.now);
  const clock = (): Micros => receipt.now();
  const { notices } = createBoardParts(channels, log, clock);
  const app = createApp(channels, { keep: keepIn(spool, notices, clock), clock, notices });
  const close = async (): Promise<void> => {
    await app.close();
    closing.abort();
    await delivering.catch(() => undefined);
    await client.endAsync(true);
    await spool.close();
  };
  try {
    await app.listen({ host, port });
  } catch (error) {
    await close();
    throw error;
  }
  const address = app.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return { port: taken, waiting: () => spool.count(), close };
}

function createApp(channels: KnownChannels, writing: Omit<WriteNeeds, 'gate'>) {
  const app = fastify({
    http: { ...HTTP_LIMITS, requireHostHeader: false },
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => withoutDoubleSlashes(url),
  });
  const wrongKeys = createAddressLimit({ most: WRONG_KEYS_PER_MINUTE, perSeconds: 60 });
  const gate = createGate(
    {
      credentials: NOBODY,
      isPrivate: true,
      httpCounters: newWebCounters(),
      loginFailed: (address) => wrongKeys.count(address),
      admitWrite: () => Promise.resolve(undefined),
    },
    channels,
  );
  const needs = { gate, ...writing };
  prepareForBoards(app, BODY_LIMIT_BYTES);
  updateRoutes(app, needs);
  bulkRoutes(app, needs);
  return app;
}

/** Nobody reads from a bridge. */
const NOBODY = {
  isKnown: () => true,
  hasName: () => false,
  find: () => undefined,
  byName: () => null,
  bySecret: () => null,
  fingerprint: () => undefined,
};

/** The reply's number counts entries since the start: boards look only for one above 0. */
function keepIn(spool: Awaited<ReturnType<typeof openSpool>>, notices: Notices, clock: () => Micros): Keep {
  let last = 0;
  return async ({ channel, items, sender, door }) => {
    const refused = items.find((item) => item instanceof ContentError);
    // There is no table of rejected messages here.
    if (refused !== undefined) {
      const what = "a board sends what can't be stored; it is not kept";
      notices.mistake(channel.id, { what, facts: { door, reason: refused.message } });
    }
    const entries = items.flatMap((item) => (item instanceof ContentError ? [] : [item]));
    const receivedAt = clock();
    const times = { receivedAt, firstReceivedAt: receivedAt };
    const messages = messagesOf(channel, entries).map((message) => ({
      ...message,
      ...times,
      qos: 1 as const,
      clientId: sender,
    }));
    if (messages.length === 0 && entries.length > 0)
      throw new ThingSpeakError(421, 'there is no number in it, and nothing else is delivered');
    if (messages.length > 0 && (await spool.append(messages)) < messages.length) {
      throw new ThingSpeakError(503, `nothing more can be kept: ${spool.fullReason()}`, 60);
    }
    return items.map((item) => (item instanceof ContentError ? item : (last += 1)));
  };
}
