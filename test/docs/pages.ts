import { readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { readProjectFile } from '../packaging/files.ts';

/** A page of the documentation. */
export interface Page {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** A block between two lines of ```. */
export interface Fence {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** Without the indentation of the list that it stands in. */
  readonly body: string;
  /** What the HTML comment right above it says: `not run: why`, or `run by test/…`. */
  readonly mark: string | undefined;
}

const ELSEWHERE = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'firmware-bridge/station/README.md',
];

export function readPages(): readonly Page[] {
  const docs = readdirSync('docs').filter((name) => name.endsWith('.md'));
  const paths = [...ELSEWHERE, ...docs.toSorted().map((name) => `docs/${name}`)];
  return paths.map((path) => ({ path, text: readProjectFile(path) }));
}

export function fencesOf({ path, text }: Page): readonly Fence[] {
  const pattern = /(?:^ *<!-- ([^\n]*?) -->\n)?^( *)```(\w*)\n([^]*?)^ *```$/gm;
  return Array.from(text.matchAll(pattern), (match) => {
    const [all, mark, indentation = '', language = '', body = ''] = match;
    const before = text.slice(0, match.index + all.indexOf('```'));
    const dedented = body.replaceAll(new RegExp(`^${indentation}`, 'gm'), '');
    return { page: path, line: before.split('\n').length, language, body: dedented, mark };
  });
}

/** The page without what is code: brackets there are no links. */
function prose(text: string): string {
  return text.replaceAll(/^( *)```[^]*?^ *```$/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
}

/** The lines of a page that are code because they are indented: behind an empty line, and in no list of ours. */
export function indentedCode({ text }: Page): string {
  const lines = text.replaceAll(/^( *)```[^]*?^ *```$/gm, '').split('\n');
  return lines.filter((line) => /^ {4}\S/.test(line)).join('\n');
}

/** The targets of links and pictures. */
export function linksOf({ text }: Page): readonly string[] {
  return Array.from(prose(text).matchAll(/\]\(([^)]*)\)/g), ([, target = '']) => target);
}

/** The anchors that GitHub gives headings: lower case, without punctuation, numbered where there are several of one. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  const withoutFences = text.replaceAll(/^( *)```[^]*?^ *```$/gm, '');
  for (const [, heading = ''] of withoutFences.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Where a relative link leads, from the project's folder, and to which heading. */
export function resolveLink(
  page: string,
  link: string,
): { readonly path: string; readonly anchor: string | undefined } {
  const [target = '', anchor] = link.split('#', 2);
  return { path: target === '' ? page : normalize(join(dirname(page), target)), anchor };
}
