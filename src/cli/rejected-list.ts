import { countRejected, readRejected, type RejectedRow } from '../storage/rejected-query.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { showPayload } from '../telemetry/shown-payload.ts';
import { type Command, JSON_OPTION, textOption, UsageError } from './command.ts';
import { countText } from './progress.ts';
import { alignColumns } from './table.ts';

const OPTIONS = {
  reason: textOption('REASON', 'only those that were rejected for it'),
  limit: textOption('NUMBER', 'how many, 1 to 10000; 20 unless told'),
  json: JSON_OPTION,
} as const;

const LIMIT = 20;
const GREATEST_LIMIT = 10_000;

export const rejectedList: Command<typeof OPTIONS> = {
  name: 'rejected list',
  operands: [],
  summary: 'Shows messages that could not be understood, the newest first',
  details: `How many there are of each reason, and the newest of them. rejected show ID tells all of one.

With --json: {"reasons":{REASON:COUNT},"rejected":[{"id","receivedAt","topic","payload","qos","clientId","reason","detail"}]};
payload is {"text"}, or {"base64"} where it is no text.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { reason, limit: asked, json } = context.options;
    const limit = readLimit(asked);
    const { pool } = await context.database();
    const reasons = await countRejected(pool);
    const rows = await newest(limit, (beforeId, most) =>
      readRejected(pool, { limit: most, reason, beforeId }),
    );
    if (json) {
      const counts = Object.fromEntries(reasons.map(({ reason: name, count }) => [name, count]));
      context.print(JSON.stringify({ reasons: counts, rejected: rows.map(rejectedDocument) }));
      return;
    }
    if (reasons.length === 0) return context.tell('None: all that came in was understood.');
    const counted = reasons.map(({ reason: name, count }) => [name, countText(count)]);
    const listed = rows.map((row) => [
      String(row.id),
      formatMicros(row.receivedAt).slice(0, 19),
      row.reason,
      printable(row.topic),
      printable(row.detail),
    ]);
    context.print(alignColumns([['REASON', 'MESSAGES'], ...counted]));
    if (rows.length === 0) return context.tell(`None was rejected for ${JSON.stringify(reason)}.`);
    context.print(`\n${alignColumns([['ID', 'RECEIVED (UTC)', 'REASON', 'TOPIC', 'WHY'], ...listed])}`);
  },
};

/** A page of many large payloads holds less than was asked for. */
async function newest(
  limit: number,
  read: (beforeId: number | undefined, most: number) => ReturnType<typeof readRejected>,
): Promise<readonly RejectedRow[]> {
  const found: RejectedRow[] = [];
  for (;;) {
    const { rows, more } = await read(found.at(-1)?.id, limit - found.length);
    found.push(...rows);
    if (!more || found.length >= limit) return found;
  }
}

/** @throws UsageError */
function readLimit(given: string | undefined): number {
  if (given === undefined) return LIMIT;
  const limit = Number(given);
  if (/^\d+$/.test(given) && limit >= 1 && limit <= GREATEST_LIMIT) return limit;
  throw new UsageError([`--limit must be a whole number from 1 to ${GREATEST_LIMIT}.`]);
}

export function rejectedDocument(row: RejectedRow): object {
  return { ...row, receivedAt: formatMicros(row.receivedAt), payload: showPayload(row.payload) };
}

/** What comes from outside gives a terminal no orders, and turns no text around. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is meant
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g, '\u{FFFD}');
}
