import { readFileSync } from 'node:fs';
import type { Releasers } from '../../../src/releasers.ts';

const INTERVAL_MS = 100;

/** Resident memory of a process, in bytes; 0 where the system does not say, or when it has ended. */
export function residentBytes(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** @returns the most that was seen until it is asked */
export function watchMemory(pid: number, releasers: Releasers): () => number {
  let peak = 0;
  const look = (): number => (peak = Math.max(peak, residentBytes(pid)));
  const timer = setInterval(look, INTERVAL_MS);
  releasers.push(() => clearInterval(timer));
  return look;
}
