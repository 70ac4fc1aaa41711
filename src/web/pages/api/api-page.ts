import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { NOT_TOLD } from '../../openapi/route-description.ts';
import { documentOf } from '../../openapi/tell-openapi.ts';
import type { WebParts } from '../../parts.ts';
import type { Frames } from '../frame.ts';
import { operationView } from './operation-view.ts';

const SOME_STATION = 'outside';
/** What a shell and people take for a host, and nothing that could end a quote. */
const HOST = /^[\w.:[\]-]+$/;

/** `GET /api`: the OpenAPI document, to be read by people. */
export function apiPage(parts: Pick<WebParts, 'stations'>, frames: Frames): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/api', { config: { access: 'everything' }, schema: NOT_TOLD }, (request, reply) => {
      const page = frames(request, reply, { path: '/api' });
      const { words } = page;
      const document = documentOf(app);
      const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
      const station = parts.stations()[0]?.station ?? SOME_STATION;
      const around = { document, words, base: baseOf(request), station };
      return reply.view('api.hbs', {
        ...page,
        title: `${words.text('api.title')} · Thermograph`,
        about: document.info.description,
        groups: document.tags.map(({ name, description }, index) => ({
          id: `group-${index + 1}`,
          name,
          description,
          operations: operations
            .filter(({ operation }) => operation.tags.includes(name))
            .map((each) => operationView(each, around)),
        })),
      });
    });
    done();
  };
}

function baseOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${HOST.test(host) ? host : 'localhost:3000'}`;
}
