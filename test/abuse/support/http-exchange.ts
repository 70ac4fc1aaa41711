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
    if (headEnd < 0 || Number.isNaN(status)) return { answers, garbage: rest.subarray(0, 200).toString() };
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    const hasBody = status >= 200 && status !== 204 && status !== 304 && !isHead;
    const size = hasBody ? Number(length ?? rest.length) : 0;
    const bodyStart = headEnd + 4;
    const body = rest.subarray(bodyStart, bodyStart + size).toString();
    if (status >= 200)
      answers.push({ status, type: /^content-type: *([^\r;]*)/im.exec(head)?.[1] ?? '', body });
    rest = rest.subarray(bodyStart + size);
  }
  return { answers, garbage: '' };
}
