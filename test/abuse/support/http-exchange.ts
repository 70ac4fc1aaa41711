import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface Exchange {
  readonly answers: readonly Answer[];
  /** Whether the connection was neither answered in full nor closed in time. */
  readonly isHanging: boolean;
  /** What came that is no answer of HTTP. */
  readonly garbage: string;
}

/** After so long without a byte it is taken for waiting for more of the request, which is then ended. */
const QUIET_MS = 400;
const HTTP = Buffer.from('HTTP/');
const ENOUGH_BYTES = 2 * 1024 * 1024;

/** Sends bytes to an HTTP server and takes what comes back until it closes, or streams events. */
export async function exchange(
  port: number,
  bytes: Buffer,
  limitMs: number,
  isHead = false,
): Promise<Exchange> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = Buffer.alloc(0);
  let isOver = false;
  let isStopped = false;
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, limitMs);
    socket.setTimeout(QUIET_MS, () => void socket.end());
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      // A stream of events has no end.
      isStopped = received.length > ENOUGH_BYTES || received.includes('text/event-stream');
      if (isStopped) socket.destroy();
    });
    socket.on('end', () => void socket.end());
    socket.on('close', () => {
      isOver = true;
      clearTimeout(limit);
      resolve();
    });
    socket.write(bytes);
  });
  socket.destroy();
  return { ...readAnswers(received, isHead), isHanging: !isOver && !isStopped };
}

function readAnswers(bytes: Buffer, isHead: boolean): Pick<Exchange, 'answers' | 'garbage'> {
  const answers: Answer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, headEnd < 0 ? rest.length : headEnd).toString('latin1');
    const status = Number(/^HTTP\/1\.1 (\d{3})(?: |\r|$)/.exec(head)?.[1]);
    // Cut off by the end of the connection.
    if (headEnd < 0 && !Number.isNaN(status)) return { answers, garbage: '' };
    if (headEnd < 0 || Number.isNaN(status)) return { answers, garbage: rest.subarray(0, 200).toString() };
    rest = rest.subarray(headEnd + 4);
    const hasBody = status >= 200 && status !== 204 && status !== 304;
    // What comes behind HEAD is no body, unless the request was broken before it could be known for one.
    const isBare = !hasBody || (isHead && (rest.length === 0 || rest.subarray(0, 5).equals(HTTP)));
    const { body, end } = isBare ? { body: '', end: 0 } : readBody(head, rest);
    if (status >= 200)
      answers.push({ status, type: /^content-type: *([^\r;]*)/im.exec(head)?.[1] ?? '', body });
    rest = rest.subarray(end);
  }
  return { answers, garbage: '' };
}

/** As long as its head says; in chunks; or all that there is. */
function readBody(head: string, bytes: Buffer): { body: string; end: number } {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined)
    return { body: bytes.subarray(0, Number(length)).toString(), end: Number(length) };
  if (!/^transfer-encoding: *chunked/im.test(head)) return { body: bytes.toString(), end: bytes.length };
  let body = '';
  let at = 0;
  for (;;) {
    const sizeEnd = bytes.indexOf('\r\n', at);
    const size = sizeEnd < 0 ? Number.NaN : Number.parseInt(bytes.subarray(at, sizeEnd).toString(), 16);
    if (Number.isNaN(size)) return { body, end: bytes.length };
    const start = sizeEnd + 2;
    body += bytes.subarray(start, start + size).toString();
    at = start + size + 2;
    if (size === 0) return { body, end: at };
  }
}
