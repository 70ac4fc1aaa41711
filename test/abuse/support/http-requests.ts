import type { Random } from './random.ts';
import type { Route } from './routes.ts';

const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', 'X'];
/** As they stand in an address, so some are no valid escapes. */
const VALUES = [
  '',
  '0',
  '-1',
  '1.5',
  '1e999',
  'NaN',
  '9007199254740993',
  '99999999999999999999999',
  'null',
  'true',
  '[]',
  '{}',
  '%00',
  'a%00b',
  '%',
  '%zz',
  '%c0%af',
  '%ff',
  '%ed%a0%80',
  '%F0%9F%8C%A1',
  'e%CC%81',
  '%E2%80%AE',
  '..',
  '../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/',
  '....//',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "'; DROP TABLE readings; --",
  '%27%20OR%201=1',
  '<script>alert(1)</script>',
  '%3Cscript%3E',
  '{{constructor}}',
  '2026-01-01T00:00:00Z',
  '2026-99-99T99:99:99Z',
  '0001-01-01T00:00:00Z',
  '294277-01-01T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '8640000000000001',
  '-99999999999',
  'x'.repeat(1_025),
  'x'.repeat(10_000),
  '%41'.repeat(2_000),
  'temperature',
  'metric',
  'asc',
  'eyJ0IjoxfQ',
  'WzEsMl0',
  'AAAAAAAAAAAAAAAA',
];
const HEADERS = [
  'Accept: text/csv',
  'Accept: */*;q=2, application/json;q=x',
  'Accept: text/html',
  `Cookie: ${'a=b; '.repeat(500)}`,
  'Cookie: units=%00; units=__proto__',
  'Range: bytes=0-18446744073709551615',
  'If-None-Match: *',
  'If-Modified-Since: yesterday',
  'Accept-Language: \u00ff\u00fe',
  'Origin: null',
  'Origin: http://[',
  'Host: a',
  'Expect: 100-continue',
  'Expect: nothing',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Connection: Upgrade, keep-alive, close, X',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: chunked, identity',
  'Content-Length: -1',
  'Content-Length: 1e3',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5, 5',
  'Content-Type: application/json',
  'Content-Type: ',
  'Content-Type: \u00ff/\u0001',
  'Content-Type: text/plain; charset=utf-7',
  'Content-Encoding: gzip',
  'X-Forwarded-For: 1.2.3.4, ::1, x',
  'X-HTTP-Method-Override: DELETE',
  'Authorization: Bearer ',
  `Authorization: Bearer ${'x'.repeat(5_000)}`,
  'Authorization: Basic ====',
  `X-Long: ${'x'.repeat(9_000)}`,
  `X-Longer: ${'x'.repeat(20_000)}`,
  ' X-Folded: a\r\n b',
  'No colon',
  ': no name',
  'Bad name: 1',
  'X-Nul: a\0b',
];
const LARGEST_BODY = 256 * 1024;
const BODIES: readonly Buffer[] = [
  '',
  '21.5',
  '{"temperature":21.5}',
  '{"value":21.5,"time":"never"}',
  '{"value":1e400}',
  '{"temperature":21.5,"temperature":"x"}',
  '{"__proto__":{"polluted":1},"temperature":1}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '[]',
  '[[[]]]',
  'null',
  '{',
  '{"a":',
  '\ufeff21.5',
  '"\\ud800"',
  '{"temperature":[1,2,3]}',
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`,
  `[${'1,'.repeat(100_000)}1]`,
  `{${Array.from({ length: 5_000 }, (_, n) => `"m${n}":${n}`).join()}}`,
  '9'.repeat(10_000),
  'x'.repeat(LARGEST_BODY),
  'x'.repeat(LARGEST_BODY + 1),
  'x'.repeat(2 * LARGEST_BODY),
  'metric=temperature&value=1',
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from([0xc0, 0xaf]),
    Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1'),
  ]);

export interface Request {
  readonly bytes: Buffer;
  readonly isHead: boolean;
}

/** A request to one of the routes, with as much wrong in it as chance has it. */
export function anyRequest(routes: readonly Route[], random: Random): Request {
  const route = random.pick(routes);
  const method = random.chance(0.75) ? route.method : random.pick(METHODS);
  const headers = ['Connection: close'];
  if (!random.chance(0.03)) headers.push('Host: 127.0.0.1');
  const count = random.pick([0, 0, 1, 2, 4, 8]);
  for (let left = count; left > 0; left -= 1) headers.push(random.pick(HEADERS));
  if (random.chance(0.05)) headers.push(...headers);
  if (random.chance(0.02)) headers.push(...Array.from({ length: 3_000 }, (_, n) => `X-${n}: ${n}`));
  const hasBody = method === 'POST' || random.chance(0.1);
  const body = hasBody ? random.pick(BODIES) : Buffer.alloc(0);
  if (hasBody && !random.chance(0.05)) {
    const lie = random.chance(0.1) ? random.pick([-1, 1, 100, -body.length]) : 0;
    headers.push(`Content-Length: ${Math.max(0, body.length + lie)}`);
  }
  const version = random.chance(0.97)
    ? 'HTTP/1.1'
    : random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'XTTP/1.1', '']);
  const head = `${method} ${addressOf(route, random)} ${version}\r\n${headers.join('\r\n')}\r\n\r\n`;
  return { bytes: Buffer.concat([Buffer.from(head, 'latin1'), body]), isHead: method === 'HEAD' };
}

function addressOf({ path, parameters }: Route, random: Random): string {
  const filled = path.replaceAll(/\{\w+\}/g, () => (random.chance(0.5) ? 'good' : random.pick(VALUES)));
  const place = random.chance(0.1) ? `${filled}/${random.pick(VALUES)}` : filled;
  const names = [
    ...parameters,
    ...parameters,
    ...parameters,
    'nothing',
    '__proto__',
    '',
    'a[b]',
    'x'.repeat(500),
  ];
  const count = random.pick([0, 1, 1, 2, 3, 20]);
  const query = Array.from({ length: count }, () => `${random.pick(names)}=${random.pick(VALUES)}`).join('&');
  const address = query === '' ? place : `${place}?${query}`;
  // Spaces would end it.
  return address.replaceAll(' ', random.chance(0.95) ? '%20' : ' ');
}

function garbage(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(2_000) }, () => random.below(256)));
}

const SMUGGLED = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /api/stations/smuggled/readings?metric=temperature HTTP/1.1\r\nHost: a\r\n';

/** Two answers to the question where a request ends, and what else is no HTTP at all. */
export function rawRequests(random: Random): readonly Request[] {
  const texts = [
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${POST}Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${POST}Transfer-Encoding : chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    `${POST}Transfer-Encoding:\tchunked\r\n\r\n5\r\n21.50\r\n0\r\n\r\n${SMUGGLED}`,
    `${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n21${SMUGGLED}`,
    `${POST}Content-Length: +4\r\n\r\n21.5${SMUGGLED}`,
    `${POST}Content-Length: 0x4\r\n\r\n21.5${SMUGGLED}`,
    `${POST}Content-Length: 4\n\n21.5${SMUGGLED}`,
    `${POST}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n21.5`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n21.5\r\n0\r\n\r\n`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n4;${'x'.repeat(20_000)}\r\n21.5\r\n0\r\n\r\n`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n4\r\n21.5\r\n0\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
    `${POST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n21.5\r\n0\r\n\r\n`,
    `GET http://169.254.169.254/latest HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    `GET //evil.example/%2e%2e HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    `CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET *\r\n\r\n`,
    `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `GET /mqtt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n`,
    SMUGGLED.repeat(200),
    '\r\n'.repeat(5_000),
    '\0'.repeat(1_000),
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ];
  const noise = Array.from({ length: 50 }, () => garbage(random));
  return [...texts.map((text) => Buffer.from(text, 'latin1')), ...noise].map((bytes) => ({
    bytes,
    isHead: false,
  }));
}
