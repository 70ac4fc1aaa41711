import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { createReceiptClock } from '../../src/ingest/clock.ts';
import { createAnswers } from '../../src/ingest/answers.ts';
import { createJoining } from '../../src/ingest/joining.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { silentLog } from '../support/web-parts.ts';

/** One message, of which the writer has one statement, in a transaction that refuses some. */
function useJoined(refuse: Readonly<Record<string, Error>>) {
  const sent: string[] = [];
  const transaction: Queryable = {
    query({ text }) {
      sent.push(text.split(' ', 1)[0]!);
      const error = refuse[text];
      return error === undefined ? Promise.resolve({} as never) : Promise.reject(error);
    },
  };
  const answers = createAnswers({
    log: silentLog,
    onCommitted: () => undefined,
    onSpooled: () => undefined,
  });
  const join = createJoining({
    writer: {
      async write(_batch, attempt) {
        await attempt.transaction!.query({ text: 'INSERT' });
        return [];
      },
    },
    answers,
    clock: createReceiptClock(Date.now),
  });
  const times = { receivedAt: 1, firstReceivedAt: 1 };
  const message = {
    topic: 'stations/a/t',
    payload: Buffer.from('1'),
    qos: 1 as const,
    clientId: 'a',
    ...times,
  };
  return { joined: join([message]), transaction, sent, counters: answers.counters };
}

function refusal(code: string): DatabaseError {
  return Object.assign(new DatabaseError('no', 1, 'error'), { code });
}

test('what a statement has spoilt that the database refuses is undone, and the transaction can go on', async () => {
  const { joined, transaction, sent } = useJoined({ INSERT: refusal('23505') });
  await expect(joined.write(transaction)).rejects.toMatchObject({ code: '23505' });
  expect(sent).toEqual(['SAVEPOINT', 'INSERT', 'ROLLBACK']);
});

test.each(['SAVEPOINT step', 'INSERT', 'RELEASE SAVEPOINT step'])(
  'after %j, of which nothing was heard, nothing more is sent',
  async (last) => {
    const { joined, transaction, sent } = useJoined({ [last]: new Error('Query read timeout') });
    await expect(joined.write(transaction)).rejects.toThrow('Query read timeout');
    expect(sent.at(-1)).toBe(last.split(' ', 1)[0]);
  },
);

test('messages are counted when it is known what became of them', async () => {
  const { joined, transaction, counters } = useJoined({});
  await joined.write(transaction);
  expect(counters).toMatchObject({ messages_received: 0, messages_acknowledged: 0 });
  joined.committed();
  expect(counters).toMatchObject({
    messages_received: 1,
    messages_stored: 1,
    messages_acknowledged: 1,
    messages_refused: 0,
  });
  const failed = useJoined({});
  failed.joined.failed();
  expect(failed.counters).toMatchObject({
    messages_received: 1,
    messages_acknowledged: 0,
    messages_refused: 1,
  });
});
