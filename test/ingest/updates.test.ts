import type { Pool } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDialect } from '../../firmware-bridge/thingspeak/dialect.ts';
import type { Submission } from '../../src/ingest/submission.ts';
import { addChannel, type Channel, readChannels } from '../../src/storage/channels-query.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import { useTestDatabase } from '../support/database.ts';
import { type TestIngest, type TestIngestOptions, useIngest } from '../support/ingest.ts';
import { poll } from '../support/poll.ts';
import { CHANNEL, testChannel } from '../support/thingspeak.ts';

const TOPIC = `channels/${CHANNEL}/publish`;

let pool: Pool;
let known: { isKnown: boolean; channel: Channel | undefined };

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
  await addChannel(pool, testChannel());
  const [channel] = await readChannels(pool);
  known = { isKnown: true, channel };
});

function useUpdates(options: TestIngestOptions = {}): Promise<TestIngest> {
  const channels = {
    isKnown: () => known.isKnown,
    find: (id) => (id === CHANNEL ? known.channel : undefined),
  } as Partial<KnownChannels> as KnownChannels;
  return useIngest(pool, { decodeOther: createDialect(channels), ...options });
}

/** Entries as `number=fields`, in the order of their numbers. */
async function entries(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ told: string }>(
    `SELECT entry_id || '=' || (SELECT string_agg(value, ',' ORDER BY key) FROM jsonb_each_text(fields)) AS told
     FROM channel_entries ORDER BY entry_id`,
  );
  return rows.map(({ told }) => told);
}

async function values(): Promise<readonly number[]> {
  const { rows } = await pool.query<{ value: number }>(
    'SELECT value FROM readings ORDER BY received_at, value',
  );
  return rows.map(({ value }) => value);
}

async function rejected(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ reason: string }>('SELECT reason FROM rejected_messages ORDER BY id');
  return rows.map(({ reason }) => reason);
}

/** As a client that has missed the acknowledgement sends it. */
function redeliver({ ingest, clock }: TestIngest, { message }: Submission): Promise<Submission | null> {
  return new Promise((resolve) => {
    const again = { ...message, receivedAt: clock.now() };
    ingest.submit(again, { settled: (_error, submission) => resolve(submission) });
  });
}

const goAway = () =>
  pool.query('ALTER TABLE channels RENAME TO channels_away; ALTER TABLE readings RENAME TO readings_away');
const comeBack = () =>
  pool.query('ALTER TABLE channels_away RENAME TO channels; ALTER TABLE readings_away RENAME TO readings');
const emptied = ({ spool }: TestIngest) => poll(() => Promise.resolve(spool.count() === 0));

