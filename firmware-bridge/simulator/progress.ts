/** What a progress display shows, read anew each time it is drawn. */
export interface ProgressState {
  readonly acknowledgedReadings: number;
  /** From 0 to 1; `undefined` where there is no end to reach. */
  readonly fraction: number | undefined;
  /** Since the start. */
  readonly seconds: number;
  /** What a person should know now, e.g. that connections are lost. */
  readonly note: string | undefined;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** A terminal gets one line that is redrawn, anything else a line now and then. */
  readonly terminal: boolean;
  readonly state: () => ProgressState;
  readonly intervalMs: number;
}

const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001B[K';

/** Draws until it is stopped; the returned function leaves a clean line behind. */
export function showProgress(options: ProgressOptions): () => void {
  const { write, terminal, state } = options;
  const draw = (): void =>
    write(terminal ? CLEAR_LINE + progressLine(state()) : `${progressLine(state())}\n`);
  const timer = setInterval(draw, options.intervalMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    if (terminal) write(CLEAR_LINE);
  };
}

/** One line of plain text, e.g. `[######------]  50 %  8759 readings acknowledged, 4000/s`. */
export function progressLine(state: ProgressState): string {
  const rate = state.seconds > 0 ? Math.round(state.acknowledgedReadings / state.seconds) : 0;
  const parts = [`${state.acknowledgedReadings} readings acknowledged, ${rate}/s`];
  if (state.fraction !== undefined) parts.unshift(bar(state.fraction));
  if (state.note !== undefined) parts.push(state.note);
  return parts.join('  ');
}

function bar(fraction: number): string {
  const share = Math.min(1, Math.max(0, fraction));
  const filled = Math.floor(share * BAR_WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${percent} %`;
}
