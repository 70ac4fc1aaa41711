import { isUtf8 } from 'node:buffer';
import { ThingSpeakError } from './errors.ts';

/** What a request gives, by name; of a name that comes twice, the last. */
export type Parameters = ReadonlyMap<string, string>;

export function queryOf(url: string): Parameters {
  const start = url.indexOf('?');
  return new Map(new URLSearchParams(start === -1 ? '' : url.slice(start + 1)));
}

/** Query and body together; the body is a form or a JSON object, whatever it is called. @throws ThingSpeakError */
export function parametersOf(url: string, body: unknown): Parameters {
  return new Map([...queryOf(url), ...bodyOf(body)]);
}

function bodyOf(body: unknown): Parameters {
  const text = textOf(body);
  if (!text.trimStart().startsWith('{')) return new Map(new URLSearchParams(text.trim()));
  const given = Object.entries(jsonObject(text)).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)]]
      : [],
  );
  return new Map(given);
}

/** @throws ThingSpeakError when it is no JSON object */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below.
  }
  throw new ThingSpeakError(400, 'the body is not a JSON object');
}

/** @throws ThingSpeakError when it is not UTF-8 */
export function textOf(body: unknown): string {
  if (!Buffer.isBuffer(body)) return '';
  if (!isUtf8(body)) throw new ThingSpeakError(422, 'the body is not UTF-8');
  return body.toString();
}

/** The first of several names for the same thing that is given. */
export function oneOf(given: Parameters, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = given.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
