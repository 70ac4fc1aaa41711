import type { FastifyRequest } from 'fastify';

const INTERVAL_MS = 60_000;
const LINES_AN_INTERVAL = 10;

/** Says what nobody foresaw, ten times a minute at most: whoever has found out how to provoke it would fill the disk. */
export function createFailureLog(
  now: () => number = () => performance.now(),
): (request: FastifyRequest, error: unknown) => void {
  let began = Number.NEGATIVE_INFINITY;
  let said = 0;
  let unsaid = 0;
  return (request, error) => {
    if (now() - began > INTERVAL_MS) {
      if (unsaid > 0) request.log.error({ requests: unsaid }, 'more requests failed meanwhile');
      began = now();
      said = 0;
      unsaid = 0;
    }
    said += 1;
    if (said > LINES_AN_INTERVAL) unsaid += 1;
    else request.log.error({ err: error, path: pathOf(request) }, 'a request failed');
  };
}

/** Without its parameters, which may hold a secret under any name. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!;
}
