import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decoded, decode, MAX_READINGS_PER_MESSAGE } from '../../src/telemetry/decode.ts';
import { EARLIEST_TIME, FUTURE_TOLERANCE } from '../../src/telemetry/time.ts';
import { isMetricName, isStationName } from '../../src/telemetry/topic.ts';

const NOW = Date.UTC(2026, 10, 22, 12) * 1000;

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const metric = fc.stringMatching(/^[a-z][a-z0-9_.]{0,20}$/).filter(isMetricName);
const topic = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(name, metric).map(([station, last]) => `stations/${station}/${last}`),
  name.map((station) => `stations/${station}`),
  fc.string({ unit: 'binary' }).map((station) => `stations/${station}/t`),
);
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify([value, { value, time: value, unit: value }]))),
);

function decodeBytes(on: string, bytes: Uint8Array): Decoded {
  return decode({ topic: on, payload: bytes, qos: 1, clientId: null, receivedAt: NOW, firstReceivedAt: NOW });
}

describe('any topic and any bytes', () => {
  test('never throw, and give only readings that make sense', () => {
    fc.assert(
      fc.property(topic, payload, (on, bytes) => {
        const { readings, rejections } = decodeBytes(on, bytes);
        expect(readings.length).toBeLessThanOrEqual(MAX_READINGS_PER_MESSAGE);
        for (const reading of readings) {
          expect(isStationName(reading.station)).toBe(true);
          expect(isMetricName(reading.metric)).toBe(true);
          expect(Number.isFinite(reading.value)).toBe(true);
          expect(Number.isSafeInteger(reading.measuredAt)).toBe(true);
          expect(reading.measuredAt).toBeGreaterThanOrEqual(EARLIEST_TIME);
          expect(reading.measuredAt).toBeLessThanOrEqual(NOW + FUTURE_TOLERANCE);
        }
        for (const { detail } of rejections) expect(detail).not.toMatch(/[\0-\u{1F}]/u);
      }),
      { numRuns: 5_000 },
    );
  });

  test('are never ignored: there is a reading, a rejection, a status, or no payload', () => {
    fc.assert(
      fc.property(topic, payload, (on, bytes) => {
        const { readings, rejections, status } = decodeBytes(on, bytes);
        const outcomes = readings.length + rejections.length + (status === null ? 0 : 1);
        if (bytes.length > 0) expect(outcomes).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a finite number', () => {
  test('comes out as it went in, as text and as JSON', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const expected = value === 0 ? 0 : value;
        for (const text of [String(value), JSON.stringify({ value }), JSON.stringify([value])]) {
          const { readings } = decodeBytes('stations/a/t', Buffer.from(text));
          expect(readings.map((reading) => reading.value)).toEqual([expected]);
        }
      }),
    );
  });
});

describe('a time', () => {
  test('is the same in every notation', () => {
    const millis = fc.integer({ min: EARLIEST_TIME / 1000, max: NOW / 1000 });
    fc.assert(
      fc.property(millis, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, offset) => {
        const sign = offset < 0 ? '-' : '+';
        const zone = `${sign}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
        const local = new Date(time + offset * 60_000).toISOString().replace('Z', zone);
        const notations = [time, time * 1000, time / 1000, String(time), new Date(time).toISOString(), local];
        for (const notation of notations) {
          const text = JSON.stringify({ value: 1, time: notation });
          const { readings } = decodeBytes('stations/a/t', Buffer.from(text));
          expect(readings[0]?.measuredAt).toBe(time * 1000);
        }
      }),
    );
  });
});
