import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Persistence } from '../../../src/broker/persistence.ts';
import { useBrokerState } from '../../support/broker-state.ts';

const CLIENT = { id: 'integrator', clean: false };
const DAY = 24 * 60 * 60 * 1_000_000;

afterEach(() => {
  vi.restoreAllMocks();
});

function message(number: number) {
  const payload = Buffer.from(`${number}`);
  return { cmd: 'publish', topic: 'a', payload, qos: 1, brokerId: 'broker', brokerCounter: number } as const;
}

function subscribe({ addSubscriptions }: Persistence, client = CLIENT): Promise<void> {
  return addSubscriptions(client, [{ topic: 'a', qos: 1 }]);
}

async function publish(persistence: Persistence, number: number): Promise<void> {
  await persistence.outgoingEnqueueCombi(await persistence.subscriptionsByTopic('a'), message(number));
}

describe('a queue', () => {
  test('holds 10,000 messages, the first ones; the others are counted, also after a restart', async () => {
    const before = await useBrokerState();
    await subscribe(before.persistence);
    for (let number = 1; number <= 10_003; number += 1) await publish(before.persistence, number);
    expect(before.counters.queued_messages_dropped).toBe(3);
    const after = await before.reopen();
    await publish(after.persistence, 10_004);
    expect(after.counters.queued_messages_dropped).toBe(1);
    const queued = (await after.persistence.outgoingStream(CLIENT).toArray()) as { payload: Buffer }[];
    expect(queued.map(({ payload }) => Number(payload))).toEqual(
      Array.from({ length: 10_000 }, (_, index) => index + 1),
    );
  });

  test('has room again for what is acknowledged, each in a session of its own', async () => {
    const { persistence, counters } = await useBrokerState();
    await subscribe(persistence);
    await subscribe(persistence, { id: 'other', clean: false });
    for (let number = 1; number <= 10_000; number += 1) await publish(persistence, number);
    await persistence.outgoingUpdate(CLIENT, { ...message(1), messageId: 1 });
    await persistence.outgoingClearMessageId(CLIENT, { messageId: 1 });
    await publish(persistence, 10_001);
    expect(counters.queued_messages_dropped).toBe(1);
  });

  test('is one of several that take 64 MiB together, counted anew after a restart', async () => {
    const before = await useBrokerState();
    const other = { id: 'other', clean: false };
    await subscribe(before.persistence);
    await subscribe(before.persistence, other);
    const payload = Buffer.alloc(1024 * 1024 - 2_000);
    const large = (number: number) => ({ ...message(number), payload });
    const both = [{ clientId: CLIENT.id }, { clientId: other.id }];
    for (let number = 1; number <= 63; number += 1) {
      await before.persistence.outgoingEnqueueCombi(both, large(number));
    }
    await before.persistence.outgoingEnqueueCombi(both, { ...large(64), payload: Buffer.alloc(2 ** 21) });
    expect(before.counters.queued_messages_dropped).toBe(2);
    const { persistence, counters } = await before.reopen();
    await persistence.outgoingEnqueueCombi(both, large(1));
    await persistence.outgoingEnqueueCombi(both, large(2));
    expect(counters.queued_messages_dropped).toBe(2);
    await persistence.cleanSubscriptions(CLIENT);
    await persistence.outgoingEnqueueCombi(both, large(3));
    expect(counters.queued_messages_dropped).toBe(3);
    await persistence.cleanSubscriptions(other);
    await subscribe(persistence);
    await persistence.outgoingEnqueueCombi(both, large(4));
    expect(counters.queued_messages_dropped).toBe(3);
  });

  test('of 10,000 messages is not looked through, whatever happens to one of them', async () => {
    const { persistence, state } = await useBrokerState();
    await subscribe(persistence);
    for (let number = 1; number < 10_000; number += 1) {
      await publish(persistence, number);
      await persistence.outgoingUpdate(CLIENT, { ...message(number), messageId: number });
    }
    const { queue } = state.sessions.find(CLIENT.id)!;
    expect(queue.size).toBe(9_999);
    const searches = [
      ...(['entries', 'values', 'keys', 'forEach', Symbol.iterator] as const).map((name) =>
        vi.spyOn(Map.prototype, name as 'entries'),
      ),
      ...(['find', 'findIndex', 'indexOf', 'filter', 'splice', 'some'] as const).map((name) =>
        vi.spyOn(Array.prototype, name as 'find'),
      ),
    ];
    const message10k = state.sessions.messages.add(message(10_000), 1);
    queue.add(message10k);
    const identifier = queue.sent(message(10_000), 9_999);
    queue.received(5_000);
    queue.acknowledged(5_000);
    queue.acknowledged(9_000);
    queue.acknowledged(65_000);
    const calls = searches.flatMap(({ mock }) => mock.calls.length);
    vi.restoreAllMocks();
    expect(Math.max(...calls)).toBe(0);
    expect([queue.size, identifier]).toEqual([9_998, 10_000]);
  });
});

