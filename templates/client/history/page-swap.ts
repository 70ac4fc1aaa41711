// Shows another state of the page without loading it: its address is fetched, and the fragments that charts depend on are taken over.

import { keepRows } from './choice-rows.ts';
import { NotAnswered } from './fetch-points.ts';

/** What is exchanged: ids, and the form of dates. The newest values look after themselves. */
const PARTS = ['#range', '#charts', '#records', 'form.dates'];

/** What has come, before it is shown. */
export interface FetchedPage {
  readonly charts: HTMLElement;
  /** Puts it in place; whoever goes by keyboard stays where they were. */
  show(): void;
}

/**
 * @throws NotAnswered where the service asks to come again
 * @returns `undefined` where the browser has to load the address itself: a mistake, a login, another page
 */
export async function fetchPage(url: string, signal: AbortSignal): Promise<FetchedPage | undefined> {
  const response = await fetch(url, { headers: { accept: 'text/html' }, cache: 'no-store', signal });
  if (response.status === 503) throw new NotAnswered(503);
  if (!response.ok || response.redirected) return undefined;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const charts = page.getElementById('charts');
  if (charts === null) return undefined;
  return {
    charts,
    show() {
      const focused = describeFocus();
      const pushed = keepRows();
      document.title = page.title;
      for (const selector of PARTS) {
        const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
        if (old !== null && fresh !== null) old.replaceWith(fresh);
      }
      pushed();
      focused?.();
    },
  };
}

/** @returns what gives the focus to that which stands in the place of what has it now */
function describeFocus(): (() => void) | undefined {
  const active = document.activeElement;
  const part = PARTS.find(
    (selector) => active !== null && document.querySelector(selector)?.contains(active),
  );
  if (!(active instanceof HTMLElement) || part === undefined) return undefined;
  const selector = active.classList.contains('plot') ? '.plot' : active.localName;
  const among = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`${part} ${selector}`)];
  const place = among().indexOf(active);
  const text = active.textContent;
  return () => {
    const named = selector === 'a' ? among().find(({ textContent }) => textContent === text) : undefined;
    const target = named ?? among()[place];
    // What is only made reachable afterwards has to be so now.
    if (target !== undefined && selector === '.plot') target.tabIndex = 0;
    target?.focus({ preventScroll: true });
  };
}
