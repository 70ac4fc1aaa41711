// Their names tell their content: what is kept is right for ever.

const ASSETS = 'thermograph-assets';
/** Of a few builds; older ones make room. */
const MOST_ASSETS = 40;

export async function keptAsset(url: string): Promise<Response> {
  const cache = await caches.open(ASSETS);
  return (await cache.match(url)) ?? fetchAsset(cache, url);
}

/** Those that a page loads, and those that its styles do. */
export async function keepAssetsOf(html: string): Promise<void> {
  const cache = await caches.open(ASSETS);
  const urls = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url = '']) => url);
  await Promise.all(
    urls.map(async (url) => {
      const response = (await cache.match(url)) ?? (await fetchAsset(cache, url));
      if (!url.endsWith('.css')) return;
      const names = [...(await response.text()).matchAll(/url\("?\.\/([\w.-]+)"?\)/g)];
      await Promise.all(
        names.map(
          async ([, name = '']) =>
            (await cache.match(`/assets/${name}`)) ?? fetchAsset(cache, `/assets/${name}`),
        ),
      );
    }),
  );
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, -MOST_ASSETS).map((key) => cache.delete(key)));
}

async function fetchAsset(cache: Cache, url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) await cache.put(url, response.clone());
  return response;
}
