import { ClassicLevel } from 'classic-level';
import { describe, expect, test } from 'vitest';
import type { Persistence } from '../../../src/broker/persistence.ts';
import { useBrokerState } from '../../support/broker-state.ts';

const CLIENT = { id: 'integrator', clean: false };

type Message = Parameters<Persistence['outgoingEnqueueCombi']>[1] & { readonly cmd: 'publish' };

function message(number: number, qos: 1 | 2 = 1): Message & { readonly payload: Buffer } {
  return {
    cmd: 'publish',
    topic: `a/${number}`,
    payload: Buffer.from(`payload\n${number}`),
    qos,
    brokerId: 'a-broker',
    brokerCounter: number,
  };
}

async function subscribe({ addSubscriptions }: Persistence, filter: string, client = CLIENT): Promise<void> {
  await addSubscriptions(client, [{ topic: filter, qos: 1 }]);
}

async function publish(persistence: Persistence, packet: Message): Promise<void> {
  await persistence.outgoingEnqueueCombi(await persistence.subscriptionsByTopic(packet.topic), packet);
}

async function send({ outgoingUpdate }: Persistence, number: number, messageId: number): Promise<number> {
  const packet = { ...message(number), messageId };
  await outgoingUpdate(CLIENT, packet);
  return packet.messageId;
}

function redeliveries({ outgoingStream }: Persistence, client = CLIENT): Promise<unknown[]> {
  return outgoingStream(client).toArray();
}

