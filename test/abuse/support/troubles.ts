const TELLING = [
  /unhandled/i,
  /uncaught/i,
  /\(node:\d+\)/,
  /^\s+at .+:\d+:\d+\)?$/,
  /"stack":/,
  /heap out of memory/,
];
const MOST = 5;
const MOST_SHOWN = 600;

/** Looks through what a process writes to standard error for what must never be there. */
export interface Troubles {
  take(text: string): void;
  /** Lines that tell of an error that nobody has foreseen. */
  found(): readonly string[];
}

export function createTroubles(): Troubles {
  const found: string[] = [];
  let begun = '';
  return {
    take(text) {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) {
        if (found.length < MOST && TELLING.some((sign) => sign.test(line)))
          found.push(line.slice(0, MOST_SHOWN));
      }
    },
    found: () => found,
  };
}
