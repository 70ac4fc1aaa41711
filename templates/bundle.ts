import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';
import { inProjectFolder } from '../src/project-folder.ts';
import { LANGUAGES, type Language } from '../src/web/languages.ts';

/**
 * Bundled once for each language: `live-page.ts` becomes `live-page.en.js` and so on. With each, the texts that it uses, by the first word
 * of their names: the others stay on the server.
 */
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  'templates/client/live-page.ts': ['language', 'age', 'link', 'card', 'trend', 'compass', 'wall'],
  'templates/client/history/history-page.ts': ['language', 'plot', 'compass'],
};
const WORKER = 'templates/client/worker/service-worker.ts';
const OTHERS = [
  'templates/styles/page.css',
  'templates/styles/history.css',
  'templates/images/favicon.svg',
  'templates/images/icon-192.png',
  'templates/images/icon-512.png',
  'templates/images/icon-maskable-512.png',
  'templates/images/apple-touch-icon.png',
];

/** What browsers load by name in a page; each comes out under a name that tells its content. */
export const ENTRIES: readonly string[] = [...LANGUAGES, ...Object.keys(SCRIPTS), WORKER, ...OTHERS];

/** The texts that scripts use, by the first word of their names. */
export const CLIENT_TEXTS: readonly string[] = [...new Set(Object.values(SCRIPTS).flat())];

/** Browsers since 2021; for older ones, pages are whole without scripts. */
const TARGET = ['chrome94', 'firefox93', 'safari15.4'];

export interface Bundle {
  /** By the name that templates use: the file's name. */
  readonly files: Readonly<Record<string, string>>;
  readonly outputs: readonly OutputFile[];
  /** The files that went into it, relative to the project's folder. */
  readonly inputs: readonly string[];
}

export async function bundle(): Promise<Bundle> {
  // Loaded only now: mostly there is nothing to be done.
  const { build } = await import('esbuild');
  const results = await Promise.all([
    build({ ...OPTIONS, entryPoints: [WORKER, ...OTHERS] }).then((result) => ({
      ...result,
      language: undefined,
    })),
    ...LANGUAGES.flatMap((language) =>
      Object.entries(SCRIPTS).map(async ([script, texts]) => ({
        ...(await build({
          ...OPTIONS,
          entryPoints: [script],
          entryNames: `[name].${language}-[hash]`,
          plugins: [textsOf(language, texts)],
        })),
        language,
      })),
    ),
  ]);
  return {
    files: Object.assign({}, ...results.map(({ metafile, language }) => namesIn(metafile, language))),
    outputs: results.flatMap(({ outputFiles }) => outputFiles),
    inputs: [
      ...new Set(results.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
      ...LANGUAGES.map((language) => `templates/strings/${language}.json`),
    ],
  };
}

const OPTIONS = {
  absWorkingDir: inProjectFolder('.'),
  outdir: 'dist/assets',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'esm',
  target: TARGET,
  loader: { '.svg': 'copy', '.png': 'copy' },
  write: false,
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

function namesIn({ outputs }: Metafile, language: Language | undefined): Record<string, string> {
  const script = language === undefined ? '.js' : `.${language}.js`;
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([file, { entryPoint }]) =>
      entryPoint === undefined
        ? []
        : [[path.basename(entryPoint).replace(/\.ts$/, script), path.basename(file)]],
    ),
  );
}

/** Scripts import the English texts; what they get is their part of those in the language. */
function textsOf(language: Language, sections: readonly string[]): Plugin {
  return {
    name: 'texts',
    setup(build) {
      build.onLoad({ filter: /[\\/]templates[\\/]strings[\\/]en\.json$/ }, async () => {
        const file = inProjectFolder(`templates/strings/${language}.json`);
        const texts = Object.entries(JSON.parse(await readFile(file, 'utf8')));
        const part = texts.filter(([key]) => sections.includes(key.split('.', 1)[0] ?? ''));
        return { contents: JSON.stringify(Object.fromEntries(part)), loader: 'json' };
      });
    },
  };
}
