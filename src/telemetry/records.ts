/** A record of a file of readings: a line, or several where a quoted cell holds line ends. */
export interface FileRecord {
  /** Without its line end. */
  readonly text: string;
  /** That of its first line, counted from 1. */
  readonly line: number;
  /** Whether it is a line that is too long, and cut, or begins what is too long or never ends. */
  readonly isBroken: boolean;
}

export interface RecordSplitter {
  /** Whether it is a file of JSON lines; `undefined` before the first record. */
  isJson(): boolean | undefined;
  /** Takes in the next part of the file. @returns the records that end in it */
  push(text: string): readonly FileRecord[];
  /** @returns what was left when the file ended */
  end(): readonly FileRecord[];
}

/** Longest record, in UTF-16 code units: what may come over MQTT at once. */
export const MAX_RECORD_LENGTH = 64 * 1024;

/**
 * Cuts a file of CSV or of JSON lines into records; which it is, the first record tells. Empty lines, and those that begin
 * with `#`, are skipped. It holds no more than {@link MAX_RECORD_LENGTH} beside what was pushed: where a quote is not closed
 * within that, the line that it stands in is broken, and the next one begins anew.
 */
export function createRecordSplitter(): RecordSplitter {
  let rest = '';
  let line = 1;
  let isJson: boolean | undefined;
  let isSkipping = false;

  /** @param isLast whether nothing follows; then the text ends with a line end */
  function split(text: string, isLast: boolean): readonly FileRecord[] {
    const records: FileRecord[] = [];
    const quotes = createQuoteFinder(text);
    let from = 0;
    while (from < text.length) {
      const lineEnd = text.indexOf('\n', from);
      const isLine = isSkipping || text[from] === '#';
      if (!isLine) isJson ??= text[from] === '\r' || text[from] === '\n' ? undefined : text[from] === '{';
      const end = isLine || isJson ? lineEnd : quotes.endOfRecord(from, lineEnd);
      const isTooLong = (end === -1 ? text.length : end) - from > MAX_RECORD_LENGTH;
      if (end === -1 && !isTooLong && !isLast) break;
      // What is too long, or never ends, is taken for an accident of its first line.
      const isBroken = isTooLong || end === -1;
      const next = isBroken ? lineEnd : end;
      const whole = text.slice(from, next === -1 ? undefined : next);
      if (!isLine && whole.trim() !== '') {
        const cut = isBroken ? whole.slice(0, MAX_RECORD_LENGTH) : whole;
        records.push({ text: cut.endsWith('\r') ? cut.slice(0, -1) : cut, line, isBroken });
      }
      isSkipping = next === -1;
      if (next === -1) return records;
      line += next === lineEnd ? 1 : countLines(whole);
      from = next + 1;
    }
    rest = text.slice(from);
    return records;
  }

  return {
    isJson: () => isJson,
    push(text) {
      const all = rest + text;
      rest = '';
      return split(all, false);
    },
    end() {
      const all = rest;
      rest = '';
      return all === '' ? [] : split(`${all}\n`, true);
    },
  };
}

/** Finds where records end, without looking for the next quote once a line. */
function createQuoteFinder(text: string): { endOfRecord(from: number, lineEnd: number): number } {
  let next = text.indexOf('"');
  return {
    endOfRecord(from, lineEnd) {
      if (next !== -1 && next < from) next = text.indexOf('"', from);
      let end = lineEnd;
      let open = next;
      while (end !== -1 && open !== -1 && open < end) {
        const close = text.indexOf('"', open + 1);
        if (close === -1) return -1;
        if (close > end) end = text.indexOf('\n', close);
        open = text.indexOf('"', close + 1);
      }
      return end;
    },
  };
}

function countLines(text: string): number {
  return text.split('\n').length;
}