test('entries are stored beside their readings before anybody hears of it, and numbered as they came', async () => {
  const ingest = await useUpdates();
  const sends = Array.from({ length: 50 }, (_, index) => ingest.send(TOPIC, `field1=${index}&field2=x`));
  const [first] = await Promise.all(sends);
  expect(first).toMatchObject({ entry: 'stored', stored: 1, rejections: [] });
  expect(await entries()).toEqual(Array.from({ length: 50 }, (_, index) => `${index + 1}=${index},x`));
  expect(await values()).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test('an entry has the time of its receipt, and so have its readings', async () => {
  const ingest = await useUpdates();
  const { message } = await ingest.send(`${TOPIC}/fields/field1`, '21.5');
  const { rows } = await pool.query<{ same: boolean }>(
    `SELECT created_at = measured_at AND created_at = channel_entries.received_at
       AND (extract(epoch FROM created_at) * 1000000)::float8 = $1 AS same
     FROM channel_entries, readings`,
    [message.receivedAt],
  );
  expect(rows).toEqual([{ same: true }]);
});

describe('a message that comes again', () => {
  test('is one entry and one reading', async () => {
    const ingest = await useUpdates();
    const first = await ingest.send(TOPIC, 'field1=1');
    expect(await redeliver(ingest, first)).toMatchObject({ entry: 'duplicate', stored: 1, duplicates: 1 });
    expect(await entries()).toEqual(['1=1']);
    expect(await values()).toEqual([1]);
  });

  test('is one also when both are in the spool', async () => {
    const ingest = await useUpdates();
    await goAway();
    const first = await ingest.send(TOPIC, 'field1=1');
    expect(await redeliver(ingest, first)).toMatchObject({ isSpooled: true });
    await comeBack();
    await emptied(ingest);
    expect(await entries()).toEqual(['1=1']);
    expect(await values()).toEqual([1]);
  });

  test('is one when the answer of the first commit was lost, and not counted as repeated', async () => {
    let isLost = false;
    const ingest = await useUpdates({
      around: (store) => async (updates) => {
        const outcomes = await store(updates);
        if (isLost) return outcomes;
        isLost = true;
        throw new Error('Connection terminated unexpectedly');
      },
    });
    expect(await ingest.send(TOPIC, 'field1=1')).toMatchObject({ entry: 'stored', stored: 1 });
    expect(await entries()).toEqual(['1=1']);
  });

  test('is one when its first attempt is late, and it comes from the spool as well', async () => {
    const late: (() => void)[] = [];
    const ingest = await useUpdates({
      limits: { patienceMs: 20 },
      around: (store) => async (updates) => {
        if (late.length === 0) await new Promise<void>((resolve) => void late.push(resolve));
        return store(updates);
      },
    });
    expect(await ingest.send(TOPIC, 'field1=1')).toMatchObject({ isSpooled: true });
    for (const go of late) go();
    await emptied(ingest);
    expect(await entries()).toEqual(['1=1']);
    expect(await values()).toEqual([1]);
  });
});

test('two entries without a time are two, however much they are alike', async () => {
  const ingest = await useUpdates();
  await Promise.all([ingest.send(TOPIC, 'field1=1'), ingest.send(TOPIC, 'field1=1')]);
  expect(await entries()).toEqual(['1=1', '2=1']);
  expect(await values()).toEqual([1, 1]);
});

test('another entry of one time is kept as rejected, with its readings', async () => {
  const ingest = await useUpdates();
  const time = 'created_at=2020-03-01T10:00:00Z';
  const sends = ['field1=1', 'field1=2', 'field1=1'].map((field) => ingest.send(TOPIC, `${field}&${time}`));
  expect(await Promise.all(sends)).toMatchObject([
    { entry: 'stored', rejections: [] },
    { entry: 'refused', stored: 0, rejections: [{ reason: 'entry-conflict' }] },
    { entry: 'duplicate', rejections: [] },
  ]);
  expect(await entries()).toEqual(['1=1']);
  expect(await values()).toEqual([1]);
  expect(await rejected()).toEqual(['entry-conflict']);
});

test('an entry that the database refuses is rejected by itself, and all others of its batch are stored', async () => {
  await pool.query("ALTER TABLE channel_entries ADD CHECK (fields ->> '1' <> '13')");
  const ingest = await useUpdates();
  const sends = Array.from({ length: 40 }, (_, index) => ingest.send(TOPIC, `field1=${index}`));
  const outcomes = await Promise.all([...sends, ingest.send('stations/a/t', '99')]);
  expect(outcomes[13]).toMatchObject({ entry: 'refused', rejections: [{ reason: 'refused-by-database' }] });
  expect(await entries()).toHaveLength(39);
  expect(await values()).toEqual(
    [...Array.from({ length: 40 }, (_, index) => index), 99].filter((v) => v !== 13),
  );
  expect(await rejected()).toEqual(['refused-by-database']);
});

describe('while the database is away', () => {
  test('updates are acknowledged from the spool; their numbers follow when it is back, in the order in which they came', async () => {
    const ingest = await useUpdates();
    await ingest.send(TOPIC, 'field1=0');
    await goAway();
    for (const value of [1, 2, 3]) {
      expect(await ingest.send(TOPIC, `field1=${value}`)).toMatchObject({ isSpooled: true, entry: null });
    }
    await comeBack();
    await emptied(ingest);
    expect(await entries()).toEqual(['1=0', '2=1', '3=2', '4=3']);
    expect(await values()).toEqual([0, 1, 2, 3]);
  });

  test('an update whose channel is removed meanwhile is kept as rejected', async () => {
    const ingest = await useUpdates();
    await goAway();
    await ingest.send(TOPIC, 'field1=1');
    known.channel = undefined;
    await comeBack();
    await emptied(ingest);
    expect(await rejected()).toEqual(['channel-unknown']);
    expect(await values()).toEqual([]);
  });

  test('neither is one lost that was removed only in the database', async () => {
    const ingest = await useUpdates();
    await pool.query('DELETE FROM channels');
    expect(await ingest.send(TOPIC, 'field1=1')).toMatchObject({ entry: 'refused', stored: 0 });
    expect(await rejected()).toEqual(['channel-unknown']);
  });
});

describe('until the channels are known', () => {
  test('what is in the spool waits for them', async () => {
    const ingest = await useUpdates();
    await goAway();
    await ingest.send('stations/a/t', '5');
    await ingest.send(TOPIC, 'field1=1');
    await ingest.send('stations/a/t', '6');
    known.isKnown = false;
    await comeBack();
    // What comes before it does not wait.
    await poll(async () => (await values()).length === 1);
    await poll(() => ingest.ingest.report().databaseProblem === 'the channels could not be read yet');
    known.isKnown = true;
    await emptied(ingest);
    expect(await values()).toEqual([5, 1, 6]);
    expect(await entries()).toEqual(['1=1']);
    expect(await rejected()).toEqual([]);
  });

  test('what comes in is taken where the channel was known last, and is read again when it leaves the spool', async () => {
    const ingest = await useUpdates();
    await goAway();
    known.isKnown = false;
    const { channel } = known;
    known.channel = { ...channel!, fields: [] };
    await ingest.send(TOPIC, 'field1=1');
    expect(ingest.spool.count()).toBe(1);
    await comeBack();
    await poll(() => ingest.ingest.report().databaseProblem === 'the channels could not be read yet');
    known = { isKnown: true, channel };
    await emptied(ingest);
    expect([await entries(), await values()]).toEqual([['1=1'], [1]]);
  });

  test('what comes in for a channel that was not known is refused, and not acknowledged', async () => {
    known = { isKnown: false, channel: undefined };
    const ingest = await useUpdates();
    await expect(ingest.send(TOPIC, 'field1=1')).rejects.toMatchObject({ code: 'ingest-stalled' });
    await expect(ingest.send(TOPIC, 'field1=1', 0)).rejects.toMatchObject({ code: 'ingest-stalled' });
    expect(ingest.ingest.counters).toMatchObject({ messages_refused: 1, messages_dropped: 1 });
  });
});
