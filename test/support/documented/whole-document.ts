import type { RouteOptions } from 'fastify';
import type { BoardParts } from '../../../firmware-bridge/thingspeak/board-parts.ts';
import { answerMiss } from '../../../firmware-bridge/thingspeak/misses.ts';
import { thingSpeakRoutes, withoutDoubleSlashes } from '../../../firmware-bridge/thingspeak/plugin.ts';
import type { OpenApiDocument } from '../../../src/web/openapi/document.ts';
import { documentOf } from '../../../src/web/openapi/tell-openapi.ts';
import { createWeb } from '../../../src/web/server.ts';
import { createWebParts, silentLog, type WebPartsOptions } from '../web-parts.ts';

/** All that the service answers, boards included, as it is described, and every route as it was registered. */
export async function wholeDocument(
  options: WebPartsOptions = {},
): Promise<{ document: OpenApiDocument; routes: readonly RouteOptions[] }> {
  const { parts } = createWebParts(options);
  const routes: RouteOptions[] = [];
  // Nobody asks anything of them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const boards = {} as BoardParts;
  const app = await createWeb(parts, {
    log: silentLog,
    onRoute: (route) => void routes.push(route),
    more: { routes: thingSpeakRoutes(parts, boards), mendUrl: withoutDoubleSlashes, answerMiss },
  });
  const document = documentOf(app);
  await app.close();
  return { document, routes };
}
