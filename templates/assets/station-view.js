// @ts-check
// The parts of a page that show a station: finds them and changes them in place.

import { ageText, freshness, fullTime, numberText } from './words.js';

/** @typedef {import('./link.js').LiveReading} LiveReading */

const INK_MS = 1200;
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

/** @param {string} station */
export function findStation(station) {
  return document.getElementById(`station-${station}`);
}

/**
 * Shows a reading at its place.
 * @param {LiveReading} reading
 * @returns {boolean} false if the page has no place for it and needs to be made anew
 */
export function showReading({ station, metric, value, unit, measuredAt }) {
  const place = findStation(station)?.querySelector(`[data-metric="${CSS.escape(metric)}"]`);
  const data = place?.querySelector('data');
  const number = place?.querySelector('.number');
  const time = place?.querySelector('time');
  if (!(place instanceof HTMLElement) || !data || !number || !time) return false;
  if ((place.querySelector('.unit')?.textContent ?? '') !== (unit ?? '')) return false;
  // After a reconnection, what is fetched may be older than what the stream has just told.
  if (Date.parse(measuredAt) < Date.parse(time.dateTime)) return true;
  if (time.dateTime !== measuredAt) inkAgain(number);
  time.dateTime = measuredAt;
  data.value = String(value);
  setText(number, numberText(value, place.dataset['decimals'] ?? 'trimmed'));
  movePen(place, value);
  return true;
}

/** Fresh ink is red for a moment, and dries. */
function inkAgain(/** @type {Element} */ number) {
  if (!reducedMotion.matches) {
    number.animate([{ color: 'var(--pen)', offset: 0 }], { duration: INK_MS, easing: 'ease-out' });
  }
}

/**
 * @param {HTMLElement} place
 * @param {number} value
 */
function movePen(place, value) {
  const scale = place.querySelector('.scale');
  if (!(scale instanceof HTMLElement)) return;
  const first = Number(scale.dataset['first']);
  const last = Number(scale.dataset['last']);
  const share = Math.min(Math.max((value - first) / (last - first), 0), 1);
  scale.querySelector('.pen')?.setAttribute('x', `${(share * 100).toFixed(2)}%`);
}

/**
 * @param {string} station
 * @param {boolean} online
 */
export function showPresence(station, online) {
  const place = findStation(station);
  if (place) place.dataset['online'] = String(online);
}

/**
 * Brings every age up to date, and marks what is late or stale.
 * @param {number} now the service's time, in milliseconds
 * @param {string} timeZone
 */
export function showAges(now, timeZone) {
  for (const place of document.querySelectorAll('.reading')) {
    const time = place.querySelector('time');
    if (!(place instanceof HTMLElement) || !time) continue;
    const measuredAt = Date.parse(time.dateTime);
    const state = freshness(now - measuredAt);
    setText(time, ageText(now - measuredAt));
    if (place.dataset['freshness'] === state) continue;
    place.dataset['freshness'] = state;
    const lastTime = place.querySelector('.last-time');
    if (lastTime) setText(lastTime, fullTime(measuredAt, timeZone));
  }
  for (const station of document.querySelectorAll('[data-station]')) showOffline(station);
}

/** A station that connects only to publish is offline nearly always; it is called so only once it is late too. */
function showOffline(/** @type {Element} */ station) {
  const mark = station.querySelector('.offline');
  if (!(station instanceof HTMLElement) || !(mark instanceof HTMLElement)) return;
  const fresh = station.querySelector('.reading[data-freshness="fresh"]') !== null;
  mark.hidden = station.dataset['online'] === 'true' || fresh;
}

/**
 * Leaves the page alone where nothing changes: selections stay, and screen readers have nothing to say.
 * @param {Element} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
