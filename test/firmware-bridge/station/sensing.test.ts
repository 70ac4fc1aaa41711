import { expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;

test('a sensor that fails is said once, the others go on, and it is taken up again when it answers', async () => {
  const { mqttPort, database } = await useService();
  const options = outside(mqttPort, {
    sensors: [
      { driver: 'mcp9808' },
      { driver: 'sht3x', suffix: 'box' },
      { driver: 'ds18b20', pin: 2, suffix: 'soil' },
    ],
  });
  const from = options.startAt + 10 * MINUTE;
  const board = await useBoard({
    ...options,
    devices: [
      ...options.devices,
      { kind: 'sht3x', temperature: 0x6666, humidity: 0x8000, failing: [from, from + 20 * MINUTE] },
      { kind: 'ds18b20', pin: 2, raw: 0xff5e, failing: [from + 5 * MINUTE, Infinity] },
    ],
  });
  expect(await board.run(60 * MINUTE)).toEqual({ kind: 'stopped' });
  expectExactly(await stored(database, 'temperature'), board.measured);
  const values = async (metric: string) => (await stored(database, metric)).map(({ value }) => value);
  expect(await values('humidity.box')).toEqual(Array(40).fill(50));
  expect(await values('temperature.box')).toEqual(Array(40).fill(25));
  expect(await values('temperature.soil')).toEqual(Array(15).fill(-10.125));
  expect(board.log.filter((line) => /^(sht3x|ds18b20)/.test(line))).toEqual([
    'sht3x: OSError(19,)',
    "ds18b20: OSError('nothing answers on the 1-Wire line',)",
    'sht3x: works again',
  ]);
});

test('a board whose sensors all fail is online, and sends nothing', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard({ ...outside(mqttPort), devices: [] });
  await board.run(10 * MINUTE);
  const { rows } = await database.pool.query(
    'SELECT 1 FROM readings UNION ALL SELECT 1 FROM rejected_messages',
  );
  expect(rows).toEqual([]);
  expect(board.log).toContain('mqtt: connected, 0 readings wait');
});