describe('retained messages', () => {
  const retain = ({ storeRetained }: Persistence, topic: string, payload: string | Buffer) =>
    storeRetained({ topic, payload, qos: 0 });

  test('are kept of 10,000 topics; further topics are counted, and told once', async () => {
    const { persistence, counters, logged } = await useBrokerState();
    for (let number = 0; number < 10_002; number += 1) await retain(persistence, `a/${number}`, 'x');
    await retain(persistence, 'a/0', 'y');
    expect(counters.retained_messages_refused).toBe(2);
    expect(logged.map(({ level }) => level)).toEqual([40]);
    await retain(persistence, 'a/1', '');
    await retain(persistence, 'a/10000', 'z');
    const kept = (await persistence.createRetainedStreamCombi(['+/0', 'a/10000', 'a/10001']).toArray()) as {
      payload: string;
    }[];
    expect(kept.map(({ payload }) => payload)).toEqual(['y', 'z']);
  });

  test('are kept as far as 16 MiB go; one that grows beyond is kept no more, not even as it was', async () => {
    const { persistence, counters } = await useBrokerState();
    const large = Buffer.alloc(1024 * 1024 - 10);
    for (let number = 0; number < 16; number += 1) await retain(persistence, `a/${number}`, large);
    await retain(persistence, 'a/9', Buffer.alloc(1024 * 1024));
    expect(counters.retained_messages_refused).toBe(0);
    await retain(persistence, 'a/9', Buffer.alloc(2 * 1024 * 1024));
    expect(counters.retained_messages_refused).toBe(1);
    expect(await persistence.createRetainedStreamCombi(['a/9']).toArray()).toEqual([]);
    await retain(persistence, 'b', large);
    expect(counters.retained_messages_refused).toBe(1);
  });
});

describe('a session that is away', () => {
  function useClock() {
    const clock = { time: 1_000 * DAY };
    return { clock, now: () => (clock.time += 1) };
  }

  test('ends seven days after its connection, with what is queued for it', async () => {
    const { clock, now } = useClock();
    const { persistence, state, counters, interest, logged } = await useBrokerState(now);
    const staying = { id: 'staying', clean: false };
    await persistence.addSubscriptions(CLIENT, [{ topic: 'live/#', qos: 1 }]);
    await subscribe(persistence, staying);
    state.sessions.connected(CLIENT);
    state.sessions.connected(staying);
    clock.time += 30 * DAY;
    state.sessions.expire();
    expect(counters.sessions_expired).toBe(0);
    state.sessions.left(CLIENT);
    clock.time += 7 * DAY - 100;
    state.sessions.expire();
    expect(interest.isKept('live')).toBe(true);
    clock.time += 200;
    state.sessions.expire();
    expect(counters.sessions_expired).toBe(1);
    expect(interest.isKept('live')).toBe(false);
    expect(state.sessions.find(CLIENT.id)).toBeUndefined();
    expect(state.sessions.find(staying.id)).toBeDefined();
    expect(logged.map(({ level }) => level)).toEqual([30]);
  });

  test('ends also if the service was not there for the rest of the time', async () => {
    const { clock, now } = useClock();
    const before = await useBrokerState(now);
    await subscribe(before.persistence);
    clock.time += 5 * DAY;
    const between = await before.reopen();
    expect(between.state.sessions.find(CLIENT.id)).toBeDefined();
    clock.time += 3 * DAY;
    const after = await between.reopen();
    expect(after.state.sessions.find(CLIENT.id)).toBeUndefined();
    expect(after.counters.sessions_expired).toBe(1);
  });

  test('that was connected when the service was killed is away since the start', async () => {
    const { clock, now } = useClock();
    const before = await useBrokerState(now);
    await subscribe(before.persistence);
    before.state.sessions.connected(CLIENT);
    clock.time += 30 * DAY;
    const after = await before.reopen();
    expect(after.state.sessions.find(CLIENT.id)).toBeDefined();
    clock.time += 8 * DAY;
    after.state.sessions.expire();
    expect(after.state.sessions.find(CLIENT.id)).toBeUndefined();
  });

  test('is one of a thousand: of more the longest away ends, told once, also after a restart', async () => {
    const before = await useBrokerState(useClock().now);
    const client = (number: number) => ({ id: `client-${number}`, clean: false });
    for (let number = 0; number < 1_000; number += 1) await subscribe(before.persistence, client(number));
    before.state.sessions.connected(client(0));
    const back = client(1);
    before.state.sessions.connected(back);
    before.state.sessions.left(back);
    const { state, persistence, counters, logged } = await before.reopen();
    for (const number of [2_000, 2_001, 2_002]) await subscribe(persistence, client(number));
    const isThere = (number: number) => state.sessions.find(`client-${number}`) !== undefined;
    expect([2, 3, 4].map(isThere)).toEqual([false, false, false]);
    expect([0, 1, 5, 999, 2_002].map(isThere)).toEqual([true, true, true, true, true]);
    expect(counters.sessions_dropped).toBe(3);
    expect(logged.map(({ level }) => level)).toEqual([40]);
  });

  test('is not ended by an earlier connection of its client that is slower to go', async () => {
    const { state, persistence } = await useBrokerState();
    const [first, second] = [{ ...CLIENT }, { ...CLIENT }];
    await subscribe(persistence, first);
    state.sessions.connected(first);
    state.sessions.connected(second);
    state.sessions.left(first);
    expect(state.sessions.find(CLIENT.id)?.awaySince).toBeNull();
    state.sessions.left(second);
    expect(state.sessions.find(CLIENT.id)?.awaySince).not.toBeNull();
  });
});
