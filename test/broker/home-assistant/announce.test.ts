import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announceStations } from '../../../src/broker/home-assistant/announce.ts';
import { createStations } from '../../../src/live/stations.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function announce() {
  const stations = createStations([]);
  const commit = (station: string, value: number): boolean =>
    stations.commit(
      { id: 1, station, metric: 't', unit: '°C' },
      { value, measuredAt: value, receivedAt: value },
    );
  commit('old', 1);
  const looked: string[] = [];
  const statuses = new Map<string, Buffer>();
  const retained = {
    find(topic: string) {
      const payload = statuses.get(topic);
      return payload && { topic, payload, qos: 1 as const };
    },
    onStored: (_topic: string): void => {},
  };
  const facts = { prefix: 'ha', version: '1', stationUrl: () => undefined };
  const announcing = announceStations(
    {
      ...facts,
      stations: {
        all: () => stations.all(),
        find(station) {
          looked.push(station);
          return stations.find(station);
        },
      },
      changed: stations.watchSeries(),
    },
    retained,
  );
  const told: string[] = [];
  announcing.follow(({ topic, payload }) => {
    told.push(`${topic.split('/')[2]} ${payload.includes('availability')}`);
  });
  function say(topic: string, payload: string): void {
    statuses.set(topic, Buffer.from(payload));
    retained.onStored(topic);
  }
  return { commit, say, told, looked, stop: () => announcing.stop() };
}

test('only stations of which there may be news are looked at, and a status is news', () => {
  const { commit, say, told, looked, stop } = announce();
  commit('old', 2);
  commit('new', 1);
  vi.advanceTimersByTime(2000);
  expect(told).toEqual(['thermograph_new false']);
  expect(looked).toEqual(['new']);
  say('stations/old/status', 'online');
  say('stations/old/notes', 'online');
  vi.advanceTimersByTime(2000);
  expect(told.slice(1)).toEqual(['thermograph_old true']);
  expect(looked).toEqual(['new', 'old']);
  stop();
});

test('of thousands that come at once some are told at a time, so that others have their turn', () => {
  const { commit, told, stop } = announce();
  for (let index = 0; index < 60; index += 1) commit(`s${index}`, 1);
  const turns: number[] = [];
  while (told.length < 60) {
    vi.advanceTimersToNextTimer();
    turns.push(told.length);
  }
  expect(turns).toEqual([25, 50, 60]);
  stop();
  commit('late', 1);
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(60);
});
