import { fastifyStatic } from '@fastify/static';
import { fastifyView } from '@fastify/view';
import type { FastifyInstance } from 'fastify';
import handlebars from 'handlebars';
import { inProjectFolder } from '../project-folder.ts';

const TEMPLATES = inProjectFolder('templates');

const PARTIALS = {
  page: 'partials/page.hbs',
  card: 'partials/card.hbs',
  reading: 'partials/reading.hbs',
  primary: 'partials/primary.hbs',
  'link-list': 'partials/link-list.hbs',
};

/** Handlebars pages. Every value is escaped; no template opts out. */
export async function registerViews(app: FastifyInstance): Promise<void> {
  await app.register(fastifyView, {
    // An environment of its own: partials are registered in it.
    engine: { handlebars: handlebars.create() },
    root: TEMPLATES,
    options: { partials: PARTIALS, compileOptions: { strict: false, preventIndent: true } },
    production: true,
  });
}

/** At `/assets/`: what pages refer to. */
export async function assets(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' };
  });
  await app.register(fastifyStatic, {
    root: `${TEMPLATES}/assets`,
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    // Short, for a newer version must not meet older scripts for long; after that, the etag spares the transfer.
    maxAge: '1m',
  });
}
