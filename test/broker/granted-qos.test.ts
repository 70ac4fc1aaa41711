import type { AedesPublishPacket, Client } from 'aedes';
import { expect, test } from 'vitest';
import { deliverAtHighestQos } from '../../src/broker/granted-qos.ts';

type Deliver = (packet: AedesPublishPacket, done: () => void) => void;

function packet(brokerCounter: number): AedesPublishPacket {
  return { topic: 'a', qos: 1, brokerId: 'broker', brokerCounter } as AedesPublishPacket;
}

test('the filters of a client are looked through once a message, however many of them match', () => {
  let asked = 0;
  const delivered: string[] = [];
  const client = {
    get subscriptions() {
      asked += 1;
      return { '#': { qos: 0 }, '+': { qos: 0 }, 'a/#': { qos: brokerGrants } };
    },
    deliver0: ({ brokerCounter }: AedesPublishPacket) => void delivered.push(`${brokerCounter} at 0`),
    deliverQoS: ({ brokerCounter }: AedesPublishPacket) => void delivered.push(`${brokerCounter} at 1`),
  };
  let brokerGrants = 1;
  deliverAtHighestQos(client as unknown as Client);
  const deliver = (number: number): void => (client.deliver0 as Deliver)(packet(number), () => {});
  for (let filter = 0; filter < 1_000; filter += 1) deliver(1);
  expect(asked).toBe(1);
  expect(new Set(delivered)).toEqual(new Set(['1 at 1']));
  brokerGrants = 0;
  deliver(2);
  expect(asked).toBe(2);
  expect(delivered.at(-1)).toBe('2 at 0');
});
