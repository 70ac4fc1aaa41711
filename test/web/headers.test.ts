import type { InjectOptions } from 'fastify';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { addHeaders } from '../../src/web/response-headers.ts';
import { openEventStream } from '../support/event-stream.ts';
import { useWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const CSP = "default-src 'self';base-uri 'none';object-src 'none';form-action 'self';frame-ancestors 'self'";

test('every answer forbids what it does not need', async () => {
  const web = await useWeb();
  web.commit({ station: 'outside', metric: 'temperature', value: 1 });
  const style = /"(\/assets\/[^"]+\.css)"/.exec((await web.ask('/')).text)?.[1] ?? '';
  const paths = ['/', '/login', '/nothing', '/api/stations', '/api/nothing', '/health/live', style];
  for (const path of paths) {
    const { headers } = await web.ask(path);
    const of = (name: string): string | null => headers.get(name);
    expect(of('content-security-policy'), `at ${path}`).toBe(CSP);
    expect(of('x-content-type-options'), `at ${path}`).toBe('nosniff');
    expect(of('x-frame-options'), `at ${path}`).toBe('SAMEORIGIN');
    expect(of('referrer-policy'), `at ${path}`).toBe('same-origin');
    expect(of('cross-origin-resource-policy'), `at ${path}`).toBe('same-origin');
    expect(of('x-dns-prefetch-control'), `at ${path}`).toBe('off');
    expect(of('x-permitted-cross-domain-policies'), `at ${path}`).toBe('none');
    expect(of('cache-control'), `at ${path}`).toBe(
      path === style ? 'public, max-age=31536000, immutable' : 'no-store',
    );
    for (const name of [
      'access-control-allow-origin',
      'strict-transport-security',
      'x-powered-by',
      'server',
    ]) {
      expect(of(name), `${name} at ${path}`).toBeNull();
    }
  }
});

test('the event stream has the headers of all others', async () => {
  const web = await useWeb();
  const { headers } = await openEventStream(`${web.url}/api/live`);
  expect(headers['content-security-policy']).toBe(CSP);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-type']).toBe('text/event-stream');
  expect(headers['cache-control']).toBe('no-store');
});

test('the pages that are named may frame ours', async () => {
  const web = await useWeb({ frameAncestors: ['http://homeassistant.local:8123'] });
  const { headers } = await web.ask('/');
  expect(headers.get('content-security-policy')).toContain(
    "frame-ancestors 'self' http://homeassistant.local:8123",
  );
  expect(headers.get('x-frame-options'), 'which knows no list').toBeNull();
});

test.each([
  ['https', 'weather.example.org', true],
  ['http', 'weather.example.org', false],
  ['https', 'weather.local', false],
  ['https', 'weather', false],
  ['https', '192.168.1.10', false],
  ['https', '[2001:db8::1]:3000', false],
])('over %s, %s is to be reached over TLS alone from then on: %s', async (protocol, host, strict) => {
  const app = fastify({ trustProxy: true });
  onTestFinished(() => app.close());
  await addHeaders(app, createWebParts().parts);
  app.get('/', () => '');
  const request: InjectOptions = { url: '/', headers: { host, 'x-forwarded-proto': protocol } };
  const { headers } = await app.inject(request);
  const expected = strict ? 'max-age=15724800' : undefined;
  expect(headers['strict-transport-security']).toBe(expected);
  expect(headers['cross-origin-opener-policy']).toBe(protocol === 'https' ? 'same-origin' : undefined);
});
