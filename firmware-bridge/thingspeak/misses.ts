import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Format, sendError } from './answer.ts';
import { ThingSpeakError, toThingSpeakError } from './errors.ts';
import { parseReadAddress } from './read-address.ts';

const OURS = /^\/(?:update|channels)(?:[/.]|$)/;
const WRITTEN = /^\/update(?:\.json|\.xml|\/API_key=.*)?\/?$/;
const OF_CHANNEL = /^\/channels\/[^/]+\/(.*?)\/?$/;
const BULK = /^bulk_update\.(?:json|csv)$/;

/** Whether an address is one of ThingSpeak's, or below one of them. */
export function isBoardPath(path: string): boolean {
  return OURS.test(path);
}

/** Tells a board, or whoever reads a channel, of an error in the form that its address calls for. */
export function answerBoard(error: ThingSpeakError, request: FastifyRequest, reply: FastifyReply): void {
  const path = pathOf(request.url);
  if (path.startsWith('/update')) sendError(reply, error, formatOf(path), '0');
  // Whoever may not read a channel is told no more than that, in whatever form it was asked for.
  else if (error.status === 401 && request.method !== 'POST') sendError(reply, error, 'text', '-1');
  else sendError(reply, error, formatOf(path), '-1');
}

/**
 * Answers what failed before a route was found, or where there is none: pages and JSON of the service mean nothing to a board.
 * @returns whether it was answered: only below the addresses of boards
 */
export function answerMiss(thrown: unknown, request: FastifyRequest, reply: FastifyReply): boolean {
  if (!isBoardPath(pathOf(request.url))) return false;
  const error = toThingSpeakError(thrown);
  answerBoard(error.status === 404 ? missOf(request) : error, request, reply);
  return true;
}

/** What is told where there is no route. */
export function missOf(request: Pick<FastifyRequest, 'method' | 'url'>): ThingSpeakError {
  return isForOtherMethods(request)
    ? new ThingSpeakError(405, 'this address is for another method')
    : new ThingSpeakError(404, 'nothing answers to this address');
}

/** Whether there is something at an address, were it asked for in another way. */
function isForOtherMethods({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): boolean {
  const path = pathOf(url);
  const rest = OF_CHANNEL.exec(path)?.[1] ?? '';
  if (WRITTEN.test(path) || BULK.test(rest)) return true;
  return method !== 'GET' && parseReadAddress(rest) !== undefined;
}

/**
 * What a board is told whose bytes are no HTTP, such as an address with a space in it; the status says the rest.
 * @param bytes what could not be read; `undefined`: it is none of a board
 */
export function bodyForBytes(bytes: Buffer): '0' | '-1' | undefined {
  const path = /^\s*[A-Z]+ +\/*(\/[^\s?]*)/.exec(bytes.toString('latin1', 0, 256))?.[1];
  if (path === undefined || !isBoardPath(path)) return undefined;
  return path.startsWith('/update') ? '0' : '-1';
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!;
}

function formatOf(path: string): Format {
  const extension = /\.(json|xml|csv)$/.exec(path)?.[1];
  if (extension === 'json' || extension === 'xml') return extension;
  // A reply to a bulk update is JSON, whatever the updates were.
  return path.endsWith('/bulk_update.csv') ? 'json' : 'text';
}
