import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { errorBodyOf, type ThingSpeakError } from './errors.ts';
import { toXml } from './xml.ts';

/** `text` is what an address without an extension is answered in. */
export type Format = 'text' | 'json' | 'xml' | 'csv';

export interface Answer {
  readonly status: number;
  readonly format: Format | 'script';
  /** A text, or the pieces of a long one. */
  readonly body: string | readonly Uint8Array[];
  readonly retryAfterSeconds?: number | undefined;
  /** Whether scripts of other sites' pages may read it. */
  readonly isForAnybody?: boolean;
  /** Without headers that can be done without: `headers=false`, for boards with little memory. */
  readonly isShort?: boolean;
}

const TYPES: Readonly<Record<Answer['format'], string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  script: 'application/javascript; charset=utf-8',
};

const SENT_AT_ONCE_BYTES = 64 * 1024;
/** How long the rest of a request is read that has been answered already. */
const LONGEST_REST_MS = 2_000;

/**
 * Past Fastify, which writes `content-length`: the Arduino library looks for `Content-Length:` in that very case, and knows no
 * chunks. What the service sends to browsers otherwise is left out, for a reply has to fit into a board's buffer.
 */
export function send(reply: FastifyReply, answer: Answer): void {
  const { status, format, body, retryAfterSeconds, isForAnybody = false, isShort = false } = answer;
  // Fastify means to close where it has not read all of the request.
  const isLast = reply.getHeader('connection') === 'close';
  reply.hijack();
  const { raw } = reply;
  for (const name of raw.getHeaderNames()) raw.removeHeader(name);
  raw.sendDate = !isShort;
  const pieces = typeof body === 'string' ? [Buffer.from(body)] : body;
  const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  raw.writeHead(status, {
    ...(!isShort && {
      // Some boards look for this line, which ThingSpeak sends.
      Status: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(isForAnybody && { 'Access-Control-Allow-Origin': '*' }),
    }),
    ...(isLast && { Connection: 'close' }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    'Content-Type': TYPES[format],
    'Content-Length': String(length),
  });
  if (isLast && !reply.request.raw.complete) endWhenRead(reply.request.raw, raw, Buffer.concat(pieces));
  else if (length <= SENT_AT_ONCE_BYTES) raw.end(Buffer.concat(pieces));
  // Piece by piece, as they are taken from us. Whoever has gone is not told.
  else pipeline(Readable.from(pieces), raw, () => undefined);
}

/**
 * Answers, and closes when the rest of the request has been read, or after a while. Closed at once, with something unread, the
 * connection would be reset, and the answer lost to a board that is still sending.
 */
function endWhenRead(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  response.write(body);
  const deadline = setTimeout(() => response.end(), LONGEST_REST_MS).unref();
  request.once('close', () => {
    clearTimeout(deadline);
    response.end();
  });
  request.once('end', () => response.end());
  request.resume();
}

/** @param textOf what stands for an error where there is no room for words */
export function sendError(
  reply: FastifyReply,
  error: ThingSpeakError,
  format: Format,
  textOf: '0' | '-1',
): void {
  const { status, retryAfterSeconds } = error;
  const body = errorBodyOf(error);
  const told = { status, retryAfterSeconds };
  if (format === 'json') send(reply, { ...told, format, body: JSON.stringify(body) });
  else if (format === 'xml') send(reply, { ...told, format, body: toXml('error', { ...body.error }) });
  else send(reply, { ...told, format: 'text', body: textOf });
}
