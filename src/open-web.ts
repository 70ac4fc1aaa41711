import type { Logger } from 'pino';
import type { BoardParts } from '../firmware-bridge/thingspeak/board-parts.ts';
import { answerMiss, bodyForBytes } from '../firmware-bridge/thingspeak/misses.ts';
import { thingSpeakRoutes, withoutDoubleSlashes } from '../firmware-bridge/thingspeak/plugin.ts';
import type { Config } from './config.ts';
import type { Releasers } from './releasers.ts';
import { createHttpDoor } from './web/http-door.ts';
import { httpLimits } from './web/http-limits.ts';
import { createMqttUpgrade } from './web/mqtt-upgrade.ts';
import type { WebParts } from './web/parts.ts';
import { createWeb } from './web/server.ts';
import { createWebServers, type WebServers } from './web/web-servers.ts';

export interface WebNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly boards: BoardParts;
  readonly parts: WebParts;
}

export interface Web {
  readonly servers: WebServers;
  /** Credentials have changed: ends the event streams of those who may no longer read them. */
  reviewAccess(): void;
}

/** Pages, API, the routes of ThingSpeak and MQTT over WebSocket; they listen nowhere yet. */
export async function openWeb({ config, log, boards, parts }: WebNeeds, releasers: Releasers): Promise<Web> {
  const routes = thingSpeakRoutes(parts, boards);
  const app = await createWeb(parts, { log, more: { routes, mendUrl: withoutDoubleSlashes, answerMiss } });
  const { httpCounters: counters } = parts;
  const servers = createWebServers({
    app,
    upgrade: createMqttUpgrade(parts),
    door: createHttpDoor({ limits: config, trustProxy: config.trustProxy, counters }),
    limits: httpLimits(config),
    counters,
    bodyForBytes,
  });
  releasers.push(() => servers.close());
  return { servers, reviewAccess: () => app.reviewAccess() };
}
