import { Type } from 'typebox';
import { BUCKET_WIDTHS } from '../telemetry/bucket-width.ts';
import { nullable, time, unitsParameter } from './schemas.ts';

export const MOST_SERIES = 20;

export const rangeParameters = {
  from: Type.Optional(
    Type.String({
      description: 'Inclusive. ISO 8601 with zone, or epoch s, ms or µs; a day before `to` if not given',
    }),
  ),
  to: Type.Optional(Type.String({ description: 'Exclusive. Until now if not given' })),
};

const parameters = {
  ...rangeParameters,
  points: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 5_000,
      description: 'About how many buckets; 500 if neither this nor `every` is given',
    }),
  ),
  every: Type.Optional(
    Type.Enum(
      BUCKET_WIDTHS.map(({ name }) => name),
      { description: 'How much time a bucket is of. Days and longer are those of `TIME_ZONE`' },
    ),
  ),
  shape: Type.Enum(['rows', 'columns'], {
    default: 'rows',
    description: 'Of JSON: an object for each bucket, or an array for each of time, count, min, avg and max',
  }),
  format: Type.Optional(
    Type.Enum(['json', 'csv'], {
      description: 'What `Accept` asks for, if not given; JSON, if that is all the same',
    }),
  ),
  units: unitsParameter,
};

export const historyQuery = Type.Object(
  {
    metric: Type.Optional(
      Type.String({ description: '`temperature` where the station has it, if not given' }),
    ),
    ...parameters,
  },
  { additionalProperties: false },
);

export const seriesHistoryQuery = Type.Object(
  {
    series: Type.String({
      description: `Up to ${MOST_SERIES} of \`station:metric\`, with commas between them`,
    }),
    ...parameters,
  },
  { additionalProperties: false },
);

const count = Type.Integer({ description: 'Readings in the bucket' });
const extreme = nullable(Type.Number({ description: 'null of directions' }));
const average = nullable(
  Type.Number({
    description:
      'Of directions that of their vectors. null where values beyond 1e290 can not be added up, and where directions cancel each other out',
  }),
);
const rise = nullable(
  Type.Number({
    description:
      'Of counters and increments alone: how much has come since the last reading of the bucket before. null where no reading tells',
  }),
);
const buckets = Type.Array(
  Type.Object({
    time: { ...time, description: 'When the bucket begins, or of the reading; ISO 8601, UTC' },
    count,
    min: extreme,
    avg: average,
    max: extreme,
    rise: Type.Optional(rise),
  }),
);
const seconds = Type.Array(Type.Number({ description: 'When the bucket begins: seconds since 1970' }));
const columns = {
  count: Type.Array(nullable(count)),
  min: Type.Array(nullable(Type.Number())),
  avg: Type.Array(average),
  max: Type.Array(nullable(Type.Number())),
  rise: Type.Optional(Type.Array(rise)),
};
const series = {
  station: Type.String(),
  metric: Type.String(),
  unit: nullable(Type.String()),
  kind: Type.Enum(['plain', 'direction', 'counter', 'increment'], {
    description:
      'direction: avg is the mean of vectors; counter (a total that is reset) and increment: buckets have a rise',
  }),
};
const range = {
  from: time,
  to: time,
  every: Type.String({ description: '`raw`: each bucket is one reading' }),
  everySeconds: Type.Integer({ description: '0: each bucket is one reading. A month counts as 30 days' }),
  timeZone: Type.String({ description: 'That of days, weeks and longer' }),
};

/** Handed to Fastify as JSON, or as CSV: an answer may have a hundred thousand buckets. */
export const historyReply = Type.Unsafe<string>(
  Type.Object({
    ...series,
    ...range,
    buckets: Type.Optional(buckets),
    columns: Type.Optional(Type.Object({ t: seconds, ...columns })),
  }),
);

export const seriesHistoryReply = Type.Unsafe<string>(
  Type.Object({
    ...range,
    t: Type.Optional(seconds),
    series: Type.Array(
      Type.Object({
        ...series,
        buckets: Type.Optional(buckets),
        columns: Type.Optional(Type.Object(columns)),
      }),
    ),
  }),
);
