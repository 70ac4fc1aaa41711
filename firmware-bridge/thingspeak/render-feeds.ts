import type { Feed } from './feeds.ts';
import { inSlices } from './slices.ts';

/** How a list of feeds is written: one after the other, between a head and a foot. */
export interface FeedsDocument {
  readonly head: string;
  readonly feed: (feed: Feed) => string;
  readonly between: string;
  readonly foot: string;
}

/** In slices, for thousands of feeds may be megabytes. */
export async function renderFeeds(
  document: FeedsDocument,
  feeds: readonly Feed[],
): Promise<readonly Buffer[]> {
  const { head, feed, between, foot } = document;
  const parts: Buffer[] = [Buffer.from(head)];
  for await (const slice of inSlices(feeds)) {
    const text = slice.map(feed).join(between);
    parts.push(Buffer.from(parts.length === 1 ? text : between + text));
  }
  parts.push(Buffer.from(foot));
  return parts;
}

/** As a script that calls a function with the document (JSONP). */
export function asScript({ head, feed, between, foot }: FeedsDocument, callback: string): FeedsDocument {
  return {
    head: `${callback}(${escapeLineEnds(head)}`,
    feed: (one) => escapeLineEnds(feed(one)),
    between,
    foot: `${foot})`,
  };
}

/** JSON may hold two line ends that older JavaScript does not take in a text. */
function escapeLineEnds(json: string): string {
  return json.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`);
}
