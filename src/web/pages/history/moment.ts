/** A date of the calendar, or a time with its zone. */
export type Moment =
  | {
      /** Days since 1970-01-01. */
      readonly date: number;
    }
  | {
      /** Milliseconds since 1970. */
      readonly timeMs: number;
    };

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;

/** Reads `2026-11-01`, or `2026-11-01T06:30:00+01:00`; `undefined` for all else, also for a 31st of February. */
export function parseMoment(text: string): Moment | undefined {
  if (DATE.test(text)) return isDate(text) ? { date: Date.parse(text) / DAY_MS } : undefined;
  const date = TIME.exec(text)?.[1];
  const timeMs = Date.parse(text);
  return date !== undefined && isDate(date) && Number.isFinite(timeMs) ? { timeMs } : undefined;
}

const PLUS_LOST = /^(\S+T\S+) (\d\d:\d\d)$/;

/** In an address `+` means a space, and hardly anyone writes +02:00 as %2B02:00. */
export function mendMoment(text: string): string {
  return text.replace(PLUS_LOST, '$1+$2');
}

export function isMoment(text: string): boolean {
  return parseMoment(text) !== undefined;
}

/** Some engines take the 31st of February for the 3rd of March. */
function isDate(text: string): boolean {
  const time = Date.parse(text);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}
