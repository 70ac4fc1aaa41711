import type { FastifyRequest } from 'fastify';

/** Whether somebody looks at it, rather than a program. */
export function wantsPage({ method, url }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') && !/^\/(?:api\/+[^/?]|(?:health|metrics)(?:[/?]|$))/.test(url)
  );
}
