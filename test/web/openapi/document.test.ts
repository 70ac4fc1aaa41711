import { Validator } from '@seriousme/openapi-schema-validator';
import type { RouteOptions } from 'fastify';
import { beforeAll, expect, test } from 'vitest';
import type { OpenApiDocument, Operation } from '../../../src/web/openapi/document.ts';
import { wholeDocument } from '../../support/documented/whole-document.ts';

let document: OpenApiDocument;
let routes: readonly RouteOptions[];
let operations: readonly (readonly [name: string, operation: Operation])[];

beforeAll(async () => {
  ({ document, routes } = await wholeDocument());
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
});

test('it is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate({ ...structuredClone(document) })).toMatchObject({ valid: true });
});

test('every route is in it, or left out on purpose', () => {
  const isWild = ({ url }: RouteOptions): boolean => url === '/channels/:id/*';
  const told = new Set(operations.map(([name]) => name));
  const names = (route: RouteOptions): readonly string[] =>
    [route.method]
      .flat()
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method.toLowerCase()} ${route.url.replaceAll(/:(\w+)/g, '{$1}')}`);
  const shown = routes.filter(({ schema }) => schema?.hide !== true);
  const missing = shown
    .filter((route) => !isWild(route))
    .flatMap(names)
    .filter((name) => !told.has(name));
  expect(missing).toStrictEqual([]);
  expect(shown.some(isWild) && told.has('get /channels/{id}/feeds.{format}')).toBe(true);
  const hidden = routes.filter(({ schema }) => schema?.hide === true).flatMap(names);
  expect(hidden.toSorted()).toStrictEqual([
    'get /',
    'get /api',
    'get /assets/*',
    'get /login',
    'get /manifest.webmanifest',
    'get /service-worker.js',
    'get /stations/{station}',
    'get /stations/{station}/readings',
    'get /status',
  ]);
});

test('every operation says what it is, and every parameter what it means', () => {
  const tags = new Set(document.tags.map(({ name }) => name));
  for (const [name, { summary, tags: own, parameters = [], responses }] of operations) {
    expect(summary, `summary of ${name}`).toBeTruthy();
    expect(own.length === 1 && tags.has(own[0]!), `tag of ${name}`).toBe(true);
    expect(
      Object.keys(responses).some((status) => Number(status) < 400 || name === 'get /mqtt'),
      `answers of ${name}`,
    ).toBe(true);
    for (const [status, { description }] of Object.entries(responses)) {
      // What @fastify/swagger says where nothing was said.
      expect(description, `${status} of ${name}`).not.toBe('Default Response');
    }
    for (const { name: parameter, description, schema, in: place } of parameters) {
      const isPlain = name.includes('/update') && /^(?:field\d|lat|long|elevation|status)/.test(parameter);
      expect(
        isPlain || description !== undefined || schema.enum !== undefined || place === 'path',
        `${parameter} of ${name}`,
      ).toBe(true);
    }
  }
  const ids = operations.map(([, { operationId }]) => operationId);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toStrictEqual([]);
});

test('who is let in is said as the service is set', async () => {
  const securityOf = (of: OpenApiDocument, path: string, method: string) =>
    of.paths[path]![method]!.security.map((way) => Object.keys(way).join(''));
  const posting = '/api/stations/{station}/readings';
  expect(securityOf(document, '/api/stations', 'get')).toStrictEqual(['', 'bearer', 'cookie']);
  expect(securityOf(document, posting, 'post')).toStrictEqual(['', 'bearer']);
  const { document: closed } = await wholeDocument({ isPrivate: true, allowAnonymous: false });
  expect(securityOf(closed, '/api/stations', 'get')).toStrictEqual(['bearer', 'cookie']);
  expect(securityOf(closed, posting, 'post')).toStrictEqual(['bearer']);
  expect(securityOf(closed, '/health/live', 'get')).toStrictEqual([]);
});
