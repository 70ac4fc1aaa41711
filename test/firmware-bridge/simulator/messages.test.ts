import { describe, expect, it } from 'vitest';
import { backlogMessages, liveMessages, pastHours } from '../../../firmware-bridge/simulator/messages.ts';
import { simulateStations } from '../../../firmware-bridge/simulator/stations.ts';
import { readSeattleYear } from '../../../firmware-bridge/simulator/weather.ts';
import { decode } from '../../../src/telemetry/decode.ts';

const hours = readSeattleYear();
const [outside, inside] = simulateStations(hours, 2);
if (!outside || !inside) throw new Error('The first two stations are missing.');

describe('live messages', () => {
  it('carry one hour and no time', () => {
    expect([...liveMessages(outside, 0, 1)]).toEqual([
      { payload: '{"temperature":4,"pressure":1016.6,"wind_speed":3.8}', readings: 3 },
    ]);
  });

  it('go on over the end of the year', () => {
    const messages = [...liveMessages(outside, hours.length - 1, 2)];
    expect(messages[1]?.payload).toBe('{"temperature":4,"pressure":1016.6,"wind_speed":3.8}');
  });
});

describe('a backlog', () => {
  const messages = [...backlogMessages(inside, hours, 2024)];
  const items = messages.flatMap(({ payload }): { time: string }[] => JSON.parse(payload));

  it('has every hour once, in order, with its own time in the chosen year', () => {
    expect(items).toHaveLength(8759);
    expect(items[0]?.time).toBe('2024-01-01T01:00:00Z');
    expect(items.at(-1)?.time).toBe('2024-12-31T23:00:00Z');
    const times = items.map(({ time }) => Date.parse(time));
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  });

  it('comes in arrays of at most 250, and counts each value as a reading', () => {
    expect(messages).toHaveLength(36);
    expect(messages.slice(0, -1).every(({ readings }) => readings === 250 * 2)).toBe(true);
    expect(messages.at(-1)?.readings).toBe(9 * 2);
  });

  it('has the values of the station', () => {
    expect(items[8000]).toEqual({ time: expect.any(String), ...inside.observe(8000) });
  });

  it('is taken whole by the service', () => {
    const receivedAt = Date.parse('2026-05-01T00:00:00Z') * 1000;
    const sent = [...backlogMessages(outside, hours, 2025)];
    const decoded = sent.map(({ payload }) =>
      decode({
        topic: 'stations/outside',
        payload: Buffer.from(payload),
        qos: 1,
        clientId: 'simulator',
        receivedAt,
        firstReceivedAt: receivedAt,
      }),
    );
    expect(decoded.flatMap(({ rejections }) => rejections)).toEqual([]);
    expect(decoded.map(({ readings }) => readings.length)).toEqual(sent.map(({ readings }) => readings));
  });

  it('of the present year ends with the present hour', () => {
    const past = pastHours(hours, 2026, Date.parse('2026-01-02T00:59:00Z'));
    expect(past).toHaveLength(24);
  });

  it('of a year that is over has all of it', () => {
    expect(pastHours(hours, 2025, Date.parse('2026-01-01T00:00:00Z'))).toHaveLength(8759);
  });
});
