// @ts-check
// Keeps a page of stations up to date in place. Without this script the page is whole, but stands still.

import { openLink } from './link.js';
import { createRefresh } from './refresh.js';
import { findStation, showAges, showPresence, showReading } from './station-view.js';

/** @typedef {import('./link.js').LiveReading} LiveReading */

const LINK_WORDS = { connecting: 'connecting…', live: 'live', reconnecting: 'reconnecting…' };
const TABLE_DELAY_MS = 5000;

const root = document.documentElement;
const units = root.dataset['units'] ?? 'metric';
const timeZone = root.dataset['timeZone'] ?? 'UTC';
/** A page about one station only wants to hear of that one. */
const onlyStation = document.querySelector('.current')?.getAttribute('data-station') ?? undefined;

/** The service's clock minus ours: a wall tablet's may be hours off. */
let clockOffsetMs = Date.parse(root.dataset['now'] ?? '') - Date.now() || 0;

const tick = () => showAges(Date.now() + clockOffsetMs, timeZone);
const refresh = createRefresh(tick);

/** @param {LiveReading[]} readings */
function show(readings) {
  const placed = readings.map(showReading);
  if (placed.includes(false)) refresh();
  const followed = document.querySelector('[data-follow]')?.getAttribute('data-follow');
  if (readings.some(({ metric }) => metric === followed)) refresh(TABLE_DELAY_MS);
  showTitle();
  tick();
}

/** The tab says how warm it is at the first station. */
function showTitle() {
  const number = document.querySelector('.card')?.querySelector('.primary .number')?.textContent;
  if (number) document.title = document.title.replace(/^[^ °]+/, number);
}

/** What was missed while there was no stream; also what came between the making of the page and its opening. */
async function catchUp() {
  const path = onlyStation === undefined ? '' : `/${encodeURIComponent(onlyStation)}`;
  try {
    const response = await fetch(`/api/stations${path}?units=${units}`, { cache: 'no-store' });
    // Whoever was logged out, or may read less than before, is shown what the page says now: the login page, mostly.
    if (response.status === 401 || response.status === 403) location.reload();
    if (!response.ok) return;
    const body = await response.json();
    const stations = onlyStation === undefined ? body.stations : [body];
    for (const { station, online } of stations) {
      showPresence(station, online);
      if (findStation(station) === null) refresh();
    }
    show(
      stations.flatMap((/** @type {{ station: string, latest: object[] }} */ { station, latest }) =>
        latest.map((reading) => ({ station, ...reading })),
      ),
    );
  } catch {
    // The stream breaks as well then, and is opened again.
  }
}

openLink({
  url: `/api/live?units=${units}${onlyStation === undefined ? '' : `&station=${encodeURIComponent(onlyStation)}`}`,
  onState(state) {
    const link = document.getElementById('link');
    if (link === null || link.dataset['state'] === state) return;
    link.dataset['state'] = state;
    link.textContent = LINK_WORDS[state];
  },
  onOpen: () => void catchUp(),
  onRefused: () => void catchUp(),
  onTime(time) {
    clockOffsetMs = Date.parse(time) - Date.now();
    tick();
  },
  onReadings: show,
  onPresence({ station, online }) {
    showPresence(station, online);
    tick();
  },
});
setInterval(tick, 1000);
