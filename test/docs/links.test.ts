import { describe, expect, test } from 'vitest';
import { projectFileExists } from '../packaging/files.ts';
import { anchorsOf, linksOf, type Page, readPages, resolveLink } from './pages.ts';

const pages = readPages();
const EXTERNAL = /^[a-z][a-z0-9+.-]*:/i;

/** What is wrong with a link; `undefined` if it leads somewhere. */
function mistake(page: Page, link: string): string | undefined {
  if (EXTERNAL.test(link)) {
    if (/\s/.test(link) || !URL.canParse(link)) return 'is no address';
    return /^(?:https?|mailto):$/.test(new URL(link).protocol)
      ? undefined
      : 'is neither of the web nor a mail address';
  }
  const { path, anchor } = resolveLink(page.path, link);
  if (path.startsWith('..')) return 'leads out of the project';
  if (!projectFileExists(path)) return `leads to ${path}, which is not there`;
  if (anchor === undefined) return undefined;
  const target = pages.find((other) => other.path === path);
  if (target === undefined) return `asks for a heading of ${path}, which is none of the pages`;
  return anchorsOf(target).has(anchor) ? undefined : `asks for #${anchor}, which no heading of ${path} is`;
}

describe('the documentation', () => {
  test('has no link that leads nowhere', () => {
    const wrong = pages.flatMap((page) =>
      linksOf(page).flatMap((link) => {
        const what = mistake(page, link);
        return what === undefined ? [] : [`${page.path}: ${link} ${what}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('has every page in its index', () => {
    const index = pages.find(({ path }) => path === 'docs/README.md')!;
    const listed = new Set(linksOf(index).map((link) => resolveLink(index.path, link).path));
    const docs = pages
      .map(({ path }) => path)
      .filter((path) => path.startsWith('docs/') && path !== index.path);
    expect(docs.filter((path) => !listed.has(path))).toEqual([]);
  });
});

describe('a link', () => {
  const page = (text: string): Page => ({ path: 'docs/x.md', text });
  test.each([
    ['../README.md#start', undefined],
    ['../README.md#nowhere', 'asks for #nowhere'],
    ['nowhere.md', 'leads to docs/nowhere.md'],
    ['../../elsewhere', 'leads out of the project'],
    ['https://example.org/a b', 'is no address'],
    ['https://', 'is no address'],
    ['javascript:alert(1)', 'is neither of the web'],
    ['https://example.org/a#b', undefined],
  ])('%s: %s', (link, what) => {
    expect(mistake(page(''), link) ?? '').toContain(what ?? '');
    expect(mistake(page(''), link) === undefined).toBe(what === undefined);
  });

  test('in code is none', () => {
    expect(linksOf(page('`[a](b)` [c](d)\n```js\n[e](f)\n```\n'))).toEqual(['d']);
  });

  test('leads to headings as GitHub names them', () => {
    const text = "# A `b`, [c](d): e's?\n## Twice\n## Twice\n```sh\n# no heading\n```\n";
    expect([...anchorsOf(page(text))]).toEqual(['a-b-c-es', 'twice', 'twice-1']);
  });
});
