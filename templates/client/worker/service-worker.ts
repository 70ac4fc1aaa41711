// Keeps the pages that were seen, and shows them, marked as such, while the service can't be reached.

import { forgetPages, keepPage, lastKnownPage } from './kept-pages.ts';
import { keptAsset } from './kept-assets.ts';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  // What somebody has read is not for whoever comes after them.
  if (pathname === '/logout') event.waitUntil(forgetPages());
  if (request.method !== 'GET') return;
  if (pathname.startsWith('/assets/')) event.respondWith(keptAsset(request.url));
  else if (isKept(pathname) && wantsPage(request)) event.respondWith(answerPage(event));
});

function isKept(pathname: string): boolean {
  return pathname === '/' || pathname.startsWith('/stations/');
}

function wantsPage({ mode, headers }: Request): boolean {
  return mode === 'navigate' || (headers.get('accept') ?? '').includes('text/html');
}

/** What a reverse proxy says of a service that is away. */
const AWAY = new Set([502, 504]);

async function answerPage(event: FetchEvent): Promise<Response> {
  const { request } = event;
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    // Only whoever opens a page is served an old one: a script that asks wants to know whether the service is there.
    const known = request.mode === 'navigate' ? await lastKnownPage(request.url) : undefined;
    if (known === undefined) throw error;
    return known;
  }
  if (AWAY.has(response.status) && request.mode === 'navigate') {
    return (await lastKnownPage(request.url)) ?? response;
  }
  if (isRefused(response)) event.waitUntil(forgetPages());
  else if (response.ok) event.waitUntil(keepPage(request.url, response.clone()));
  return response;
}

/** To the login page, or to whoever may not read it any more. */
function isRefused({ type, redirected, status }: Response): boolean {
  return type === 'opaqueredirect' || redirected || status === 401 || status === 403;
}
