import type { ClientConfig } from 'pg';
import type { Publisher } from './publisher.ts';
import { readStored } from './stored.ts';

/** What was acknowledged, held against what is stored. */
export interface Comparison {
  readonly sent: number;
  readonly acknowledged: number;
  /** Messages that are stored, each counted once. */
  readonly stored: number;
  /** Acknowledged and not stored. */
  readonly missing: number;
  /** Rows too many: of readings with a time of their own, of rejected messages, or of what nobody has sent. */
  readonly surplus: number;
  /** Rows too many of readings without a time of their own: the same message, stored twice. */
  readonly repeated: number;
  /** PUBACKs that came out of order, or for nothing that was sent. */
  readonly strayAcknowledgements: number;
  /** Some of what is missing. */
  readonly examples: readonly string[];
}

const MOST_EXAMPLES = 5;

/** @throws what the database reports */
export async function compare(
  connection: ClientConfig,
  publishers: readonly Publisher[],
): Promise<Comparison> {
  const stored = await readStored(connection, publishers);
  const found = publishers.map((publisher) => {
    const { rows, has } = stored.get(publisher)!;
    return { publisher, rows, ...count(publisher, has) };
  });
  const total = (of: (each: (typeof found)[number]) => number): number =>
    found.reduce((sum, each) => sum + of(each), 0);
  const isTimed = ({ messages }: Publisher): boolean =>
    messages.firstTimeMs !== undefined || !messages.isReading(0);
  return {
    sent: total(({ publisher }) => publisher.sent),
    acknowledged: total(({ acknowledged }) => acknowledged),
    stored: total((each) => each.stored),
    missing: total(({ missing }) => missing.length),
    surplus: total((each) => (isTimed(each.publisher) ? each.rows - each.stored : 0)),
    repeated: total((each) => (isTimed(each.publisher) ? 0 : each.rows - each.stored)),
    strayAcknowledgements: total(({ publisher }) => publisher.strayAcknowledgements),
    examples: found
      .flatMap(({ publisher, missing }) => missing.slice(0, MOST_EXAMPLES).map((n) => example(publisher, n)))
      .slice(0, MOST_EXAMPLES),
  };
}

function count(publisher: Publisher, has: (n: number) => boolean) {
  const missing: number[] = [];
  let acknowledged = 0;
  let stored = 0;
  for (let n = 0; n < publisher.sent; n += 1) {
    const isStored = has(n);
    if (isStored) stored += 1;
    if (publisher.acknowledged[n] !== true) continue;
    acknowledged += 1;
    if (!isStored) missing.push(n);
  }
  return { acknowledged, stored, missing };
}

function example({ topic, messages }: Publisher, n: number): string {
  return `${topic} ${messages.payload(n)}`;
}
