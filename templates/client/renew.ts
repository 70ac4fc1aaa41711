// The page that says whether all is well has few numbers that are told as they change: all of it is renewed, while somebody looks.

import type { Refresh } from './refresh.ts';
import { setText } from './set-text.ts';

const EVERY_MS = 30_000;

/** @returns what tells screen readers when the verdict is another one, to be called after a refresh */
export function createRenewal(refresh: Refresh): () => void {
  let told = verdict();
  const renew = (): void => {
    if (document.visibilityState === 'visible') refresh();
  };
  if (document.querySelector('[data-renewed]') !== null) {
    setInterval(renew, EVERY_MS);
    document.addEventListener('visibilitychange', renew);
  }
  return () => {
    const now = verdict();
    const news = document.getElementById('news');
    if (now !== told && news) setText(news, now);
    told = now;
  };
}

function verdict(): string {
  return document.querySelector('.verdict h1')?.textContent ?? '';
}
