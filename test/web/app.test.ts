import { expect, test } from 'vitest';
import { useWeb } from '../support/web.ts';

test('the manifest names icons that are there, in the sizes that it says', async () => {
  const web = await useWeb({ isPrivate: true });
  const { statusCode, headers, body } = await web.app.inject('/manifest.webmanifest');
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toContain('application/manifest+json');
  const manifest = JSON.parse(body) as {
    start_url: string;
    display: string;
    icons: { src: string; sizes: string; type: string; purpose: string }[];
  };
  expect(manifest).toMatchObject({ name: 'Thermograph', start_url: '/', display: 'standalone' });
  expect(new Set(manifest.icons.map(({ purpose }) => purpose))).toEqual(new Set(['any', 'maskable']));
  for (const { src, sizes, type } of manifest.icons) {
    const icon = await web.app.inject(src);
    expect(icon.headers['content-type'], `type of ${src}`).toContain(type);
    if (type !== 'image/png') continue;
    // Width and height are the first words of a PNG's header chunk.
    const [width, height] = [icon.rawPayload.readUInt32BE(16), icon.rawPayload.readUInt32BE(20)];
    expect(`${width}x${height}`, `size of ${src}`).toBe(sizes);
  }
});

test('the service worker is at the root, and browsers ask whether it has changed', async () => {
  const web = await useWeb({ isPrivate: true });
  const { statusCode, headers } = await web.app.inject('/service-worker.js');
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toContain('javascript');
  expect(headers['cache-control']).toBe('no-cache');
});
