import { fastifyStatic } from '@fastify/static';
import { fastifyView } from '@fastify/view';
import type { FastifyInstance } from 'fastify';
import handlebars from 'handlebars';
import { inProjectFolder } from '../project-folder.ts';
import type { Assets } from './assets.ts';
import type { Locale } from './locales.ts';
import { richText } from './rich-text.ts';
import type { TextKey, Values, Words } from './words.ts';

const TEMPLATES = inProjectFolder('templates');

const PARTIALS = {
  page: 'partials/page.hbs',
  card: 'partials/card.hbs',
  reading: 'partials/reading.hbs',
  display: 'partials/display.hbs',
  primary: 'partials/primary.hbs',
  'link-list': 'partials/link-list.hbs',
};

/**
 * Handlebars pages, and at `/assets/` what they refer to. Every value is escaped; no template opts out. `{{script "live-page"}}` is the address of a
 * script that speaks the language of the page, `{{t "key"}}` is a text of
 * templates/strings in the language of the page, `{{rich "key"}}` one with code and links, both with values by name.
 */
export async function registerViews(app: FastifyInstance, assets: Assets): Promise<void> {
  // An environment of its own: partials and helpers are registered in it.
  const environment = handlebars.create();
  environment.registerHelper('asset', (name: string) => assets.url(name));
  environment.registerHelper('script', (name: string, { data }: Call) =>
    assets.url(`${name}.${data.root.language}.js`),
  );
  environment.registerHelper('is', (one: unknown, other: unknown) => one === other);
  environment.registerHelper('t', (key: TextKey, call: Call) => wordsOf(call).text(key, call.hash));
  environment.registerHelper(
    'rich',
    (key: TextKey, call: Call) => new environment.SafeString(richText(wordsOf(call).text(key), call.hash)),
  );
  await app.register(fastifyView, {
    engine: { handlebars: environment },
    root: TEMPLATES,
    options: { partials: PARTIALS, compileOptions: { strict: false, preventIndent: true } },
    production: true,
  });
  await app.register(serveAssets);
}

/** What Handlebars hands to a helper. */
interface Call {
  readonly hash: Values;
  readonly data: { readonly root: Pick<Locale, 'language' | 'words'> };
}

function wordsOf({ data }: Call): Words {
  return data.root.words;
}

async function serveAssets(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' };
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
