// What follows from a new reading on its station's card: today's extremes, the trend, where the pen stands, and what derives.

import { deriveReadings } from '../../src/telemetry/derive.ts';
import { directionOf } from '../../src/telemetry/direction.ts';
import { convertUnit } from '../../src/telemetry/units.ts';
import { changeText } from '../../src/web/change-text.ts';
import type { Decimals, Words } from '../../src/web/words.ts';
import type { ZonedTime } from '../../src/web/zoned-time.ts';
import { setText } from './set-text.ts';

/** Readings of one air may not be further apart, in milliseconds. */
const FURTHEST_APART_MS = 3_600_000;

export interface PlacedReading {
  readonly value: number;
  readonly unit: string | null;
  readonly measuredAt: string;
}

/** @param place that of the first reading of a card */
export function showDay(place: HTMLElement, reading: PlacedReading, words: Words, zone: ZonedTime): void {
  movePen(place, reading.value);
  showTrend(place, reading, words);
  for (const name of ['low', 'high'] as const) showExtreme(place, name, reading, words, zone);
}

export function decimalsAt({ dataset: { decimals } }: HTMLElement): Decimals {
  return decimals === '1' || decimals === '2' ? decimals : 'trimmed';
}

function movePen(place: HTMLElement, value: number): void {
  const strip = place.querySelector<HTMLElement>('.strip');
  if (!strip) return;
  const top = Number(strip.dataset['top']);
  const bottom = Number(strip.dataset['bottom']);
  const share = Math.min(Math.max((top - value) / (top - bottom), 0), 1);
  strip.querySelector('.pen')?.setAttribute('y', `${(share * 100).toFixed(1)}%`);
}

function showTrend(place: HTMLElement, { value, unit, measuredAt }: PlacedReading, words: Words): void {
  const trend = place.querySelector<HTMLElement>('.trend');
  const word = trend?.querySelector('.direction');
  const text = trend?.querySelector('.change');
  if (!trend || !word || !text) return;
  const change = value - Number(trend.dataset['base']);
  const direction = directionOf(change, Number(trend.dataset['least']));
  trend.dataset['direction'] = direction;
  setText(word, words.text(`trend.${direction}`));
  setText(
    text,
    changeText(words, change, unit, Date.parse(measuredAt) - Date.parse(trend.dataset['since'] ?? '')),
  );
}

function showExtreme(
  place: HTMLElement,
  name: 'low' | 'high',
  { value, measuredAt }: PlacedReading,
  words: Words,
  zone: ZonedTime,
): void {
  const today = place.querySelector<HTMLElement>('.today');
  const data = today?.querySelector<HTMLDataElement>(`.${name} data`);
  const time = today?.querySelector<HTMLTimeElement>(`.${name} time`);
  if (!today || !data || !time) return;
  const at = Date.parse(measuredAt);
  if (at < Date.parse(today.dataset['start'] ?? '') || at >= Date.parse(today.dataset['end'] ?? '')) return;
  const known = Number(data.value);
  if (name === 'low' ? value >= known : value <= known) return;
  data.value = String(value);
  setText(data, words.number(value, decimalsAt(place)));
  time.dateTime = measuredAt;
  setText(time, zone.minute(at * 1000));
}

/** Dew point and the like, which nobody sends. */
export function showDerived(card: Element, words: Words): void {
  const places = [...card.querySelectorAll<HTMLElement>('[data-derived]')];
  if (places.length === 0) return;
  const latest = [...card.querySelectorAll<HTMLElement>('.reading:not([data-derived])')].map(readPlace);
  for (const { metric, value, measuredAt } of deriveReadings(latest, FURTHEST_APART_MS)) {
    const place = places.find(({ dataset }) => dataset['metric'] === metric);
    const data = place?.querySelector('data');
    const number = place?.querySelector('.number');
    const time = place?.querySelector('time');
    const shown = convertUnit(value, '°C', place?.querySelector('.unit')?.textContent ?? '');
    if (!place || !data || !number || !time || shown === undefined) continue;
    data.value = String(shown);
    setText(number, words.number(shown, decimalsAt(place)));
    time.dateTime = new Date(measuredAt).toISOString();
  }
}

function readPlace(place: HTMLElement): Parameters<typeof deriveReadings>[0][number] {
  return {
    metric: place.dataset['metric'] ?? '',
    value: Number(place.querySelector('data')?.value),
    unit: place.querySelector('.unit')?.textContent ?? null,
    measuredAt: Date.parse(place.querySelector('time')?.dateTime ?? ''),
  };
}
