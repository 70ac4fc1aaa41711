import type { Message, Rejection } from '../telemetry/reading.ts';
import { TimestamptzArray } from './binary-arrays.ts';
import type { Queryable } from './queryable.ts';

/** A message that was not, or not wholly, understood. */
export interface RejectedMessage {
  readonly message: Message;
  /** At least one. */
  readonly rejections: readonly Rejection[];
}

const INPUT = `unnest($1::timestamptz[], $2::text[], $3::bytea[], $4::int2[], $5::text[], $6::text[], $7::text[])
  AS input (received_at, topic, payload, qos, client_id, reason, detail)`;
const INSERT = `
  INSERT INTO rejected_messages (received_at, topic, payload, qos, client_id, reason, detail)
  SELECT * FROM ${INPUT}`;
// No two messages have one time of receipt, and a redelivery has that of the first; what was kept before is among the newest.
const INSERT_MISSING = `${INSERT}
  WHERE NOT EXISTS (
    SELECT FROM rejected_messages AS kept
    WHERE kept.id > (SELECT coalesce(max(id), 0) - 100000 FROM rejected_messages)
      AND kept.received_at = input.received_at AND kept.topic = input.topic
  )`;
const MOST_DETAILS = 5;

/**
 * Keeps the messages, one row each, under the reason of the first part that was refused. They are of the time that readings without one got.
 * @param isRepeated whether some of them may be kept already: by an earlier attempt, or when they came for the first time
 * @throws what the database reports
 */
export async function insertRejected(
  database: Queryable,
  rejected: readonly RejectedMessage[],
  isRepeated = false,
): Promise<void> {
  const messages = rejected.map(({ message }) => message);
  const receivedAt = new TimestamptzArray(messages.length);
  for (const message of messages) receivedAt.push(message.firstReceivedAt);
  await database.query({
    name: isRepeated ? 'insert-missing-rejected' : 'insert-rejected',
    text: isRepeated ? INSERT_MISSING : INSERT,
    values: [
      receivedAt.parameter,
      messages.map(({ topic }) => storable(topic)),
      messages.map(({ payload }) => Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)),
      messages.map(({ qos }) => qos),
      messages.map(({ clientId }) => (clientId === null ? null : storable(clientId))),
      rejected.map(({ rejections }) => rejections[0]!.reason),
      rejected.map(({ rejections }) => summarize(rejections)),
    ],
  });
}

function summarize(rejections: readonly Rejection[]): string {
  const details = rejections.slice(0, MOST_DETAILS).map(({ detail }) => detail);
  if (rejections.length > MOST_DETAILS) details.push(`and ${rejections.length - MOST_DETAILS} more`);
  return details.join('; ');
}

/** PostgreSQL's text can't hold NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}
