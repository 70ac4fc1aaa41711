export type Direction = 'rising' | 'steady' | 'falling';

/** @param least a smaller change counts as none */
export function directionOf(change: number, least: number): Direction {
  // What 0.5 comes to in binary fractions counts as 0.5.
  if (Math.abs(change) < least - 1e-9) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}
