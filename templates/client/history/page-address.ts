// The address of the page is all that it shows: links and forms lead to other states of it, and so do Back and Forward.

import { parseState, stateUrl } from '../../../src/web/pages/history/page-state.ts';
import type { TimeRange } from './chart-context.ts';

interface AddressOptions {
  /** The page is to show what is at this address, which is the browser's already. */
  readonly onChanged: (url: string, how: 'link' | 'zoom' | 'history') => void;
}

export interface PageAddress {
  zoomTo(range: TimeRange): void;
  /** The same, but of what was zoomed into already Back leads out at once, however often it was moved. */
  moveTo(range: TimeRange): void;
  isZoomed(): boolean;
  /** Out of what was zoomed into last, if anything was. */
  zoomOut(): void;
  /** Whether the range of the address goes on with the time as a whole. */
  isRolling(): boolean;
}

/** In the browser's history: this entry was made by zooming, from the one before it. */
interface ZoomedEntry {
  readonly isZoomed: true;
}

export function followAddress({ onChanged }: AddressOptions): PageAddress {
  const station = decodeURIComponent(location.pathname.split('/').pop() ?? '');
  const parse = (): ReturnType<typeof parseState> =>
    parseState(station, new URLSearchParams(location.search));
  /** Without what follows `#`, which leads to a place in the page. */
  let current = location.pathname + location.search;

  function go(url: string, how: 'link' | 'zoom', isInPlace = false): void {
    const entry: ZoomedEntry | null = how === 'zoom' ? { isZoomed: true } : null;
    if (isInPlace) history.replaceState(entry, '', url);
    else history.pushState(entry, '', url);
    current = location.pathname + location.search;
    onChanged(url, how);
  }

  addEventListener('popstate', () => {
    const url = location.pathname + location.search;
    if (url === current) return;
    current = url;
    onChanged(url, 'history');
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
    if (link === null || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !isOwn(link)) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash, 'link');
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !isOwn(form) || form.method !== 'get') return;
    event.preventDefault();
    go(`${location.pathname}?${queryOf(form)}`, 'link');
  });

  function zoom({ from, to }: TimeRange, isInPlace: boolean): void {
    const parsed = parse();
    if (!parsed.ok) return;
    const range = { from: isoTime(from), to: isoTime(to) };
    go(stateUrl(parsed.state, { range }), 'zoom', isInPlace);
  }

  return {
    zoomTo: (range) => zoom(range, false),
    moveTo: (range) => zoom(range, isZoomed()),
    isZoomed,
    zoomOut() {
      if (isZoomed()) history.back();
    },
    isRolling() {
      const parsed = parse();
      return parsed.ok && typeof parsed.state.range === 'string' && parsed.state.range !== 'all';
    },
  };
}

function isZoomed(): boolean {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was put there above
  return (history.state as ZoomedEntry | null)?.isZoomed === true;
}

/** Whether it leads to another state of the charts, and not to files, or to how pages are shown. */
function isOwn(element: HTMLAnchorElement | HTMLFormElement): boolean {
  if (element.closest('.history') === null) return false;
  const { origin, pathname } = new URL(element instanceof HTMLFormElement ? element.action : element.href);
  return origin === location.origin && pathname === location.pathname;
}

function queryOf(form: HTMLFormElement): string {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && value !== '') query.append(name, value);
  return query.toString();
}

/** To the second, outwards or inwards by less than half of one. */
function isoTime(seconds: number): string {
  return new Date(Math.round(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
