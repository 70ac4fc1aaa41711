import { fastifyStatic } from '@fastify/static';
import { fastifyView } from '@fastify/view';
import type { FastifyInstance } from 'fastify';
import { inProjectFolder } from '../project-folder.ts';
import { NOT_TOLD } from './openapi/route-description.ts';
import { COMPILE_OPTIONS, type Templates, TEMPLATES_FOLDER } from './templates.ts';

/** Pages by `reply.view`. */
export async function registerViews(
  app: FastifyInstance,
  { environment }: Pick<Templates, 'environment'>,
): Promise<void> {
  await app.register(fastifyView, {
    engine: { handlebars: environment },
    root: TEMPLATES_FOLDER,
    options: { compileOptions: COMPILE_OPTIONS },
    production: true,
  });
}

/** At `/assets/`: what pages refer to. */
export async function serveAssets(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' };
    route.schema = NOT_TOLD;
  });
  await app.register(fastifyStatic, {
    root: inProjectFolder('dist/assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    // A name tells the content: what has it once need never ask again.
    maxAge: '1y',
    immutable: true,
    // It says so only where it has found a compressed one.
    setHeaders: (reply) => void reply.setHeader('vary', 'accept-encoding'),
  });
}
