import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyPluginCallback } from 'fastify';
import { inProjectFolder } from '../project-folder.ts';
import type { Assets } from './assets.ts';
import { NOT_TOLD } from './openapi/route-description.ts';

/** What makes an app of the pages: `/manifest.webmanifest`, for home screens, and `/service-worker.js`, for when the service is away. */
export function appRoutes(assets: Assets): FastifyPluginCallback {
  const manifest = JSON.stringify(manifestOf(assets));
  const worker = readFileSync(
    path.join(inProjectFolder('dist/assets'), path.basename(assets.url('service-worker.js'))),
    'utf8',
  );
  return (app, _options, done) => {
    app.get('/manifest.webmanifest', { config: { access: 'open' }, schema: NOT_TOLD }, (_request, reply) =>
      reply.type('application/manifest+json').send(manifest),
    );
    // At the root, for it sees to the pages there; browsers ask whether it has changed.
    app.get('/service-worker.js', { config: { access: 'open' }, schema: NOT_TOLD }, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(worker),
    );
    done();
  };
}

function manifestOf(assets: Assets): object {
  const icon = (name: string, sizes: string, purpose: string): object => ({
    src: assets.url(name),
    sizes,
    type: name.endsWith('.svg') ? 'image/svg+xml' : 'image/png',
    purpose,
  });
  return {
    id: '/',
    name: 'Thermograph',
    short_name: 'Thermograph',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f5f1e6',
    theme_color: '#f5f1e6',
    icons: [
      icon('icon-192.png', '192x192', 'any'),
      icon('icon-512.png', '512x512', 'any'),
      icon('icon-maskable-512.png', '512x512', 'maskable'),
      icon('favicon.svg', 'any', 'any'),
    ],
  };
}
