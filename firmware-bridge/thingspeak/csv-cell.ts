import { parseValueText } from '../../src/telemetry/value.ts';

/** What spreadsheets take for a formula by its first character; the wide forms are those of Japanese keyboards. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/**
 * A value as a cell of CSV. Whoever opens it with a spreadsheet runs what begins like a formula, and anybody who has a board's
 * key can have written it: such texts get an apostrophe before them. Numbers begin with signs, too, and stay as they are.
 */
export function csvCell(value: string): string {
  const text = FORMULA.test(value) && !isNumber(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One that is not finite, such as `-inf`, is none that a spreadsheet could run either. */
function isNumber(value: string): boolean {
  const parsed = parseValueText(value);
  return typeof parsed === 'number' || parsed.reason === 'value-not-finite';
}
