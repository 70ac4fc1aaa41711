import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { OutputFile } from 'esbuild';
import { inProjectFolder } from '../src/project-folder.ts';
import { bundle, ENTRIES } from './bundle.ts';

/** `dist/assets.json`. */
interface AssetList {
  /** By the name that templates use, `page.css` or `live-page.en.js`: the file's name in `dist/assets`. */
  readonly files: Readonly<Record<string, string>>;
  /** Those of the build before, for a service that still runs and the pages that it has made. */
  readonly former: readonly string[];
  /** What it was told to make. */
  readonly entries: readonly string[];
  /** Everything that went into it, with a hash of its content. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** These programs, and what says which esbuild it is. */
const HOW = ['templates/build-assets.ts', 'templates/bundle.ts', 'package.json'];
const COMPRESSIBLE = /\.(?:js|css|svg)$/;

/**
 * Bundles what browsers load into `dist/assets`, unless nothing has changed since it was done last.
 * @returns whether anything had to be done
 */
export async function buildAssets(): Promise<boolean> {
  const listFile = inProjectFolder('dist/assets.json');
  const before = await readList(listFile);
  if (before !== undefined && (await isUpToDate(before))) return false;
  const { files, outputs, inputs } = await bundle();
  const folder = inProjectFolder('dist/assets');
  await mkdir(folder, { recursive: true });
  await Promise.all(outputs.map((file) => write(file)));
  const current = outputs.map((file) => path.basename(file.path));
  const former = Object.values(before?.files ?? {}).filter((name) => !current.includes(name));
  const hashes = await hashAll([...inputs, ...HOW]);
  const list: AssetList = { files, former, entries: ENTRIES, inputs: hashes };
  await replaceFile(listFile, JSON.stringify(list, null, 2));
  await removeOthers(folder, [...current, ...former]);
  return true;
}

async function write({ path: file, contents }: OutputFile): Promise<void> {
  await replaceFile(file, contents);
  if (!COMPRESSIBLE.test(file)) return;
  await replaceFile(`${file}.gz`, gzipSync(contents, { level: 9 }));
  await replaceFile(`${file}.br`, brotliCompressSync(contents));
}

/** Whole or not at all, for another build may run beside this one. */
async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  const half = `${file}.${process.pid}`;
  await writeFile(half, contents);
  await rename(half, file);
}

async function removeOthers(folder: string, wanted: readonly string[]): Promise<void> {
  const others = (await readdir(folder)).filter(
    (name) => !wanted.some((kept) => name === kept || name.startsWith(`${kept}.`)),
  );
  await Promise.all(others.map((name) => rm(path.join(folder, name), { force: true })));
}

async function readList(file: string): Promise<AssetList | undefined> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this very program
    return JSON.parse(await readFile(file, 'utf8')) as AssetList;
  } catch {
    return undefined;
  }
}

async function isUpToDate({ inputs, entries }: AssetList): Promise<boolean> {
  if (String(entries) !== String(ENTRIES)) return false;
  const now = await hashAll(Object.keys(inputs)).catch(() => undefined);
  return now !== undefined && Object.entries(inputs).every(([input, hash]) => now[input] === hash);
}

async function hashAll(inputs: readonly string[]): Promise<Record<string, string>> {
  const hashes = inputs.map(async (input) => {
    const text = await readFile(inProjectFolder(input));
    return [input, createHash('sha256').update(text).digest('hex').slice(0, 16)] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}