describe('after a restart', () => {
  test('a session has its subscriptions, and is reckoned with', async () => {
    const before = await useBrokerState();
    await before.persistence.addSubscriptions(CLIENT, [
      { topic: 'stations/+/t', qos: 2 },
      { topic: 'home/#', qos: 0 },
      { topic: 'gone', qos: 1 },
    ]);
    await before.persistence.removeSubscriptions(CLIENT, ['gone']);
    const { persistence, interest } = await before.reopen();
    expect(await persistence.subscriptionsByClient(CLIENT)).toEqual([
      { topic: 'home/#', qos: 0 },
      { topic: 'stations/+/t', qos: 2 },
    ]);
    expect(await persistence.subscriptionsByTopic('stations/a/t')).toEqual([
      { clientId: 'integrator', topic: 'stations/+/t', qos: 2 },
    ]);
    expect(interest.isKept('stations')).toBe(true);
    expect(interest.isKept('live')).toBe(false);
    await persistence.cleanSubscriptions(CLIENT);
    expect(interest.isKept('stations')).toBe(false);
  });

  test('its messages come in order: those that were sent as duplicates under their identifiers, the others new', async () => {
    const before = await useBrokerState();
    await subscribe(before.persistence, 'a/#');
    for (let number = 1; number <= 20; number += 1) await publish(before.persistence, message(number));
    await send(before.persistence, 1, 500);
    await send(before.persistence, 2, 501);
    await send(before.persistence, 3, 502);
    await before.persistence.outgoingClearMessageId(CLIENT, { messageId: 501 });
    const { persistence } = await before.reopen();
    await publish(persistence, { ...message(21), brokerId: 'next-broker', brokerCounter: 1 });
    const queued = (await redeliveries(persistence)) as { topic: string; dup: boolean; messageId?: number }[];
    expect(queued.map(({ topic, dup, messageId }) => [topic, dup, messageId])).toEqual([
      ['a/1', true, 500],
      ['a/3', true, 502],
      ...Array.from({ length: 18 }, (_, index) => [`a/${index + 4}`, false, undefined]),
    ]);
    expect(queued[0]).toMatchObject({
      cmd: 'publish',
      payload: Buffer.from('payload\n1'),
      qos: 1,
      retain: false,
    });
  });

  test('a message whose receipt was told is asked for by PUBREL alone, before and after', async () => {
    const before = await useBrokerState();
    await subscribe(before.persistence, 'a/#');
    await publish(before.persistence, message(1, 2));
    await publish(before.persistence, message(2, 2));
    await send(before.persistence, 1, 7);
    await before.persistence.outgoingUpdate(CLIENT, { cmd: 'pubrel', messageId: 7 });
    expect((await redeliveries(before.persistence))[0]).toEqual({ cmd: 'pubrel', messageId: 7 });
    const after = await before.reopen();
    expect(await redeliveries(after.persistence)).toMatchObject([
      { cmd: 'pubrel', messageId: 7 },
      { cmd: 'publish', topic: 'a/2' },
    ]);
    await after.persistence.outgoingClearMessageId(CLIENT, { messageId: 7 });
    const last = await after.reopen();
    expect(await redeliveries(last.persistence)).toMatchObject([{ topic: 'a/2' }]);
  });

  test('an identifier that a message of the last connection has is given to no other', async () => {
    const before = await useBrokerState();
    await subscribe(before.persistence, 'a/#');
    for (const number of [1, 2, 3]) await publish(before.persistence, message(number));
    await send(before.persistence, 1, 1);
    await send(before.persistence, 2, 65_535);
    const { persistence } = await before.reopen();
    const [, , third] = (await redeliveries(persistence)) as Message[];
    const packet = { ...third!, messageId: 65_535 };
    await persistence.outgoingUpdate(CLIENT, packet);
    expect(packet.messageId).toBe(2);
    await persistence.outgoingClearMessageId(CLIENT, { messageId: 65_535 });
    expect(await redeliveries(persistence)).toMatchObject([{ messageId: 1 }, { messageId: 2 }]);
  });

  test('a message is kept until the last of its sessions has acknowledged it', async () => {
    const before = await useBrokerState();
    const other = { id: 'other', clean: false };
    await subscribe(before.persistence, 'a/#');
    await subscribe(before.persistence, 'a/+', other);
    await publish(before.persistence, message(1));
    await send(before.persistence, 1, 1);
    await before.persistence.outgoingClearMessageId(CLIENT, { messageId: 1 });
    const { persistence } = await before.reopen();
    expect(await redeliveries(persistence)).toEqual([]);
    expect(await redeliveries(persistence, other)).toMatchObject([{ topic: 'a/1' }]);
  });

  test('the number of a QoS 2 message that was taken is still open, until PUBREL', async () => {
    const before = await useBrokerState();
    await before.persistence.incomingStorePacket(CLIENT, { messageId: 7 });
    await before.persistence.incomingStorePacket({ id: 'passing', clean: true }, { messageId: 7 });
    const { persistence, state } = await before.reopen();
    expect(await persistence.incomingGetPacket(CLIENT, { messageId: 7 })).toEqual({ messageId: 7 });
    await expect(persistence.incomingGetPacket({ id: 'passing' }, { messageId: 7 })).rejects.toThrow('open');
    await persistence.incomingDelPacket(CLIENT, { messageId: 7 });
    await expect(persistence.incomingDelPacket(CLIENT, { messageId: 7 })).rejects.toThrow('open');
    expect(state.sessions.find(CLIENT.id)).toBeUndefined();
  });

  test('of a session that was ended nothing is left', async () => {
    const before = await useBrokerState();
    await subscribe(before.persistence, 'stations/#');
    await publish(before.persistence, { ...message(1), topic: 'stations/a' });
    await before.persistence.incomingStorePacket(CLIENT, { messageId: 7 });
    await before.persistence.cleanSubscriptions(CLIENT);
    expect(before.interest.isKept('stations')).toBe(false);
    await before.state.close();
    const level = new ClassicLevel(before.folder);
    expect(await level.keys().all()).toEqual([]);
    await level.close();
  });

  test('retained messages are there, but for those that were deleted', async () => {
    const before = await useBrokerState();
    const packet = { ...message(1), topic: 'retained/ä' };
    await before.persistence.storeRetained(packet);
    await before.persistence.storeRetained({ ...packet, topic: 'gone' });
    await before.persistence.storeRetained({ ...packet, topic: 'gone', payload: Buffer.alloc(0) });
    const { persistence } = await before.reopen();
    expect(await persistence.createRetainedStreamCombi(['#', 'retained/+']).toArray()).toEqual([
      { cmd: 'publish', topic: 'retained/ä', payload: packet.payload, qos: 1, retain: true },
    ]);
  });
});

test('of the filters in one SUBSCRIBE those that were refused are not kept', async () => {
  const { persistence } = await useBrokerState();
  const filters = ['$SYS/#', '$share/g/a', 'a/'.repeat(100), 'a/+/#'];
  await persistence.addSubscriptions(
    CLIENT,
    filters.map((topic) => ({ topic, qos: 1 }) as const),
  );
  expect(await persistence.subscriptionsByClient(CLIENT)).toEqual([{ topic: 'a/+/#', qos: 1 }]);
});

test('one SUBSCRIBE is taken once, though Aedes hands it over once for each filter', async () => {
  const { persistence, interest } = await useBrokerState();
  const subscriptions = [{ topic: 'live/#', qos: 1 } as const];
  await persistence.addSubscriptions(CLIENT, subscriptions);
  await persistence.addSubscriptions(CLIENT, subscriptions);
  await persistence.addSubscriptions(CLIENT, [...subscriptions]);
  expect(await persistence.subscriptionsByTopic('live/a')).toHaveLength(1);
  await persistence.removeSubscriptions(CLIENT, ['live/#', 'live/#']);
  expect(interest.isKept('live')).toBe(false);
});
