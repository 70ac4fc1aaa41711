// A page on a wall keeps its screen lit, where the browser lets it: over HTTPS, and on this machine.

export function keepScreenLit(): void {
  // Not in every browser.
  if (!('wakeLock' in navigator)) return;
  document.addEventListener('visibilitychange', ask);
  ask();
}

/** It is taken back whenever the page is not seen. */
function ask(): void {
  if (document.visibilityState === 'visible') navigator.wakeLock.request('screen').catch(() => undefined);
}
