// The parts of a page that show a station: finds them and changes them in place.

import { freshness } from '../../src/web/freshness.ts';
import type { Decimals, Words } from '../../src/web/words.ts';
import type { ZonedTime } from '../../src/web/zoned-time.ts';
import type { LiveReading } from './link.ts';

const INK_MS = 1200;

export function findStation(station: string): HTMLElement | null {
  return document.getElementById(`station-${station}`);
}

export interface StationView {
  /**
   * Shows a reading at its place.
   * @returns false if the page has no place for it and needs to be made anew
   */
  showReading(reading: LiveReading): boolean;
  /**
   * Brings every age up to date, and marks what is late or stale.
   * @param now the service's time, in milliseconds
   */
  showAges(now: number): void;
}

export function createStationView(words: Words, zone: ZonedTime): StationView {
  return {
    showReading({ station, metric, value, unit, measuredAt }) {
      const place = findStation(station)?.querySelector<HTMLElement>(`[data-metric="${CSS.escape(metric)}"]`);
      const data = place?.querySelector('data');
      const number = place?.querySelector('.number');
      const time = place?.querySelector('time');
      if (!place || !data || !number || !time) return false;
      if ((place.querySelector('.unit')?.textContent ?? '') !== (unit ?? '')) return false;
      // After a reconnection, what is fetched may be older than what the stream has just told.
      if (Date.parse(measuredAt) < Date.parse(time.dateTime)) return true;
      if (time.dateTime !== measuredAt) inkAgain(number);
      time.dateTime = measuredAt;
      data.value = String(value);
      setText(number, words.number(value, decimalsOf(place)));
      movePen(place, value);
      return true;
    },
    showAges(now) {
      for (const place of document.querySelectorAll<HTMLElement>('.reading')) {
        const time = place.querySelector('time');
        if (!time) continue;
        const measuredAt = Date.parse(time.dateTime);
        const state = freshness(now - measuredAt);
        setText(time, words.age(now - measuredAt));
        if (place.dataset['freshness'] === state) continue;
        place.dataset['freshness'] = state;
        const lastTime = place.querySelector('.last-time');
        if (lastTime) setText(lastTime, zone.full(measuredAt * 1000));
      }
      for (const station of document.querySelectorAll<HTMLElement>('[data-station]')) showOffline(station);
    },
  };
}

function decimalsOf({ dataset: { decimals } }: HTMLElement): Decimals {
  return decimals === '1' || decimals === '2' ? decimals : 'trimmed';
}

/** Fresh ink is red for a moment, and dries. */
function inkAgain(number: Element): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  number.animate([{ color: 'var(--pen)', offset: 0 }], { duration: INK_MS, easing: 'ease-out' });
}

function movePen(place: HTMLElement, value: number): void {
  const scale = place.querySelector<HTMLElement>('.scale');
  if (!scale) return;
  const first = Number(scale.dataset['first']);
  const last = Number(scale.dataset['last']);
  const share = Math.min(Math.max((value - first) / (last - first), 0), 1);
  scale.querySelector('.pen')?.setAttribute('x', `${(share * 100).toFixed(2)}%`);
}

export function showPresence(station: string, online: boolean): void {
  const place = findStation(station);
  if (place) place.dataset['online'] = String(online);
}

/** A station that connects only to publish is offline nearly always; it is called so only once it is late too. */
function showOffline(station: HTMLElement): void {
  const mark = station.querySelector<HTMLElement>('.offline');
  if (!mark) return;
  const fresh = station.querySelector('.reading[data-freshness="fresh"]') !== null;
  mark.hidden = station.dataset['online'] === 'true' || fresh;
}

/** Leaves the page alone where nothing changes: selections stay, and screen readers have nothing to say. */
function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
