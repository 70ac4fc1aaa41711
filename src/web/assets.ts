import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inProjectFolder } from '../project-folder.ts';

/** What browsers load, as `npm run build` has bundled it. */
export interface Assets {
  /** Where `name` is, as in `page.css`: an address that changes with its content. @throws for what there is none of */
  url(name: string): string;
  /** Names what pages are made of: a service with another one makes other pages. */
  readonly build: string;
}

/** There is nothing bundled. */
export class AssetsError extends Error {
  readonly code = 'assets-missing';
  readonly hint = 'Build the program once: npm run build.';

  constructor(cause: unknown) {
    super('The scripts and styles of the pages are missing.', { cause });
    this.name = 'AssetsError';
  }
}

/** @throws AssetsError */
export function readAssets(version: string): Assets {
  const files = readFiles();
  return {
    url(name) {
      const file = files[name];
      if (file === undefined) throw new Error(`there is no asset ${name}`);
      return `/assets/${file}`;
    },
    build: createHash('sha256')
      .update(JSON.stringify([version, files, ...readTemplates()]))
      .digest('hex')
      .slice(0, 12),
  };
}

/** And texts. */
function readTemplates(): readonly string[] {
  const folder = inProjectFolder('templates');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:hbs|json)$/.test(name))
    .toSorted()
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

/** Made by templates/build-assets.ts. */
function readFiles(): Readonly<Record<string, string>> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own build's file
    const list = JSON.parse(readFileSync(inProjectFolder('dist/assets.json'), 'utf8')) as {
      readonly files: Readonly<Record<string, string>>;
    };
    return list.files;
  } catch (error) {
    throw new AssetsError(error);
  }
}
