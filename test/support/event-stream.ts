import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';

interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** An event stream over a real connection. */
export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All that came so far, as text. */
  text(): string;
  /** What came so far under a name. */
  events(name: string): unknown[];
  /** Whether the other side has ended it properly. */
  ended(): boolean;
  destroy(): void;
}

/** Resolves with the head of the answer; the connection is cut when the test ends. */
export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false, headers }, resolve).on('error', reject);
  });
  onTestFinished(() => {
    response.destroy();
  });
  let text = '';
  let ended = false;
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
  });
  response.on('end', () => {
    ended = true;
  });
  response.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => text,
    events: (name) =>
      parse(text)
        .filter(({ event }) => event === name)
        .map(({ data }) => data),
    ended: () => ended,
    destroy: () => response.destroy(),
  };
}

/** As browsers do: blocks end at an empty line, lines that begin with a colon are comments. */
function parse(text: string): StreamEvent[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.map((block) => {
    const lines = block.split('\n');
    const field = (name: string): string =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
    return { event: field('event'), data: JSON.parse(field('data') || 'null') };
  });
}
