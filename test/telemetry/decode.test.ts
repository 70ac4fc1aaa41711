import { describe, expect, test } from 'vitest';
import { type Decoded, decode } from '../../src/telemetry/decode.ts';
import type { RejectReason } from '../../src/telemetry/reading.ts';

const NOW = Date.UTC(2026, 10, 22, 12) * 1000;

function decodeText(topic: string, payload: string | Uint8Array): Decoded {
  return decode({
    topic,
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    qos: 1,
    clientId: 'board',
    receivedAt: NOW + 77,
    firstReceivedAt: NOW,
  });
}

function values(decoded: Decoded): readonly (readonly [string, number])[] {
  return decoded.readings.map(({ metric, value }) => [metric, value] as const);
}

function reasons(decoded: Decoded): readonly RejectReason[] {
  return decoded.rejections.map(({ reason }) => reason);
}

describe('one reading on stations/{station}/{metric}', () => {
  test.each([
    ['21.5', 21.5],
    ['-3', -3],
    ['+4', 4],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    [' 21.5\r\n', 21.5],
    ['-0', 0],
    ['true', 1],
    ['false', 0],
    ['"21.5"', 21.5],
    ['{"value":21.5}', 21.5],
    ['{"value":"21.5"}', 21.5],
    ['{"value":true}', 1],
    ['{"value":1,"value":2}', 2],
    ['\u{FEFF}21.5', 21.5],
  ])('%j is %d', (payload, value) => {
    const decoded = decodeText('stations/outside/temperature', payload);
    expect(decoded).toEqual({
      station: 'outside',
      readings: [
        {
          station: 'outside',
          metric: 'temperature',
          value,
          unit: undefined,
          measuredAt: NOW,
          hasOwnTime: false,
        },
      ],
      rejections: [],
      status: null,
    });
    expect(Object.is(decoded.readings[0]?.value, -0)).toBe(false);
  });

  test.each<[string, RejectReason]>([
    ['NaN', 'value-not-finite'],
    ['-Infinity', 'value-not-finite'],
    ['inf', 'value-not-finite'],
    ['1e999', 'value-not-finite'],
    ['{"value":1e999}', 'value-not-finite'],
    ['{"value":"NaN"}', 'value-not-finite'],
    ['warm', 'value-not-a-number'],
    ['21,5', 'value-not-a-number'],
    ['0x10', 'value-not-a-number'],
    ['1_000', 'value-not-a-number'],
    ['21.5 °C', 'value-not-a-number'],
    ['21.5\0', 'value-not-a-number'],
    [' ', 'value-not-a-number'],
    ['{"value":null}', 'value-missing'],
    ['{"temperature":21.5}', 'value-missing'],
    ['{"value":{"value":1}}', 'value-not-a-number'],
    ['{"value":[1]}', 'value-not-a-number'],
    ['{"value":21.5', 'payload-not-understood'],
    ['{"value":NaN}', 'payload-not-understood'],
    ['[', 'payload-not-understood'],
    ['[]', 'payload-empty'],
    ['[[21.5]]', 'value-not-a-number'],
    [`${'['.repeat(30_000)}1${']'.repeat(30_000)}`, 'value-not-a-number'],
    ['{"value":21.5,"time":"yesterday"}', 'time-not-understood'],
    ['{"value":21.5,"time":{}}', 'time-not-understood'],
    ['{"value":21.5,"time":-1}', 'time-not-understood'],
    ['{"value":21.5,"time":"2026-11-22T10:00:00"}', 'time-without-zone'],
    ['{"value":21.5,"time":"1999-12-31T23:59:59.999999Z"}', 'time-too-early'],
    ['{"value":21.5,"time":5}', 'time-too-early'],
    ['{"value":21.5,"time":"2026-11-22T12:05:00.000001Z"}', 'time-in-future'],
    ['{"value":21.5,"unit":7}', 'unit-unknown'],
    ['{"value":21.5,"unit":""}', 'unit-unknown'],
    ['{"value":21.5,"unit":"a unit that is too long"}', 'unit-unknown'],
    ['{"__proto__":{"value":1}}', 'value-missing'],
  ])('%j is rejected as %s', (payload, reason) => {
    const decoded = decodeText('stations/outside/temperature', payload);
    expect(decoded.readings).toEqual([]);
    expect(reasons(decoded)).toEqual([reason]);
  });

  test('bytes that are not UTF-8 are rejected', () => {
    expect(reasons(decodeText('stations/a/temperature', Uint8Array.of(0x32, 0xff)))).toEqual([
      'payload-not-utf8',
    ]);
  });

  test('an empty payload says nothing: it deletes a retained message', () => {
    expect(decodeText('stations/a/temperature', '')).toEqual({
      station: 'a',
      readings: [],
      rejections: [],
      status: null,
    });
  });

  test('a payload of 64 KiB is read, one byte more is rejected', () => {
    expect(values(decodeText('stations/a/t', '21.5'.padEnd(65_536)))).toEqual([['t', 21.5]]);
    expect(reasons(decodeText('stations/a/t', '21.5'.padEnd(65_537)))).toEqual(['payload-too-large']);
  });

  test('time and unit are taken from the object, other keys are left alone', () => {
    const payload = '{"value":70,"unit":"F","time":"2026-11-22T10:00:00+01:00","seq":5}';
    expect(decodeText('stations/a/temperature', payload).readings).toEqual([
      {
        station: 'a',
        metric: 'temperature',
        value: 70,
        unit: '°F',
        measuredAt: Date.UTC(2026, 10, 22, 9) * 1000,
        hasOwnTime: true,
      },
    ]);
  });

  test('a time of null is no time', () => {
    expect(decodeText('stations/a/t', '{"value":1,"time":null}').readings[0]?.measuredAt).toBe(NOW);
  });

  test('a backlog keeps its good items, and says which ones are bad', () => {
    const decoded = decodeText(
      'stations/a/t',
      '[{"value":1,"time":1700000000},"x",{"value":3,"time":1700000060}]',
    );
    expect(decoded.readings.map(({ value, measuredAt }) => [value, measuredAt])).toEqual([
      [1, 1_700_000_000_000_000],
      [3, 1_700_000_060_000_000],
    ]);
    expect(decoded.rejections).toEqual([
      { reason: 'value-not-a-number', detail: 'item 2: "x" is not a number' },
    ]);
  });

  test('items without a time are one microsecond apart, so that equal values stay apart', () => {
    const times = decodeText('stations/a/t', '[7,7,7]').readings.map(({ measuredAt }) => measuredAt - NOW);
    expect(times).toEqual([0, 1, 2]);
  });

  test('a thousand readings are taken, a thousand and one are rejected whole', () => {
    expect(decodeText('stations/a/t', JSON.stringify(Array(1000).fill(1))).readings).toHaveLength(1000);
    const more = decodeText('stations/a/t', JSON.stringify(Array(1001).fill(1)));
    expect(more.readings).toEqual([]);
    expect(reasons(more)).toEqual(['too-many-readings']);
  });
});

