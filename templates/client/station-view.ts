// The parts of a page that show a station: finds them and changes them in place.

import { sectorOf } from '../../src/telemetry/wind-rose.ts';
import { type Freshness, freshness } from '../../src/web/freshness.ts';
import { sectorName } from '../../src/web/sector-name.ts';
import { NO_NUMBER, type Words } from '../../src/web/words.ts';
import type { ZonedTime } from '../../src/web/zoned-time.ts';
import { decimalsAt, showDay, showDerived } from './card-day.ts';
import { inUnit } from './in-unit.ts';
import type { LiveReading } from './link.ts';
import { setText } from './set-text.ts';

const INK_MS = 1200;
const INK_STEPS = 6;

export function findStation(station: string): HTMLElement | null {
  return document.getElementById(`station-${station}`);
}

export interface StationView {
  /**
   * Shows readings at their places.
   * @returns false if the page has no place for one and needs to be made anew
   */
  showReadings(readings: readonly LiveReading[]): boolean;
  /**
   * Brings every age up to date, and marks what is late or stale.
   * @param now the service's time, in milliseconds
   */
  showAges(now: number): void;
}

export function createStationView(words: Words, zone: ZonedTime): StationView {
  function showReading({ station, metric, measuredAt, ...sent }: LiveReading): boolean {
    const place = findStation(station)?.querySelector<HTMLElement>(
      `.reading[data-metric="${CSS.escape(metric)}"]`,
    );
    const data = place?.querySelector('data');
    const number = place?.querySelector('.number');
    const time = place?.querySelector('time');
    if (!place || !data || !number || !time) return false;
    const unit = place.querySelector('.unit')?.textContent || null;
    const value = inUnit(sent.value, sent.unit, unit);
    if (value === undefined) return false;
    // After a reconnection, what is fetched may be older than what the stream has just told.
    if (Date.parse(measuredAt) < Date.parse(time.dateTime)) return true;
    if (time.dateTime !== measuredAt) inkAgain(number);
    time.dateTime = measuredAt;
    data.value = String(value);
    setText(number, words.number(value, decimalsAt(place)));
    const sector = data.querySelector('.sector');
    if (sector) setText(sector, sectorName(sectorOf(value), words));
    if (place.classList.contains('primary')) showDay(place, { value, unit, measuredAt }, words, zone);
    return true;
  }

  return {
    showReadings(readings) {
      const placed = readings.map(showReading);
      for (const station of new Set(readings.map((reading) => reading.station))) {
        const card = findStation(station);
        if (card) showDerived(card, words);
      }
      return !placed.includes(false);
    },
    showAges(now) {
      let primary: HTMLElement | undefined;
      for (const place of document.querySelectorAll<HTMLElement>('.reading')) {
        const time = place.querySelector('time');
        const number = place.querySelector('.number');
        const data = place.querySelector('data');
        if (!time || !number || !data) continue;
        const measuredAt = Date.parse(time.dateTime);
        const interval = Number(place.dataset['interval']) * 1000;
        const state = freshness(now - measuredAt, interval || undefined);
        setText(time, words.age(now - measuredAt));
        const text = words.number(Number(data.value), decimalsAt(place));
        setText(number, state === 'gone' ? NO_NUMBER : text);
        if (place.classList.contains('primary')) primary = place;
        else
          place.toggleAttribute('data-as-primary', primary !== undefined && isSameAge(place, primary, state));
        if (place.dataset['freshness'] === state) continue;
        place.dataset['freshness'] = state;
        const mark = place.querySelector('.mark');
        if (mark) setText(mark, markText(state, words));
        const last = place.querySelector('.last');
        const unit = place.querySelector('.unit')?.textContent ?? '';
        const values = { number: text, unit, time: zone.short(measuredAt * 1000, now * 1000) };
        if (last) setText(last, words.text('card.last', values));
      }
      for (const station of document.querySelectorAll<HTMLElement>('[data-station]'))
        showOffline(station, now);
    },
  };
}

/** Whether the age of a reading says no more than that of the large number of its card, which was brought up to date before. */
function isSameAge(place: HTMLElement, primary: HTMLElement, state: Freshness): boolean {
  return (
    primary.dataset['freshness'] === state &&
    primary.querySelector('time')?.textContent === place.querySelector('time')?.textContent &&
    place.closest('.card') === primary.closest('.card')
  );
}

function markText(state: Freshness, words: Words): string {
  if (state === 'fresh') return '';
  return `${words.text(state === 'late' ? 'card.late' : 'card.stale')} · `;
}

/** Fresh ink is red for a moment, and dries, in steps: painted anew with each frame, ten numbers a second take a quarter of a core. */
function inkAgain(number: Element): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || !isInSight(number)) return;
  number.animate([{ color: 'var(--pen)', offset: 0 }], { duration: INK_MS, easing: `steps(${INK_STEPS})` });
}

function isInSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** @param at in milliseconds, by the service's clock */
export function noteSeen(station: string, at: number): void {
  const place = findStation(station);
  if (place) place.dataset['seen'] = new Date(at).toISOString();
}

export function showPresence(station: string, online: boolean): void {
  const place = findStation(station);
  if (place) place.dataset['online'] = String(online);
}

/** A station that connects only to publish is offline nearly always; it is called so only once nothing was heard of it for long. */
function showOffline(station: HTMLElement, now: number): void {
  const mark = station.querySelector<HTMLElement>('.offline');
  if (!mark) return;
  const seenAt = Date.parse(station.dataset['seen'] ?? '');
  const interval = Number(station.querySelector<HTMLElement>('.primary')?.dataset['interval']) * 1000;
  const isHeard = freshness(now - seenAt, interval || undefined) === 'fresh' && !Number.isNaN(seenAt);
  mark.hidden = station.dataset['online'] === 'true' || isHeard;
}
