import { connectBytes } from './wire.ts';

/** A way to keep a connection busy with next to nothing. */
export interface Drip {
  readonly what: string;
  /** The listener that it is for, as the start-up lines name it; where there is none, it is left out. */
  readonly scheme: string;
  /** Sent at once. */
  readonly first: Buffer;
  /** Sent byte by byte behind it, over and over; nothing: it says no more. */
  readonly dripped: Buffer;
}

const NOTHING = Buffer.alloc(0);
/** The head of a handshake's first record: 512 bytes are to come. */
const CLIENT_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);
const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n';
const POST = 'POST /api/stations/slow/readings HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n';
const CHUNKED = 'POST /api/stations/slow/readings HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const UPGRADE = `GET /mqtt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nSec-WebSocket-Protocol: mqtt\r\n`;
/** A header without an end. */
const DRIPPED_HEADER = Buffer.from('X-Slow: a\r\n');

export const DRIPS: readonly Drip[] = [
  { what: 'CONNECT, byte by byte', scheme: 'mqtt', first: NOTHING, dripped: longConnect() },
  { what: 'nothing at all over MQTT', scheme: 'mqtt', first: NOTHING, dripped: NOTHING },
  { what: 'headers, byte by byte', scheme: 'http', first: Buffer.from(HEAD), dripped: DRIPPED_HEADER },
  { what: 'a body, byte by byte', scheme: 'http', first: Buffer.from(POST), dripped: Buffer.from('1') },
  {
    what: 'chunks, byte by byte',
    scheme: 'http',
    first: Buffer.from(CHUNKED),
    dripped: Buffer.from('1\r\n1\r\n'),
  },
  {
    what: 'a WebSocket handshake, byte by byte',
    scheme: 'ws',
    first: Buffer.from(UPGRADE),
    dripped: DRIPPED_HEADER,
  },
  {
    what: 'a WebSocket without CONNECT',
    scheme: 'ws',
    first: Buffer.from(`${UPGRADE}\r\n`),
    dripped: NOTHING,
  },
  { what: 'a TLS handshake, byte by byte', scheme: 'https', first: CLIENT_HELLO, dripped: Buffer.of(0) },
  { what: 'the same for MQTT', scheme: 'mqtts', first: CLIENT_HELLO, dripped: Buffer.of(0) },
];

/** As long as a first packet may be, so that dripping takes longer than anybody should wait. */
function longConnect(): Buffer {
  return connectBytes('slow', { username: 'x'.repeat(2_000), password: 'x'.repeat(2_000) });
}
