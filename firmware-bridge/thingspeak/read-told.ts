import { type TSchema, Type } from 'typebox';
import type { ToldAddress, ToldRoute } from '../../src/web/openapi/route-description.ts';
import { FIELDS } from './entry.ts';
import { CHANNEL_PARAMS, READ_REFUSALS, READ_SECURITY } from './told.ts';

const text = (description: string) => Type.Optional(Type.String({ description }));
const whole = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }));
const minutes = (description: string) =>
  Type.Optional(Type.Enum(['10', '15', '20', '30', '60', '240', '720', '1440', 'daily'], { description }));

const QUERY = Type.Object({
  api_key: text('The read key, or the write key'),
  results: whole('How many, newest; up to 8000'),
  days: whole('Of how many days'),
  minutes: whole('Of how many minutes'),
  start: text('From when; `2026-11-22 10:00:00`'),
  end: text('Until when'),
  timezone: text('`Europe/Paris`: that of times'),
  offset: text('Hours from UTC, in place of `timezone`'),
  round: whole('Decimal places'),
  min: text('No less than this'),
  max: text('No more than this'),
  timescale: minutes('The first value of each so many minutes'),
  average: minutes('The mean of each so many minutes'),
  median: minutes('The median of each so many minutes'),
  sum: minutes('The sum of each so many minutes'),
  status: text('`true`: with what boards say of themselves'),
  location: text('`true`: with the place'),
  metadata: text('`true`: with `metadata`, which is null'),
  callback: text('A function of the page that asks: the answer is a script that calls it'),
});

const orNull = Type.Unsafe<string | null>({ type: ['string', 'null'] });
const fields = (value: TSchema) =>
  Object.fromEntries(FIELDS.map((field) => [`field${field}`, Type.Optional(value)]));
const FEED = Type.Object({
  created_at: Type.String(),
  entry_id: Type.Optional(Type.Integer({ description: 'Not of sums and means' })),
  ...fields(orNull),
  latitude: Type.Optional(orNull),
  longitude: Type.Optional(orNull),
  elevation: Type.Optional(orNull),
  status: Type.Optional(orNull),
});
const FEEDS = Type.Object({
  channel: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    description: Type.String(),
    metadata: Type.Optional(Type.Null()),
    latitude: orNull,
    longitude: orNull,
    elevation: Type.Optional(Type.String()),
    ...fields(Type.String()),
    created_at: Type.String(),
    updated_at: Type.String(),
    last_entry_id: Type.Integer(),
  }),
  feeds: Type.Array(FEED),
});

const FORMAT = Type.Enum(['json', 'csv', 'xml', 'txt'], {
  description: 'Without an extension it is JSON, or of the last value of a field that alone, as `txt` has it',
});
const FIELD = Type.Integer({ minimum: 1, maximum: 8 });

interface Place {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly json: TSchema;
  readonly params?: Readonly<Record<string, TSchema>>;
}

const PLACES: readonly Place[] = [
  { path: 'feeds', operationId: 'channel-feeds', summary: 'A channel with its newest entries', json: FEEDS },
  { path: 'feeds/last', operationId: 'channel-last', summary: 'The last entry of a channel', json: FEED },
  {
    path: 'feeds/{entry}',
    operationId: 'channel-entry',
    summary: 'One entry of a channel',
    json: FEED,
    params: { entry: Type.Integer({ description: 'Its number' }) },
  },
  {
    path: 'fields/{field}',
    operationId: 'channel-field',
    summary: 'A channel with the newest values of a field',
    json: FEEDS,
    params: { field: FIELD },
  },
  {
    path: 'fields/{field}/last',
    operationId: 'channel-field-last',
    summary: 'The last value of a field',
    json: FEED,
    params: { field: FIELD },
  },
  { path: 'status', operationId: 'channel-status', summary: 'What boards said of themselves', json: FEEDS },
  {
    path: 'status/last',
    operationId: 'channel-status-last',
    summary: 'What a board said of itself last',
    json: FEED,
  },
];

function addressOf({ path, operationId, summary, json, params }: Place): ToldAddress {
  return {
    path: `/channels/{id}/${path}.{format}`,
    operationId,
    summary,
    params: Type.Object({ ...CHANNEL_PARAMS.properties, ...params, format: FORMAT }),
    answers: {
      200: {
        description: 'In the form of the extension',
        content: {
          'application/json': json,
          'text/csv': Type.String(),
          'application/xml': Type.String(),
          'text/plain': Type.String(),
          'application/javascript': Type.String({ description: 'With `callback`' }),
        },
      },
    },
  };
}

/** What is told of everything that is read of channels. */
export const READ_TOLD: ToldRoute = {
  security: READ_SECURITY,
  params: CHANNEL_PARAMS,
  querystring: QUERY,
  answers: READ_REFUSALS,
  addresses: PLACES.map(addressOf),
};
