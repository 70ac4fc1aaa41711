import { parser, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { type Board, useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import { expectExactly, stored } from './support/stored.ts';

const HOUR = 3600;

function packets({ packets: written }: Board): readonly Packet[] {
  const seen: Packet[] = [];
  const parse = parser();
  parse.on('packet', (packet: Packet) => seen.push(packet));
  for (const { bytes } of written) parse.parse(bytes);
  return seen;
}

function attempts({ packets: written }: Board): readonly number[] {
  return written.filter(({ bytes }) => bytes[0] === 0x10).map(({ at }) => at);
}

test('a board that is refused asks again ever more rarely, and keeps its readings', async () => {
  // Hours pass in a minute here.
  const refusing = await useService({ allowAnonymous: false, wrongSecretsPerMinute: 10_000 });
  const board = await useBoard(outside(refusing.mqttPort, { user: 'outside', password: 'wrong' }));
  expect(await board.run(6 * HOUR)).toEqual({ kind: 'stopped' });
  const at = attempts(board);
  expect(at.length).toBeGreaterThan(10);
  expect(at.length).toBeLessThan(40);
  expect(Math.max(...at.slice(-5).map((time, i) => time - at.at(i - 6)!))).toBeLessThanOrEqual(901);
  expect(board.log).toContain('mqtt: refused: user name or password');
  // It measured on all the while, and sends what it has when it is let in.
  expect(board.measured).toHaveLength(6 * 60);
  await refusing.service.close();
  const { database } = await useService({ mqttPort: refusing.mqttPort });
  await board.run(300);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('a broker that is away is looked for once a minute', async () => {
  const gone = await useService();
  const board = await useBoard(outside(gone.mqttPort));
  await gone.service.close();
  await board.run(2 * HOUR);
  const tries = board.log.filter((line) => line.startsWith('mqtt: OSError'));
  expect(tries.length).toBeGreaterThan(100);
  expect(tries.length).toBeLessThan(135);
});

test('it connects with user name, password and a last will, and publishes everything at QoS 1', async () => {
  const { mqttPort } = await useService();
  const board = await useBoard(outside(mqttPort, { user: 'outside', password: 'pässword' }));
  await board.run(150);
  const [connect, ...others] = packets(board);
  expect(connect).toMatchObject({
    cmd: 'connect',
    protocolVersion: 4,
    clientId: 'outside-01020304',
    clean: true,
    keepalive: 60,
    username: 'outside',
    password: Buffer.from('pässword'),
    will: { topic: 'stations/outside/status', payload: Buffer.from('offline'), qos: 1, retain: true },
  });
  expect(others[0]).toMatchObject({
    cmd: 'publish',
    topic: 'stations/outside/status',
    payload: Buffer.from('online'),
    qos: 1,
    retain: true,
  });
  const readings = others.slice(1).filter(({ cmd }) => cmd === 'publish');
  expect(readings).toHaveLength(3);
  for (const packet of readings)
    expect(packet).toMatchObject({ topic: 'stations/outside', qos: 1, retain: false });
});

test('between readings an hour apart it asks whether the broker is still there', async () => {
  const { mqttPort } = await useService();
  const board = await useBoard(outside(mqttPort, { interval: HOUR }));
  await board.run(HOUR - 10);
  expect(attempts(board)).toHaveLength(1);
  const pings = board.packets.filter(({ bytes }) => bytes[0] === 0xc0).map(({ at }) => at);
  expect(pings.length).toBeGreaterThan(100);
  // The broker ends a connection that is silent for one and a half times the keepalive of 60 s.
  expect(Math.max(...pings.slice(1).map((at, i) => at - pings[i]!))).toBeLessThan(60);
});

test('a station is online while its board is connected, and offline by its last will', async () => {
  const { mqttPort, connect } = await useService();
  const integrator = await connect();
  const said: string[] = [];
  integrator.on('message', (_, payload) => void said.push(payload.toString()));
  await integrator.subscribeAsync('stations/outside/status', { qos: 1 });
  const board = await useBoard(outside(mqttPort));
  await board.run(90);
  await expect.poll(() => said).toEqual(['online', 'offline']);
});
