// Says how warm it is, in the tab and to screen readers, and not at every flicker of a sensor.

import { convertUnit } from '../../src/telemetry/units.ts';

const LEAST_CHANGE_C = 0.5;

/** In place of what is not shown as the present any more: further from every temperature than it takes. */
const GONE = Number.NEGATIVE_INFINITY;

/** To be called after readings and their ages were shown. */
export type Announce = () => void;

export function createAnnounce(): Announce {
  const said = new Map<string, number>();
  const remember = (card: HTMLElement): boolean => {
    const station = card.dataset['station'] ?? '';
    const primary = card.querySelector('.primary');
    const value = Number(primary?.querySelector('data')?.value ?? Number.NaN);
    const unit = primary?.querySelector('.unit')?.textContent ?? '';
    const celsius = isGone(card) ? GONE : (convertUnit(value, unit, '°C') ?? value);
    const before = said.get(station);
    if (before !== undefined && isAlike(celsius, before)) return false;
    said.set(station, celsius);
    return before !== undefined;
  };
  for (const card of cards()) remember(card);

  return () => {
    const changed = [...cards()].filter(remember);
    if (changed.length === 0) return;
    if (changed[0] !== undefined && changed[0] === cards()[0]) showTitle(changed[0]);
    const news = document.getElementById('news');
    if (news) news.textContent = changed.map(sentence).join('; ');
  };
}

function isAlike(one: number, other: number): boolean {
  // In binary fractions, a step of 0.5 may come to a little less.
  return one === other || !(Math.abs(one - other) >= LEAST_CHANGE_C - 1e-6);
}

function isGone(card: Element): boolean {
  return card.querySelector('.primary[data-freshness="gone"]') !== null;
}

function cards(): NodeListOf<HTMLElement> {
  return document.querySelectorAll<HTMLElement>('[data-station]');
}

/** The tab says how warm it is at the first station. */
function showTitle(card: Element): void {
  const number = card.querySelector('.primary .number')?.textContent;
  if (number) document.title = document.title.replace(/^[^ °]+/, number);
}

function sentence(card: Element): string {
  const name =
    card.querySelector('.card-title a')?.textContent ?? document.querySelector('h1')?.textContent ?? '';
  const told = isGone(card) ? '.primary .last' : '.primary data';
  return `${name}: ${card.querySelector(told)?.textContent ?? ''}`;
}
