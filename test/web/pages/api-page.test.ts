import { expect, test } from 'vitest';
import { documentOf } from '../../../src/web/openapi/tell-openapi.ts';
import { schemaNodes, typeText } from '../../../src/web/pages/api/schema-view.ts';
import { useWeb } from '../../support/web.ts';

test('the page has a section for every operation, with what it takes, what it answers and how to ask', async () => {
  const web = await useWeb();
  web.addStation('roof');
  const { status, headers, text } = await web.ask('/api');
  expect([status, headers.get('content-type')]).toStrictEqual([200, 'text/html; charset=utf-8']);
  for (const methods of Object.values(documentOf(web.app).paths)) {
    for (const { operationId } of Object.values(methods)) {
      expect(text).toContain(`<div class="operation-body" id="${operationId}"`);
      expect(text).toContain(`href="#${operationId}"`);
    }
  }
  expect(text).toContain('too-many-buckets');
  expect(text).toContain(
    `curl &#x27;${web.url}/api/stations/roof/history?metric&#x3D;temperature&amp;every&#x3D;1h&#x27;`,
  );
});

test('it is in German, too, and says what is in English', async () => {
  const web = await useWeb({ isPrivate: true });
  const secret = web.credentials.add('admin', 'owner');
  const { text } = await web.ask('/api?lang=de', { headers: { authorization: `Bearer ${secret}` } });
  expect(text).toContain('<h1>HTTP-Schnittstelle</h1>');
  expect(text).toContain('Braucht Authorization: Bearer oder das Cookie einer Anmeldung.');
  expect(text).toContain('<span class="quiet" lang="en">Every station with its newest readings</span>');
  expect(text).toContain('Authorization: Bearer PASSWORD');
});

test('of a private service it leads to the login, and what it describes does not', async () => {
  const web = await useWeb({ isPrivate: true });
  const page = await web.ask('/api', { redirect: 'manual' });
  expect([page.status, page.headers.get('location')]).toStrictEqual([303, '/login?to=%2Fapi']);
  expect((await web.ask('/api/openapi.json', { redirect: 'manual' })).status).toBe(401);
});

test('a host that could end a quote stands in no example', async () => {
  const web = await useWeb();
  const { body } = await web.app.inject({ url: '/api', headers: { host: "x';id;'" } });
  expect(body).not.toContain('id;');
  expect(body).toContain('http://localhost:3000/api/stations');
});

test('schemas are shown with what is in them, and types as JSON has them', () => {
  const schemas = { Error: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] } };
  const list = { type: 'array', items: { type: 'object', properties: { a: { type: ['number', 'null'] } } } };
  const whole = {
    type: 'object',
    properties: { list, error: { $ref: '#/components/schemas/Error' } },
    required: ['list'],
  };
  expect(schemaNodes(whole, schemas)).toMatchObject([
    {
      name: 'list',
      type: 'object[]',
      isOptional: false,
      children: [{ name: 'a', type: 'number | null', isOptional: true }],
    },
    { name: 'error', type: 'object', isOptional: true, children: [{ name: 'code', isOptional: false }] },
  ]);
  expect(typeText({ enum: ['asc', 'desc'] }, {})).toBe('"asc" | "desc"');
  expect(typeText({ type: 'integer', minimum: 1, maximum: 9, default: 5 }, {})).toBe('integer 1 … 9 = 5');
  expect(typeText({ type: 'array', items: { type: ['number', 'null'] } }, {})).toBe('(number | null)[]');
});
