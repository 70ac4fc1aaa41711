import { readFileSync } from 'node:fs';
import handlebars from 'handlebars';
import { inProjectFolder } from '../project-folder.ts';
import type { Assets } from './assets.ts';
import type { Locale } from './locales.ts';
import { richText } from './rich-text.ts';
import type { TextKey, Values, Words } from './words.ts';

export const TEMPLATES_FOLDER = inProjectFolder('templates');

const PARTIALS = [
  'page',
  'card',
  'reading',
  'display',
  'primary',
  'link-list',
  'figures',
  'chart',
  'history',
  'rose',
  'operation',
  'content',
  'schema',
] as const;

/** Told which helpers there are, Handlebars need not look for one at each value. */
export const COMPILE_OPTIONS = {
  preventIndent: true,
  knownHelpers: { asset: true, script: true, is: true, t: true, rich: true, prose: true },
  knownHelpersOnly: true,
};

/** What a template can do; `partial` makes one of `templates/partials` by itself. */
export interface Templates {
  /** Handlebars with helpers and partials of its own. */
  readonly environment: typeof handlebars;
  /**
   * @param root what `@root` is in it
   * @returns HTML, which templates take as it is
   */
  partial(name: (typeof PARTIALS)[number], context: object, root: object): handlebars.SafeString;
}

/**
 * Every value is escaped; no template opts out. `{{asset "page.css"}}` is the address of a file that browsers load,
 * `{{script "live-page"}}` that of a script that speaks the language of the page. `{{t "key"}}` is a text of templates/strings in
 * that language, `{{rich "key"}}` one with code and links, both with values by name; `{{prose value}}` is a value with code.
 */
export function createTemplates(assets: Assets): Templates {
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
  environment.registerHelper('prose', (text: string) => new environment.SafeString(richText(text, {})));
  const partials = Object.fromEntries(
    PARTIALS.map((name) => {
      const text = readFileSync(`${TEMPLATES_FOLDER}/partials/${name}.hbs`, 'utf8');
      const template = environment.compile(text, COMPILE_OPTIONS);
      environment.registerPartial(name, template);
      return [name, template];
    }),
  );
  return {
    environment,
    partial: (name, context, root) =>
      new environment.SafeString(partials[name]!(context, { data: { root } })),
  };
}

/** What Handlebars hands to a helper. */
interface Call {
  readonly hash: Values;
  readonly data: { readonly root: Pick<Locale, 'language' | 'words'> };
}

function wordsOf({ data }: Call): Words {
  return data.root.words;
}
