import { decimalsOf } from './names.ts';
import type { Words } from './words.ts';

const HOUR_MS = 3_600_000;

/** `+1.2 °C in 3 h` */
export function changeText(words: Words, change: number, unit: string | null, durationMs: number): string {
  return words.text('trend.change', {
    change: words.difference(change, decimalsOf(unit)),
    unit: unit ?? '',
    hours: Math.round(durationMs / HOUR_MS),
  });
}
