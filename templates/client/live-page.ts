// Keeps a page of stations up to date in place. Without this script the page is whole, but stands still.

import { createWords } from '../../src/web/words.ts';
import { createZonedTime } from '../../src/web/zoned-time.ts';
import strings from '../strings/en.json';
import { createAnnounce } from './announce.ts';
import { foldDisplayPanel } from './display-panel.ts';
import { keepForOffline } from './keep-for-offline.ts';
import { type LiveReading, openLink } from './link.ts';
import { createRefresh } from './refresh.ts';
import { createReload } from './reload.ts';
import { createRenewal } from './renew.ts';
import { createStationView, findStation, noteSeen, showPresence } from './station-view.ts';
import { keepScreenLit } from './wake-lock.ts';
import { createWall } from './wall.ts';

/** What `/api/stations` says of a station. */
interface StationReply {
  readonly station: string;
  readonly online: boolean;
  readonly lastSeenAt: string | null;
  readonly latest: readonly Omit<LiveReading, 'station'>[];
}

const TABLE_DELAY_MS = 5000;
/** What is not updated in place: strips of paper, what a trend is compared with, titles, the order of stations. */
const REFRESH_EVERY_MS = 10 * 60_000;

const root = document.documentElement;
const units = encodeURIComponent(root.dataset['units'] ?? 'metric');
const words = createWords(strings);
const zone = createZonedTime(root.dataset['timeZone'] ?? 'UTC', words.locale);
const view = createStationView(words, zone);
/** A page about one station only wants to hear of that one. */
const onlyStation = document.querySelector<HTMLElement>('[data-only-station]')?.dataset['onlyStation'];
/** A page without places for values has none that could be missing. */
const hasCards = document.querySelector('#stations, #current') !== null;

/** When this page came, by our clock: a while ago, where the service worker has kept it. */
const cameAt = Number(root.dataset['savedAt'] ?? Date.now());
/** The service's clock minus ours: a wall tablet's may be hours off. */
let clockOffsetMs = Date.parse(root.dataset['now'] ?? '') - cameAt || 0;

let wasOpen = false;

const announce = createAnnounce();
const tick = (): void => {
  view.showAges(Date.now() + clockOffsetMs);
  announce();
};
const isOnWall = document.body.classList.contains('kiosk');
const arrange = isOnWall ? createWall(words) : undefined;
const refresh = createRefresh(() => {
  arrange?.();
  tellVerdict();
  tick();
});
const tellVerdict = createRenewal(refresh);
const reload = createReload();

function show(readings: readonly LiveReading[]): void {
  if (!view.showReadings(readings) && hasCards) refresh();
  const followed = document.querySelector<HTMLElement>('[data-follow]')?.dataset['follow'];
  if (readings.some(({ metric }) => metric === followed)) refresh(TABLE_DELAY_MS);
  tick();
}

/** What was missed while there was no stream; also what came between the making of the page and its opening. */
async function catchUp(): Promise<void> {
  const path = onlyStation === undefined ? '' : `/${encodeURIComponent(onlyStation)}`;
  try {
    const response = await fetch(`/api/stations${path}?units=${units}`, { cache: 'no-store' });
    // Whoever was logged out, or may read less than before, is shown what the page says now: the login page, mostly.
    if (response.status === 401 || response.status === 403) location.reload();
    if (!response.ok) return;
    const stations = await readStations(response);
    for (const { station, online, lastSeenAt } of stations) {
      showPresence(station, online);
      if (lastSeenAt !== null) noteSeen(station, Date.parse(lastSeenAt));
      if (findStation(station) === null && hasCards) refresh();
    }
    show(stations.flatMap(({ station, latest }) => latest.map((reading) => ({ station, ...reading }))));
  } catch {
    // The stream breaks as well then, and is opened again.
  }
}

/** A page may have been open for days. @param now in milliseconds */
function showWhenPrinted(now: number): void {
  const time = document.querySelector<HTMLTimeElement>('#printed');
  if (time === null) return;
  time.dateTime = new Date(now).toISOString();
  time.textContent = zone.full(now * 1000);
}

async function readStations(response: Response): Promise<readonly StationReply[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own service's words
  const body = (await response.json()) as StationReply | { readonly stations: readonly StationReply[] };
  return 'stations' in body ? body.stations : [body];
}

openLink({
  url: `/api/live?units=${units}${onlyStation === undefined ? '' : `&station=${encodeURIComponent(onlyStation)}`}`,
  onState(state) {
    const link = document.getElementById('link');
    if (link === null || link.dataset['state'] === state) return;
    link.dataset['state'] = state;
    link.textContent = words.text(`link.${state}`);
  },
  onOpen() {
    if (root.dataset['savedAt'] !== undefined) refresh();
    delete root.dataset['savedAt'];
    void catchUp();
    if (wasOpen) document.dispatchEvent(new Event('reconnected'));
    wasOpen = true;
  },
  onRefused: () => void catchUp(),
  onPing({ time, build }) {
    clockOffsetMs = Date.parse(time) - Date.now();
    tick();
    if (build !== root.dataset['build']) reload();
  },
  onReadings(readings) {
    for (const { station } of readings) noteSeen(station, Date.now() + clockOffsetMs);
    show(readings);
    document.dispatchEvent(new CustomEvent('readings', { detail: readings }));
  },
  onPresence({ station, online }) {
    showPresence(station, online);
    tick();
  },
});
setInterval(tick, 1000);
addEventListener('beforeprint', () => showWhenPrinted(Date.now() + clockOffsetMs));
// Not all tablets at once.
setInterval(() => refresh(Math.random() * 60_000), REFRESH_EVERY_MS);
foldDisplayPanel();
keepForOffline();
if (isOnWall) keepScreenLit();
