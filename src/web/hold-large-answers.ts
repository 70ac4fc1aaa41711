import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { AnswerRoom } from './answer-room.ts';

/** What is shorter is the system's as soon as it is sent, as a rule. */
const PIECE_BYTES = 64 * 1024;

/** Sends what the routes of `app` answer in pieces, so that it shows whether a client takes them; after it was compressed. */
export function holdLargeAnswers(app: FastifyInstance, room: Pick<AnswerRoom, 'take'>): void {
  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    if (request.method === 'HEAD' || !isLarge(payload)) return done(null, payload);
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
    const goesOn = room.take({ response: reply.raw, address: request.ip, bytes: bytes.length });
    reply.header('content-length', bytes.length);
    done(null, Readable.from(pieces(bytes, goesOn), { objectMode: true, highWaterMark: 1 }));
  });
}

function isLarge(payload: unknown): payload is Buffer | string {
  if (typeof payload === 'string') return Buffer.byteLength(payload) > PIECE_BYTES;
  return Buffer.isBuffer(payload) && payload.length > PIECE_BYTES;
}

function* pieces(bytes: Buffer, goesOn: () => void): Generator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    goesOn();
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}
