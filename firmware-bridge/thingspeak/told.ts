import { type TSchema, Type } from 'typebox';
import type { ToldAnswer, ToldRoute, ToldSecurity } from '../../src/web/openapi/route-description.ts';
import { FIELDS } from './entry.ts';

const NONE: readonly string[] = [];
const KEY: ToldSecurity = [{ channelKey: NONE }, { channelKeyHeader: NONE }];
const text = (description?: string) =>
  Type.Optional(Type.String({ ...(description !== undefined && { description }) }));
const named = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, text()]));

const ERROR = Type.Object({
  status: Type.String(),
  error: Type.Object({ error_code: Type.String(), message: Type.String(), details: Type.String() }),
});
const XML = Type.String();

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'It, or a time in it, can not be read',
  401: 'The key is missing, or is none of this channel',
  403: 'It comes from the page of another site',
  404: 'There is nothing of that name',
  405: 'It is for another method',
  409: 'Another entry of the same time is there',
  413: 'It, or a part of it, is too large',
  421: 'There is nothing in it',
  422: 'It holds what can not be stored',
  429: 'Too much, or too many wrong keys, come from this address; see Retry-After',
  500: 'Something went wrong in the service; its log says what',
  503: 'It can not be stored or read at the moment; see Retry-After',
};

function refusals(statuses: readonly number[], textOf: '0' | '-1'): Readonly<Record<number, ToldAnswer>> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: REFUSALS[status] ?? 'It was refused',
        content: { 'text/plain': Type.Literal(textOf), 'application/json': ERROR, 'application/xml': XML },
      },
    ]),
  );
}

const ENTRY = Type.Object({
  channel_id: Type.Integer(),
  created_at: Type.String(),
  entry_id: Type.Integer(),
  ...Object.fromEntries(FIELDS.map((field) => [`field${field}`, Type.Unsafe({ type: ['string', 'null'] })])),
  ...Object.fromEntries(
    ['latitude', 'longitude', 'elevation', 'status'].map((name) => [
      name,
      Type.Unsafe({ type: ['string', 'null'] }),
    ]),
  ),
});

const UPDATE = Type.Object({
  api_key: text('The write key; also `key`, `apikey`, `write_api_key`'),
  ...named(...FIELDS.map((field) => `field${field}`)),
  ...named('lat', 'latitude', 'long', 'longitude', 'elevation', 'status'),
  created_at: text('When; now if not given'),
  timezone: text('Of `created_at`: `Europe/Paris`'),
  headers: text('`false`: a shorter reply'),
});

const OF_WRITING = [400, 401, 403, 409, 413, 421, 422, 429, 500, 503];

const STORED: Readonly<Record<'text' | 'json' | 'xml', ToldAnswer['content']>> = {
  text: { 'text/plain': Type.String({ description: 'The number of the entry', pattern: String.raw`^\d+$` }) },
  json: { 'application/json': ENTRY },
  xml: { 'application/xml': XML },
};

export function updateTold(format: keyof typeof STORED): ToldRoute {
  return {
    security: KEY,
    querystring: UPDATE,
    body: {
      isOptional: true,
      description: 'The same as the query, for those who would rather; whatever it is called',
      content: { 'application/x-www-form-urlencoded': UPDATE, 'application/json': UPDATE },
    },
    answers: {
      200: { description: 'The entry, or its number alone', content: STORED[format] ?? {} },
      ...refusals(OF_WRITING, '0'),
    },
  };
}

export const FIRST_BOARDS_TOLD: ToldRoute = {
  security: [{}],
  params: Type.Object({
    key: Type.String({ description: 'The write key' }),
    mac: Type.String({ description: 'Not looked at' }),
    field: Type.String({ description: '1 to 8' }),
    data: Type.String({ description: 'The value' }),
  }),
  answers: {
    200: { description: 'The number of the entry', content: { 'text/plain': Type.String() } },
    ...refusals(OF_WRITING, '0'),
  },
};

export const CHANNEL_PARAMS = Type.Object({ id: Type.String({ description: "The channel's number" }) });

export function bulkTold(content: Readonly<Record<string, TSchema>>): ToldRoute {
  return {
    security: KEY,
    params: CHANNEL_PARAMS,
    body: { description: 'The updates; whatever it is called', content },
    answers: {
      202: {
        description: 'What can be stored is stored, and the rest kept as rejected',
        content: { 'application/json': Type.Object({ success: Type.Literal(true) }) },
      },
      ...refusals(OF_WRITING, '-1'),
    },
  };
}

export const JSON_UPDATES = Type.Object({
  write_api_key: text(),
  updates: Type.Array(Type.Object({}), {
    description: 'Each as of `/update`, with `created_at`, or with `delta_t`: seconds since the one before',
  }),
});

export const CSV_UPDATES = Type.Object({
  write_api_key: text(),
  time_format: Type.Enum(['absolute', 'relative']),
  updates: Type.String({
    description: '`TIME,f1,…,f8,latitude,longitude,elevation,status`, with `|` between them',
  }),
});

/** What channels are read with. */
export const READ_SECURITY: ToldSecurity = [{}, ...KEY, { bearer: NONE }];
export const READ_REFUSALS = refusals([400, 401, 404, 405, 413, 429, 500, 503], '-1');
