import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function projectFileExists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

export function sourceFiles(): readonly string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join('src', path));
}

/** The lines of a Dockerfile or a block of YAML without comments and blanks, continued lines joined. */
export function instructions(text: string): readonly string[] {
  const joined = text.replaceAll(/\\\n\s*/g, '');
  return joined.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
}

/**
 * What stands below a key of our own compose file, one step of indentation taken off: enough YAML for a file that we
 * write ourselves, with two spaces a level.
 */
export function yamlBlock(text: string, ...keys: readonly string[]): string {
  let lines = instructions(text);
  for (const key of keys) {
    const start = lines.findIndex((line) => line === `${key}:`);
    if (start === -1) throw new Error(`There is no ${keys.join(' > ')}.`);
    const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(' '));
    const end = length === -1 ? lines.length : start + 1 + length;
    lines = lines.slice(start + 1, end).map((line) => line.slice(2));
  }
  return lines.join('\n');
}

/** The keys of a block's first level. */
export function yamlKeys(block: string): readonly string[] {
  return [...block.matchAll(/^([\w-]+):/gm)].map(([, key = '']) => key);
}

/** The items of a block that is a list of plain texts. */
export function yamlItems(block: string): readonly string[] {
  return [...block.matchAll(/^- (.+)$/gm)].map(([, item = '']) => item);
}
