/** Where progress is shown. */
export interface ProgressScreen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows how far a command has come: as a bar that is drawn again and again, or, where nobody sits, as a line now and then. */
export interface Progress {
  /** @param share of the whole, from 0 to 1; `undefined` where nobody knows the whole */
  show(share: number | undefined, done: number): void;
  /** Says something else; the bar stays below. */
  tell(text: string): void;
  /** Takes the bar away. */
  end(): void;
}

export interface ProgressOptions {
  readonly screen: ProgressScreen;
  /** No lines now and then; a bar all the same, for it disturbs no program. */
  readonly isQuiet: boolean;
  /** What is counted; readings unless told. */
  readonly counted?: string;
  /** Takes the bar away for good when it is aborted: nobody waits for what is still under way then. */
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

const REDRAW_MS = 200;
const LINE_MS = 10_000;
const BAR_CELLS = 24;
const CLEAR_LINE = '\r\u001B[K';

export function createProgress({
  screen,
  isQuiet,
  counted = 'readings',
  signal,
  now = () => performance.now(),
}: ProgressOptions): Progress {
  const startedAt = now();
  let shownAt = -Infinity;
  let lineAt = startedAt;
  let isDrawn = false;

  function clear(): void {
    if (isDrawn) screen.write(CLEAR_LINE);
    isDrawn = false;
  }

  signal?.addEventListener('abort', clear, { once: true });
  return {
    show(share, done) {
      if (signal?.aborted) return;
      const time = now();
      const seconds = (time - startedAt) / 1000;
      const text = progressText(
        share,
        `${countText(done)} ${counted}`,
        seconds < 1 ? undefined : done / seconds,
      );
      if (screen.isTTY) {
        if (time - shownAt < REDRAW_MS) return;
        shownAt = time;
        screen.write(`${CLEAR_LINE}${`${bar(share)}${text}`.slice(0, (screen.columns || 80) - 1)}`);
        isDrawn = true;
      } else if (!isQuiet && time - lineAt >= LINE_MS) {
        lineAt = time;
        screen.write(`${text}\n`);
      }
    },
    tell(text) {
      clear();
      screen.write(`${text}\n`);
      shownAt = -Infinity;
    },
    end() {
      signal?.removeEventListener('abort', clear);
      clear();
    },
  };
}

function bar(share: number | undefined): string {
  if (share === undefined) return '';
  const filled = Math.floor(share * BAR_CELLS);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}] `;
}

/** @param perSecond of the whole time; nothing can be said of one that has hardly begun */
function progressText(share: number | undefined, done: string, perSecond: number | undefined): string {
  const percent = share === undefined ? '' : `${Math.floor(share * 100)} %, `;
  const rate = perSecond === undefined ? '' : `, ${countText(Math.round(perSecond))}/s`;
  return `${percent}${done}${rate}`;
}

/** `1,234,567` */
export function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** Of readings that came from elsewhere. */
export function storedText({
  stored,
  duplicates,
}: {
  readonly stored: number;
  readonly duplicates: number;
}): string {
  const before = `${countText(duplicates)} ${duplicates === 1 ? 'was' : 'were'} there already`;
  return `${countOf(stored, 'reading')} ${isOrAre(stored)} stored, ${before}`;
}

/** `1 reading`, `2 readings` */
export function countOf(count: number, word: string): string {
  return `${countText(count)} ${word}${count === 1 || word.endsWith('series') ? '' : 's'}`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}
