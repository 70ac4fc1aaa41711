import type { AedesPublishPacket, Client } from 'aedes';
import { expect, test } from 'vitest';
import { createGrantedQos } from '../../src/broker/granted-qos.ts';

type Deliver = (packet: AedesPublishPacket, done: () => void) => void;

const packet = { topic: 'a', qos: 1, brokerId: 'broker', brokerCounter: 1 } as AedesPublishPacket;

test('the filters of a client are looked through once a topic, until its subscriptions change', () => {
  let asked = 0;
  let granted = 1;
  const delivered: string[] = [];
  const client = {
    get subscriptions() {
      asked += 1;
      return { '#': { qos: 0 }, '+': { qos: 0 }, 'a/#': { qos: granted } };
    },
    deliver0: () => void delivered.push('at 0'),
    deliverQoS: () => void delivered.push('at 1'),
  };
  const grantedQos = createGrantedQos();
  grantedQos.deliverAtHighest(client as unknown as Client);
  const deliver = (): void => (client.deliver0 as Deliver)(packet, () => {});
  for (let filter = 0; filter < 1_000; filter += 1) deliver();
  expect(asked).toBe(1);
  expect(new Set(delivered)).toEqual(new Set(['at 1']));
  granted = 0;
  grantedQos.changed();
  deliver();
  expect(asked).toBe(2);
  expect(delivered.at(-1)).toBe('at 0');
});
