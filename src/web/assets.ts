import { readFileSync } from 'node:fs';
import { inProjectFolder } from '../project-folder.ts';

/** What browsers load, as `npm run build` has bundled it. */
export interface Assets {
  /** Where `name` is, as in `page.css`: an address that changes with its content. @throws for what there is none of */
  url(name: string): string;
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
export function readAssets(): Assets {
  const files = readFiles();
  return {
    url(name) {
      const file = files[name];
      if (file === undefined) throw new Error(`there is no asset ${name}`);
      return `/assets/${file}`;
    },
  };
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
