import { keepAssetsOf } from './kept-assets.ts';

const PAGES = 'thermograph-pages';
const SAVED_AT = 'x-saved-at';
/** Older ones make room. */
const MOST_PAGES = 20;

/** Keeps a page, and what it needs to be shown. */
export async function keepPage(url: string, response: Response): Promise<void> {
  const html = await response.text();
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': response.headers.get('content-security-policy') ?? "default-src 'self'",
    [SAVED_AT]: String(Date.now()),
  };
  const cache = await caches.open(PAGES);
  // Put last, it is the newest of the keys.
  await cache.delete(url);
  await cache.put(url, new Response(html, { headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, -MOST_PAGES).map((key) => cache.delete(key)));
  await keepAssetsOf(html);
}

/**
 * The page as it was last seen, or else that of another choice of units and the like; marked, with the browser's time at which it
 * was kept.
 */
export async function lastKnownPage(url: string): Promise<Response | undefined> {
  const cache = await caches.open(PAGES);
  const kept = (await cache.match(url)) ?? (await cache.match(url, { ignoreSearch: true }));
  if (kept === undefined) return undefined;
  const html = await kept.text();
  const savedAt = Number(kept.headers.get(SAVED_AT));
  return new Response(html.replace('<html ', `<html data-saved-at="${savedAt}" `), { headers: kept.headers });
}

export async function forgetPages(): Promise<void> {
  await caches.delete(PAGES);
}
