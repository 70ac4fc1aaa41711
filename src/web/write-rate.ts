import type { FastifyInstance } from 'fastify';
import { isSafeMethod } from './access/cross-site.ts';
import { tooManyRequests } from './errors.ts';
import type { WebParts } from './parts.ts';

/** Bounds how often one address may post, log in or log out; before anything else is done for it. */
export function limitWrites(app: FastifyInstance, { admitWrite }: Pick<WebParts, 'admitWrite'>): void {
  app.addHook('onRequest', async ({ method, ip }) => {
    if (isSafeMethod(method)) return;
    const waitSeconds = await admitWrite(ip);
    if (waitSeconds !== undefined) throw tooManyRequests(waitSeconds);
  });
}
