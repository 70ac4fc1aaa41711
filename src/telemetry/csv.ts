const NEEDS_QUOTES = /[",\r\n]/;

/** A cell of CSV [RFC 4180, 2], in quotes where it needs them. */
export function csvCell(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The cells of one record, without its line end; `undefined` when its quotes are not those of RFC 4180. */
export function parseCsvRecord(record: string): readonly string[] | undefined {
  if (!record.includes('"')) return record.split(',');
  const cells: string[] = [];
  for (let at = 0; ; ) {
    if (record[at] === '"') {
      const end = endOfQuoted(record, at + 1);
      if (end === -1) return undefined;
      cells.push(record.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < record.length && record[at] !== ',') return undefined;
    } else {
      const comma = record.indexOf(',', at);
      const cell = record.slice(at, comma === -1 ? undefined : comma);
      if (cell.includes('"')) return undefined;
      cells.push(cell);
      at += cell.length;
    }
    if (at >= record.length) return cells;
    at += 1;
  }
}

/** Where the quote is that ends a cell, rather than being one of two; -1: nowhere. */
function endOfQuoted(record: string, from: number): number {
  let at = record.indexOf('"', from);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at;
}
