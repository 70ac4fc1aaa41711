import { expect, test } from 'vitest';
import { useWeb } from '../support/web.ts';
import { IngestStalledError } from '../../src/ingest/errors.ts';
import { STORED } from '../support/web-parts.ts';

const PATH = '/api/stations/outside/readings';
const post = (body: string | Uint8Array, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: Buffer.from(body),
  headers,
});

test.each([
  ['application/json', '{"temperature":21.5}'],
  ['text/plain', '21.5'],
  ['application/x-www-form-urlencoded', '21.5'],
  ['json', '{"temperature":21.5}'],
  ['application/json', 'this is not JSON'],
  ['application/octet-stream', '\u0000\u00ff'],
])('a body labelled %s reaches ingest byte for byte', async (type, text) => {
  const web = await useWeb();
  const { status } = await web.ask(PATH, post(text, { 'content-type': type }));
  expect(status).toBe(201);
  expect(web.submitted).toHaveLength(1);
  expect(Buffer.from(web.submitted[0]!.payload)).toStrictEqual(Buffer.from(text));
  expect(web.submitted[0]).toMatchObject({ topic: 'stations/outside', clientId: 'http:127.0.0.1' });
});

test('metric in the query makes the topic that of one reading', async () => {
  const web = await useWeb();
  await web.ask(`${PATH}?metric=temperature`, post('21.5'));
  expect(web.submitted[0]!.topic).toBe('stations/outside/temperature');
});

test.each([{ method: 'POST' }, post('')])(
  'a body that is missing or empty is a 400, and nothing to keep',
  async (request) => {
    const web = await useWeb();
    const { status, body } = await web.ask(PATH, request);
    expect(status).toBe(400);
    expect(body.error.code).toBe('body-empty');
    expect(web.submitted).toEqual([]);
  },
);

test('what was stored is answered with 201, and with what was refused beside it', async () => {
  const web = await useWeb();
  web.onSubmit(() =>
    Promise.resolve({
      ...STORED,
      stored: 2,
      duplicates: 1,
      rejections: [{ reason: 'value-not-a-number', detail: '"x" is not a number' }],
    }),
  );
  const { status, body } = await web.ask(PATH, post('{}'));
  expect(status).toBe(201);
  expect(body).toStrictEqual({
    stored: 2,
    duplicates: 1,
    rejected: [{ reason: 'value-not-a-number', detail: '"x" is not a number' }],
  });
});

test('what is in the spool is answered with 202', async () => {
  const web = await useWeb();
  web.onSubmit(() =>
    Promise.resolve({ ...STORED, isSpooled: true, decoded: { readings: [{}, {}] }, rejections: [] }),
  );
  const { status, body } = await web.ask(PATH, post('[1,2]'));
  expect(status).toBe(202);
  expect(body).toStrictEqual({ spooled: 2, rejected: [] });
});

test('what is not understood is a 422 also while the database is away', async () => {
  const web = await useWeb();
  web.onSubmit(() =>
    Promise.resolve({
      ...STORED,
      isSpooled: true,
      decoded: { readings: [] },
      rejections: [{ reason: 'payload-empty', detail: 'there is nothing in it' }],
    }),
  );
  expect((await web.ask(PATH, post('[]'))).status).toBe(422);
});

test('while nothing can be stored the answer is a 503 that says when to try again', async () => {
  const web = await useWeb();
  web.onSubmit(() => Promise.reject(new IngestStalledError()));
  const { status, body, headers } = await web.ask(PATH, post('1'));
  expect([status, body.error.code, headers.get('retry-after')]).toEqual([503, 'ingest-stalled', '10']);
});

test('if nothing was stored, the answer is a 422 that lists why', async () => {
  const web = await useWeb();
  web.onSubmit(() =>
    Promise.resolve({
      ...STORED,
      stored: 0,
      duplicates: 0,
      rejections: [{ reason: 'payload-empty', detail: 'there is nothing in it' }],
    }),
  );
  const { status, body } = await web.ask(PATH, post('[]'));
  expect(status).toBe(422);
  expect(body.error.code).toBe('readings-rejected');
  expect(body.error.details).toStrictEqual([{ reason: 'payload-empty', detail: 'there is nothing in it' }]);
});

test.each(['ingest-closed', 'ingest-overloaded'])('%s is a 503 that says when to try again', async (code) => {
  const web = await useWeb();
  web.onSubmit(() => Promise.reject(Object.assign(new Error('not now'), { code })));
  const { status, headers, body } = await web.ask(PATH, post('21.5'));
  expect(status).toBe(503);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(body.error.code).toBe(code);
});

test('an error that nobody foresaw is a 500 that tells nothing of the insides', async () => {
  const web = await useWeb();
  web.onSubmit(() => Promise.reject(new Error('secret of /etc/passwd')));
  const { status, text, body } = await web.ask(PATH, post('21.5'));
  expect(status).toBe(500);
  expect(body.error.code).toBe('internal');
  expect(text).not.toContain('secret');
});

test.each([
  ['station', '/api/stations/-outside/readings'],
  ['station', '/api/stations/a%2Fb/readings'],
  ['station', `/api/stations/${'x'.repeat(65)}/readings`],
  ['metric', `${PATH}?metric=Temperature`],
  ['metric', `${PATH}?metric=status`],
  ['metrik', `${PATH}?metrik=temperature`],
])('a bad name is answered by a 400 that names %s, and goes no further: %.60s', async (field, path) => {
  const web = await useWeb();
  const { status, body } = await web.ask(path, post('21.5'));
  expect(status).toBe(400);
  expect(body.error.details[0].field).toBe(field);
  expect(web.submitted).toHaveLength(0);
});

test('a body of 256 KiB is taken, and one byte more is a 413', async () => {
  const web = await useWeb();
  const limit = 256 * 1024;
  expect((await web.ask(PATH, post(new Uint8Array(limit)))).status).toBe(201);
  const { status, body } = await web.ask(PATH, post(new Uint8Array(limit + 1)));
  expect(status).toBe(413);
  expect(body.error.code).toBe('body-too-large');
  expect(web.submitted).toHaveLength(1);
});

test("another site's page can not post through somebody's browser", async () => {
  const web = await useWeb();
  for (const origin of ['http://elsewhere.example', 'null']) {
    const { status, body } = await web.ask(PATH, post('21.5', { origin }));
    expect(status).toBe(403);
    expect(body.error.code).toBe('origin-not-allowed');
  }
  expect(web.submitted).toHaveLength(0);
  expect((await web.ask(PATH, post('21.5', { origin: web.url }))).status).toBe(201);
});

test('where nobody may post anonymously, the answer is a 401, and nothing is handed on', async () => {
  const web = await useWeb({ allowAnonymous: false });
  const { status, headers, body } = await web.ask(PATH, post('21.5'));
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toContain('Bearer');
  expect(body.error.code).toBe('credentials-required');
  expect(web.submitted).toHaveLength(0);
});
