import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebCounters } from './counters.ts';
import { WebError } from './errors.ts';
import { answerAndClose, hangUp } from './raw-answer.ts';

/** As Node's server tells it: what is not HTTP, not within its limits, or too slow. */
export type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** How many more pieces may come behind bytes that are no request, before all is answered. */
const MOST_MORE = 16;

type Counters = Pick<WebCounters, 'http_requests_too_large' | 'http_requests_too_slow'>;

/**
 * Answers what is no request. Where it stands behind requests that are whole, those are answered, and then the connection is
 * closed: some boards send a few bytes more than they mean to, and one that was refused for these would send again what is
 * stored.
 * @param bodyForBytes what is answered by those who know whose bytes they are, in place of our own words
 * @returns to be told of each error by the server, whose requests are watched
 */
export function createClientErrors(
  server: Server,
  counters: Counters,
  bodyForBytes: (bytes: Buffer) => string | undefined = () => undefined,
): (error: ClientError, socket: Duplex) => void {
  const underWay = new WeakMap<Duplex, Set<IncomingMessage>>();
  /** With how often more has come since. */
  const leaving = new WeakMap<Duplex, number>();

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const requests = underWay.get(socket) ?? new Set();
    underWay.set(socket, requests.add(request));
    response.once('close', () => {
      requests.delete(request);
      if (leaving.has(socket) && requests.size === 0) hangUp(socket);
    });
  });

  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const more = leaving.get(socket);
    if (more !== undefined) {
      // Whoever goes on and on while an answer is waited for, or an event stream is open, would only keep us reading.
      if (more === MOST_MORE) socket.destroy();
      else leaving.set(socket, more + 1);
      return;
    }
    const requests = [...(underWay.get(socket) ?? [])];
    if (requests.length > 0 && requests.every(({ complete }) => complete)) leaving.set(socket, 0);
    else refuse(error, socket);
  };

  function refuse({ code, rawPacket }: ClientError, socket: Duplex): void {
    const tooLarge = code === 'HPE_HEADER_OVERFLOW';
    const tooSlow = code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (tooLarge) counters.http_requests_too_large += 1;
    if (tooSlow) counters.http_requests_too_slow += 1;
    const status = tooLarge ? 431 : tooSlow ? 408 : 400;
    const answer = new WebError(status, 'request-invalid', 'this is not a valid HTTP request');
    answerAndClose(socket, answer, rawPacket && bodyForBytes(rawPacket));
  }
}
