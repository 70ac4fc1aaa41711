import type { RouteOptions } from 'fastify';
import { isSafeMethod } from '../access/cross-site.ts';
import type { Access } from '../access/route-access.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

const OF_READERS: readonly ErrorCode[] = [
  'credentials-required',
  'secret-wrong',
  'not-allowed',
  'too-many-wrong-secrets',
  'credentials-unknown',
];

const OF_ACCESS: Readonly<Record<Access, readonly ErrorCode[]>> = {
  open: [],
  readiness: ['secret-wrong', 'too-many-wrong-secrets'],
  everything: OF_READERS,
  station: OF_READERS,
  series: OF_READERS,
  live: OF_READERS,
  post: OF_READERS,
  admin: OF_READERS,
};

/** What may go wrong at a route: what it names itself, and what comes with its access, its method and its parameters. */
export function errorsOf({ config, schema, method }: RouteOptions): readonly ErrorCode[] {
  const isWrite = [method].flat().some((name) => !isSafeMethod(name));
  const hasParameters = schema?.querystring !== undefined || schema?.params !== undefined;
  return [
    'request-invalid',
    ...(schema?.params === undefined ? [] : (['url-malformed'] as const)),
    ...(hasParameters ? (['parameter-invalid'] as const) : []),
    ...(config?.access === undefined ? [] : OF_ACCESS[config.access]),
    ...(isWrite ? (['origin-not-allowed', 'too-many-requests', 'body-too-large'] as const) : []),
    ...(config?.errors ?? []),
    'internal',
  ];
}

/** With their meanings, by status. */
export function byStatus(codes: readonly ErrorCode[]): ReadonlyMap<number, Readonly<Record<string, string>>> {
  const found = new Map<number, Record<string, string>>();
  for (const code of codes) {
    const { statuses, meaning } = ERROR_CODES[code];
    for (const status of statuses) found.set(status, { ...found.get(status), [code]: meaning });
  }
  return new Map([...found].toSorted(([one], [other]) => one - other));
}
