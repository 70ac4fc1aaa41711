import { expect, test } from 'vitest';
import { createStations } from '../../../src/live/stations.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import { METRIC } from '../../../src/telemetry/unit-system.ts';
import { readLocales } from '../../../src/web/locales.ts';
import { createCards } from '../../../src/web/pages/made-cards.ts';
import { stationCard } from '../../../src/web/pages/station-card.ts';

const START = Date.UTC(2026, 10, 22, 22, 50) * 1000;
const SECOND = 1_000_000;
const days = createLocalDays('Europe/Paris');
const { en } = readLocales('Europe/Paris');
/** How often each metric comes, in seconds, and until when. */
const METRICS = { temperature: [60, 4000], humidity: [600, 9000], wind_speed: [13, 3000] } as const;

test('a card that was made before is as one that is made anew, at any time, whatever comes', () => {
  const stations = createStations([]);
  let made = 0;
  const makeCard = createCards((card) => {
    made += 1;
    return JSON.stringify(card);
  });
  let looks = 0;
  for (let second = 0; second < 20_000; second += 1) {
    const now = START + second * SECOND;
    for (const [metric, [interval, until]] of Object.entries(METRICS)) {
      if (second % interval !== 0 || second > until) continue;
      const unit = { temperature: '°C', humidity: '%', wind_speed: 'm/s' }[metric] ?? null;
      const value = 5 + 4 * Math.sin(second / 500);
      const series = { id: 1, station: 'a', metric, unit };
      stations.commit(series, { value, measuredAt: now, receivedAt: now });
    }
    if (second === 5000) {
      const late = { value: -20, measuredAt: now - 1000 * SECOND, receivedAt: now };
      stations.commit({ id: 1, station: 'a', metric: 'temperature', unit: '°C' }, late);
    }
    if (second % 7 !== 0) continue;
    looks += 1;
    const viewpoint = { ...en, units: METRIC, chosen: [], days, now, day: stations.day };
    const snapshot = stations.find('a')!;
    expect(makeCard(snapshot, viewpoint, false)).toBe(JSON.stringify(stationCard(snapshot, viewpoint)));
  }
  expect(made * 2, 'it was not made each time').toBeLessThan(looks);
});

test('a card has a form for each language and unit, and not more than a few', () => {
  const stations = createStations([]);
  stations.commit(
    { id: 1, station: 'a', metric: 'temperature', unit: '°C' },
    { value: 20, measuredAt: START, receivedAt: START },
  );
  const { de } = readLocales('UTC');
  const makeCard = createCards(({ primary }) => primary?.number);
  const look = (locale: typeof en): string | undefined =>
    makeCard(
      stations.find('a')!,
      { ...locale, units: METRIC, chosen: [], days, now: START, day: stations.day },
      false,
    );
  expect([look(en), look(de), look(en)]).toEqual(['20.0', '20,0', '20.0']);
});