describe('several metrics on stations/{station}', () => {
  test('each key but time is a metric, and all have that time', () => {
    const decoded = decodeText('stations/a', '{"temperature":21.5,"time":1700000000,"pressure":"1013.2"}');
    expect(values(decoded)).toEqual([
      ['temperature', 21.5],
      ['pressure', 1013.2],
    ]);
    expect(decoded.readings.map(({ measuredAt }) => measuredAt)).toEqual([
      1_700_000_000_000_000, 1_700_000_000_000_000,
    ]);
  });

  test('a metric may be an object with a unit', () => {
    const [reading] = decodeText('stations/a', '{"pressure":{"value":29.9,"unit":"inHg"}}').readings;
    expect(reading).toMatchObject({ metric: 'pressure', value: 29.9, unit: 'inHg' });
  });

  test('a bad metric does not spoil the others', () => {
    const decoded = decodeText(
      'stations/a',
      '{"temperature":21.5,"ssid":"home","Humidity":40,"status":1,"x":null}',
    );
    expect(values(decoded)).toEqual([['temperature', 21.5]]);
    expect(decoded.rejections).toEqual([
      { reason: 'value-not-a-number', detail: 'ssid: "home" is not a number' },
      {
        reason: 'metric-name',
        detail: '"Humidity" is not a metric name: use up to 64 of a-z, 0-9, _ and ., beginning with a letter',
      },
      {
        reason: 'metric-name',
        detail: '"status" is not a metric name, for it means something else there; use another one',
      },
      { reason: 'value-missing', detail: 'x: there is no value' },
    ]);
  });

  test('an array is a backlog', () => {
    const decoded = decodeText(
      'stations/a',
      '[{"t":1,"time":1700000000},7,{"time":1700000060},{"t":2,"time":"x"}]',
    );
    expect(values(decoded)).toEqual([['t', 1]]);
    expect(reasons(decoded)).toEqual(['payload-not-understood', 'value-missing', 'time-not-understood']);
  });

  test('readings are counted over all items', () => {
    const items = Array.from({ length: 501 }, () => ({ a: 1, b: 2 }));
    expect(reasons(decodeText('stations/a', JSON.stringify(items)))).toEqual(['too-many-readings']);
    expect(decodeText('stations/a', JSON.stringify(items.slice(1))).readings).toHaveLength(1000);
  });

  test.each(['21.5', 'hello', '"21.5"', 'true'])('%j names no metric and is rejected', (payload) => {
    expect(reasons(decodeText('stations/a', payload))).toEqual(['payload-not-understood']);
  });
});

describe('what a station says of itself on stations/{station}/status', () => {
  test.each([
    ['online', 'online'],
    ['Offline\n', 'offline'],
  ])('%j is %s', (payload, status) => {
    expect(decodeText('stations/a/status', payload)).toEqual({
      station: 'a',
      readings: [],
      rejections: [],
      status,
    });
  });

  test('anything else is rejected', () => {
    expect(reasons(decodeText('stations/a/status', 'asleep'))).toEqual(['status-unknown']);
  });
});

describe('topics', () => {
  test.each<[string, RejectReason]>([
    ['tele/plug/SENSOR', 'topic-unknown'],
    ['stations', 'topic-unknown'],
    ['/stations/a/t', 'topic-unknown'],
    ['Stations/a/t', 'topic-unknown'],
    ['stations/a/t/x', 'topic-unknown'],
    ['stations//t', 'station-name'],
    ['stations/', 'station-name'],
    ['stations/-a/t', 'station-name'],
    ['stations/<script>/t', 'station-name'],
    ['stations/ä/t', 'station-name'],
    [`stations/${'a'.repeat(65)}/t`, 'station-name'],
    ['stations/a/', 'metric-name'],
    ['stations/a/Temperature', 'metric-name'],
    ['stations/a/time', 'metric-name'],
    [`stations/a/${'a'.repeat(65)}`, 'metric-name'],
    [`stations/a/t${'/x'.repeat(200)}`, 'topic-too-long'],
  ])('%j is rejected as %s', (topic, reason) => {
    const decoded = decodeText(topic, '21.5');
    expect(decoded.readings).toEqual([]);
    expect(reasons(decoded)).toEqual([reason]);
  });

  test('names of 64 characters are taken', () => {
    const topic = `stations/${'a'.repeat(64)}/${'b'.repeat(64)}`;
    expect(values(decodeText(topic, '1'))).toEqual([['b'.repeat(64), 1]]);
  });
});
