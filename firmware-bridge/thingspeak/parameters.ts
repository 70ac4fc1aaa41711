import { isUtf8 } from 'node:buffer';
import { ContentError } from './errors.ts';

/** What a request gives, by name; of a name that comes twice, the last. */
export type Parameters = ReadonlyMap<string, string>;

/** What a request says: in its query, and in its body, which is a form or a JSON object, whatever it is called. */
export interface Given {
  readonly parameters: Parameters;
  readonly body: Buffer;
  /** Why the body could not be read; then its parameters are missing, or not as they were meant. */
  readonly problem: ContentError | undefined;
}

export function queryOf(url: string): Parameters {
  const start = url.indexOf('?');
  return new Map(new URLSearchParams(start === -1 ? '' : url.slice(start + 1)));
}

export function givenOf(url: string, payload: unknown): Given {
  const query = queryOf(url);
  const body = Buffer.isBuffer(payload) ? payload : Buffer.alloc(0);
  const text = body.toString();
  if (!isUtf8(body)) {
    const problem = new ContentError(422, 'payload-not-utf8', 'the body is not UTF-8');
    return { parameters: new Map([...query, ...formOf(text)]), body, problem };
  }
  if (!text.trimStart().startsWith('{')) {
    return { parameters: new Map([...query, ...formOf(text)]), body, problem: undefined };
  }
  const json = jsonObject(text);
  if (json instanceof ContentError) return { parameters: query, body, problem: json };
  return { parameters: new Map([...query, ...textsOf(json)]), body, problem: undefined };
}

export function jsonObject(text: string): Readonly<Record<string, unknown>> | ContentError {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below.
  }
  return new ContentError(400, 'payload-not-understood', 'the body is not a JSON object');
}

/** What of an object can be a parameter. */
export function textsOf(object: object): Parameters {
  return new Map(
    Object.entries(object).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    ),
  );
}

/** The first of several names for the same thing that is given. */
export function oneOf(given: Parameters, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = given.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function formOf(body: string): Parameters {
  return new Map(new URLSearchParams(body.trim()));
}
