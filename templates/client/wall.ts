// On a wall nobody scrolls: all cards are made to fit, and of more than can be read at once, pages turn by themselves.

import { wallCapacity, wallGrid } from '../../src/web/wall-grid.ts';
import type { Words } from '../../src/web/words.ts';
import { setText } from './set-text.ts';

const TURN_MS = 15_000;
/** After somebody has turned to a page themselves. */
const STAY_MS = 60_000;
const FADE_MS = 600;
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  PageDown: 1,
  ' ': 1,
  ArrowLeft: -1,
  PageUp: -1,
};

/**
 * Keeps the cards of a page on a wall arranged, whatever the size of the screen.
 * @returns what arranges them anew, at once, to be called when there may be others
 */
export function createWall(words: Words): () => void {
  const pager = document.createElement('p');
  pager.className = 'wall-pages';
  document.body.append(pager);
  let page = 0;
  let pages = 1;
  let turning: ReturnType<typeof setTimeout> | undefined;

  function arrange(): void {
    const cards = document.querySelector<HTMLElement>('.cards');
    const all = cards ? [...cards.querySelectorAll<HTMLElement>(':scope > *')] : [];
    cards?.classList.add('arranged');
    document.body.classList.remove('has-pages');
    const isTooMuch = cards !== null && all.length > capacityOf(cards);
    document.body.classList.toggle('has-pages', isTooMuch);
    const atOnce = cards && isTooMuch ? capacityOf(cards) : all.length;
    pages = Math.max(Math.ceil(all.length / Math.max(atOnce, 1)), 1);
    page = Math.min(page, pages - 1);
    // Pages are alike, so that nothing jumps when they turn: fifty are two of twenty-five.
    const each = Math.ceil(all.length / pages);
    for (const [index, card] of all.entries()) card.hidden = Math.floor(index / each) !== page;
    if (cards) layOut(cards, each);
    setText(
      pager,
      pages > 1 ? words.text('wall.page', { page: String(page + 1), pages: String(pages) }) : '',
    );
  }

  function turn(by: number, stayMs: number): void {
    clearTimeout(turning);
    turning = setTimeout(turn, stayMs, 1, TURN_MS);
    if (pages === 1) return;
    page = (page + by + pages) % pages;
    arrange();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    document.querySelector('.cards')?.animate([{ opacity: 0 }, { opacity: 1 }], FADE_MS);
  }

  arrange();
  turning = setTimeout(turn, TURN_MS, 1, TURN_MS);
  addEventListener('resize', arrange);
  addEventListener('click', () => turn(1, STAY_MS));
  addEventListener('keydown', ({ key, ctrlKey, altKey, metaKey }) => {
    const step = STEPS[key];
    if (step !== undefined && !ctrlKey && !altKey && !metaKey) turn(step, STAY_MS);
  });
  return arrange;
}

function roomOf(cards: HTMLElement): { readonly width: number; readonly height: number } {
  return { width: cards.clientWidth, height: cards.clientHeight };
}

function capacityOf(cards: HTMLElement): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return wallCapacity(roomOf(cards), rem);
}

function layOut(cards: HTMLElement, count: number): void {
  const { columns, rows } = wallGrid(count, roomOf(cards));
  cards.style.setProperty('--columns', String(columns));
  cards.style.setProperty('--rows', String(rows));
  cards.classList.toggle('lone-last', columns === 2 && count % 2 === 1);
}
