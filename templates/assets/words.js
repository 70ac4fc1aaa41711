// @ts-check
// How numbers and ages are written; the service does the same in src/web/words.ts when it makes the page.

const LATE_AFTER_MS = 15 * 60_000;
const STALE_AFTER_MS = 60 * 60_000;

/**
 * @param {number} ageMs
 * @returns {'fresh' | 'late' | 'stale'}
 */
export function freshness(ageMs) {
  if (ageMs > STALE_AFTER_MS) return 'stale';
  return ageMs > LATE_AFTER_MS ? 'late' : 'fresh';
}

/** @param {number} ageMs */
export function ageText(ageMs) {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

/**
 * @param {number} value
 * @param {string} decimals how many, or `trimmed`
 */
export function numberText(value, decimals) {
  const text = decimals === 'trimmed' ? trimmed(value) : value.toFixed(Number(decimals));
  return (Number(text) === 0 ? text.replace('-', '') : text).replace(/^-/, '\u2212');
}

/** @param {number} value */
function trimmed(value) {
  const shown = Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(2);
  return String(Number(shown));
}

/**
 * @param {number} milliseconds since the epoch
 * @param {string} timeZone
 */
export function fullTime(milliseconds, timeZone) {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(milliseconds);
}
