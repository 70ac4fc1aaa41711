import type { Words } from './words.ts';

const NAMES = [
  'n',
  'nne',
  'ne',
  'ene',
  'e',
  'ese',
  'se',
  'sse',
  's',
  'ssw',
  'sw',
  'wsw',
  'w',
  'wnw',
  'nw',
  'nnw',
] as const;

/** @param sector from 0 (north), clockwise */
export function sectorName(sector: number, words: Words): string {
  return words.text(`compass.${NAMES[sector]!}`);
}
