import { beforeAll, expect, test } from 'vitest';
import { type Given, checkAnswer } from '../../support/documented/check-answer.ts';
import { createDocumentChecks, type DocumentChecks } from '../../support/documented/document-checks.ts';
import { wholeDocument } from '../../support/documented/whole-document.ts';

// What holds every answer of the other tests against the document (test/support/documented/setup.ts) is itself held to something here.
let checks: DocumentChecks;

beforeAll(async () => {
  checks = createDocumentChecks((await wholeDocument()).document);
});

const JSON_TYPE = 'application/json; charset=utf-8';
const NONE = { station: 'a', title: 'a', online: false, lastSeenAt: null, latest: [] };

function wrong(
  url: string,
  given: Partial<Omit<Given, 'body'>> & { body?: unknown },
  method = 'GET',
): readonly string[] {
  const { status = 200, type = JSON_TYPE, body = '' } = given;
  const route = url.startsWith('/channels')
    ? '/channels/:id/*'
    : url.split('?', 1)[0]!.replace(/(?<=stations\/)\w+/, ':station');
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return checkAnswer(checks, { method, url, route }, { status, type, encoding: '', body: Buffer.from(text) });
}

test.each([
  ['a right answer', '/api/stations/a?units=metric', { body: NONE }, 0],
  ['a property too many', '/api/stations/a', { body: { ...NONE, more: 1 } }, 1],
  ['a property too few', '/api/stations/a', { body: { ...NONE, title: undefined } }, 1],
  ['a value of another type', '/api/stations', { body: { stations: [{ ...NONE, online: 'no' }] } }, 1],
  ['a status that nobody knows', '/api/stations', { status: 418, body: {} }, 1],
  ['a type that nobody knows', '/api/stations', { type: 'text/html', body: '<p>' }, 1],
  ['a parameter that nobody knows', '/api/stations?unit=metric', { body: { stations: [] } }, 1],
  ['a parameter beyond its bounds', '/api/rejected?limit=2000', { body: { rejected: [], next: null } }, 1],
  ['an error of another form', '/api/stations', { status: 503, body: { error: 'away' } }, 1],
  [
    'a code that is of another status',
    '/api/stations',
    { status: 503, body: { error: { code: 'secret-wrong', message: '', details: [] } } },
    1,
  ],
  ['the last value of a field', '/channels/1/fields/1/last.txt', { type: 'text/plain', body: '21.5' }, 0],
  ['the same without an extension', '/channels/1/field/1/last', { type: 'text/plain', body: '21.5' }, 0],
  ['the number of an entry', '/update', { type: 'text/plain', body: '12' }, 0],
  ['a number that is none', '/update', { type: 'text/plain', body: 'many' }, 1],
])('%s', (_what, url, given, problems) => {
  expect(wrong(url, given)).toHaveLength(problems);
});

test('what is nowhere in the document is told', () => {
  expect(wrong('/api/nothing', { body: {} })).toStrictEqual(['there is no such operation']);
  expect(wrong('/api/stations', { status: 204 }, 'DELETE')).toStrictEqual(['there is no such operation']);
});
