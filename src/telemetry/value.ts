import { quote, quoteValue } from './quote.ts';
import type { Rejection } from './reading.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/** A number, or why there is none. */
export type ParsedValue = number | Rejection;

/**
 * A value as text: decimal notation with a point, surrounding white space allowed; `true` is 1, `false` is 0.
 * Hexadecimal, decimal commas, thousands separators and units behind the number are not guessed at.
 */
export function parseValueText(text: string): ParsedValue {
  const trimmed = text.trim();
  if (DECIMAL.test(trimmed)) return finite(Number(trimmed), trimmed);
  if (trimmed === 'true') return 1;
  if (trimmed === 'false') return 0;
  if (NOT_FINITE.test(trimmed)) {
    return { reason: 'value-not-finite', detail: `${quote(trimmed)} is not a finite number` };
  }
  return { reason: 'value-not-a-number', detail: `${quote(text)} is not a number` };
}

/** A value out of JSON: a number, a boolean (1 or 0), or a string that {@link parseValueText} takes. */
export function parseValue(value: unknown): ParsedValue {
  if (typeof value === 'number') return finite(value, String(value));
  if (typeof value === 'string') return parseValueText(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined || value === null) return { reason: 'value-missing', detail: 'there is no value' };
  return { reason: 'value-not-a-number', detail: `${quoteValue(value)} is not a number` };
}

function finite(value: number, text: string): ParsedValue {
  if (!Number.isFinite(value)) {
    return { reason: 'value-not-finite', detail: `${quote(text)} is beyond what a 64-bit number holds` };
  }
  // -0 and 0 are one value to PostgreSQL's key; they should be one to us.
  return value === 0 ? 0 : value;
}
