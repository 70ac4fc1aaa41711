import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody, type WebError } from './errors.ts';

/** How long a client may take to hang up after its answer. */
const HANG_UP_MS = 1000;

/**
 * Answers on a connection that Node's server has given up, and closes it.
 * @param text in place of the JSON of the error
 */
export function answerAndClose(socket: Duplex, error: WebError, text?: string): void {
  const body = text ?? JSON.stringify(errorBody(error));
  const type = text === undefined ? 'application/json' : 'text/plain';
  hangUp(
    socket,
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\nContent-Type: ${type}; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * Closes a connection, after some last words; whoever does not hang up then is cut off. Closed at once, with something unread, it
 * would be reset, and what was answered lost.
 */
export function hangUp(socket: Duplex, lastWords = ''): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(lastWords);
  const deadline = setTimeout(() => socket.destroy(), HANG_UP_MS).unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(deadline));
}
