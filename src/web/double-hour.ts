import { createLocalOffset } from '../telemetry/local-offset.ts';
import type { Micros } from '../telemetry/reading.ts';

/** Nowhere clocks are set twice within so long. */
const APART_MS = 6 * 3_600_000;

/**
 * Tells apart the two times at which clocks that are set back show the same: writes ` GMT+2` before and ` GMT+1` after, for the hour
 * that is there twice, and nothing for all others.
 * @param timeZone an IANA name
 * @param locale a BCP 47 tag
 */
export function createDoubleHour(timeZone: string, locale: string): (time: Micros) => string {
  const offsetMs = createLocalOffset(timeZone);
  let format: Intl.DateTimeFormat | undefined;
  return (time) => {
    const timeMs = time / 1000;
    const [before, after] = [offsetMs(timeMs - APART_MS), offsetMs(timeMs + APART_MS)];
    const backMs = before - after;
    if (backMs <= 0) return '';
    const isBefore = offsetMs(timeMs) === before;
    const isTwice = isBefore ? offsetMs(timeMs + backMs) === after : offsetMs(timeMs - backMs) === before;
    if (!isTwice) return '';
    format ??= new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortOffset' });
    const parts = format.formatToParts(timeMs);
    return ` ${parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone}`;
  };
}
