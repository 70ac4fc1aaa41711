import { expect, test } from 'vitest';
import type { StationSnapshot } from '../../../src/telemetry/station.ts';
import { groupStations } from '../../../src/web/pages/station-groups.ts';
import { useWeb } from '../../support/web.ts';

function station(name: string, group: string | null, position: number | null, title = name): StationSnapshot {
  return {
    station: name,
    title,
    group,
    position,
    online: false,
    lastSeenAt: null,
    latest: [],
    displays: new Map(),
  };
}

const named = (stations: readonly StationSnapshot[]): (string | null | string[])[][] =>
  groupStations(stations).map(({ name, stations: members }) => [name, members.map((one) => one.station)]);

test('groups stand where their first station does, and those in none come last', () => {
  const stations = [
    station('a', null, 1),
    station('b', 'Out', null),
    station('c', 'In', 5),
    station('d', 'Out', 2),
    station('e', null, null),
  ];
  expect(named(stations)).toEqual([
    ['Out', ['d', 'b']],
    ['In', ['c']],
    [null, ['a', 'e']],
  ]);
});

test('titles stand as people look for them: by numbers, and with accents where their letters are', () => {
  const titles = ['Room 10', 'Zelt', 'room 2', 'Äußere Tür', 'Room 1', 'Bad'];
  const [[, members]] = named(titles.map((title) => station(title, null, null))) as [[null, string[]]];
  expect(members).toEqual(['Äußere Tür', 'Bad', 'Room 1', 'room 2', 'Room 10', 'Zelt']);
});

test('without positions, titles count, whatever their case', () => {
  const stations = [
    station('x', null, null, 'beta'),
    station('y', null, null, 'Alpha'),
    station('z', null, -1),
  ];
  expect(named(stations)).toEqual([[null, ['z', 'y', 'x']]]);
  expect(named([])).toEqual([]);
});

test('a page has headings only where the owner has made groups', async () => {
  const web = await useWeb();
  web.addStation('b', { title: 'Beds', position: 2 });
  web.addStation('a', { title: 'Attic' });
  const headings = async (): Promise<string[]> =>
    [
      ...(await web.ask('/')).text.matchAll(/<(h[23]) class="(?:group|card-title)">(?:<a[^>]*>)?([^<]+)/g),
    ].map(([, level, text]) => `${level} ${text}`);
  expect(await headings()).toEqual(['h2 Beds', 'h2 Attic']);
  web.addStation('c', { title: 'Cellar', group: 'Below <b>' });
  expect(await headings()).toEqual([
    'h2 Below &lt;b&gt;',
    'h3 Cellar',
    'h2 Other stations',
    'h3 Beds',
    'h3 Attic',
  ]);
});
