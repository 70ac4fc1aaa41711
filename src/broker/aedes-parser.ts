import type { Client } from 'aedes';

/** Aedes' parser, private there, so a test watches it: takes bytes and has whole packets handled at once. */
export interface Parser {
  parse(bytes: Buffer): unknown;
}

export function parserOf(client: Client): Parser {
  const parser: unknown = Reflect.get(client, '_parser');
  if (!isParser(parser)) throw new Error('this version of Aedes has another parser');
  return parser;
}

function isParser(value: unknown): value is Parser {
  return typeof value === 'object' && value !== null && 'parse' in value;
}
