import type { Readable } from 'node:stream';
import { type Static, type TSchema, Type } from 'typebox';

/** A schema whose value may be null, in the form that serialises fastest. */
export function nullable<T extends TSchema & { type: string }>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, type: [schema.type, 'null'] });
}

export const time = Type.String({ description: 'ISO 8601, UTC' });

export const stationParams = Type.Object({ station: Type.String({ description: 'Its name' }) });

export const unitsParameter = Type.Optional(
  Type.String({
    description:
      "`metric`, `imperial`, or units with commas between them, of which later ones outdo earlier ones: `metric,kmh`. Without it, values are in the series' own unit.",
  }),
);

export const unitsQuery = Type.Object({ units: unitsParameter }, { additionalProperties: false });

export const stationReply = Type.Object({
  station: Type.String(),
  title: Type.String(),
  online: Type.Boolean(),
  lastSeenAt: nullable(time),
  latest: Type.Array(
    Type.Object({
      metric: Type.String(),
      title: Type.Optional(Type.String({ description: 'What the owner calls it, if anything' })),
      value: Type.Number(),
      unit: nullable(Type.String()),
      measuredAt: time,
    }),
  ),
});

/** Handed to Fastify as JSON that is of this shape. */
export const stationsReply = Type.Unsafe<Buffer>(Type.Object({ stations: Type.Array(stationReply) }));

export const readingsQuery = Type.Object(
  {
    metric: Type.Optional(
      Type.String({ description: '`temperature` where the station has it, if not given' }),
    ),
    from: Type.Optional(Type.String({ description: 'Inclusive. ISO 8601 with zone, or epoch s, ms or µs' })),
    to: Type.Optional(Type.String({ description: 'Exclusive. ISO 8601 with zone, or epoch s, ms or µs' })),
    order: Type.Optional(
      Type.Enum(['asc', 'desc'], { description: '`desc` if not given; `asc` as CSV and NDJSON' }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: '1000 if not given; as CSV and NDJSON everything',
      }),
    ),
    cursor: Type.Optional(Type.String({ description: '`next` of the page before; of JSON only' })),
    units: unitsParameter,
    format: Type.Optional(
      Type.Enum(['json', 'csv', 'ndjson'], { description: 'What `Accept` asks for, or JSON, if not given' }),
    ),
  },
  { additionalProperties: false },
);

export const exportQuery = Type.Object(
  {
    station: Type.Optional(Type.String({ description: 'All if not given' })),
    metric: Type.Optional(Type.String({ description: 'All if not given' })),
    from: Type.Optional(Type.String({ description: 'Inclusive. ISO 8601 with zone, or epoch s, ms or µs' })),
    to: Type.Optional(Type.String({ description: 'Exclusive. ISO 8601 with zone, or epoch s, ms or µs' })),
    format: Type.Optional(
      Type.Enum(['csv', 'ndjson'], { description: 'What `Accept` asks for, or CSV, if not given' }),
    ),
  },
  { additionalProperties: false },
);

const readingsPage = Type.Object({
  station: Type.String(),
  metric: Type.String(),
  unit: nullable(Type.String()),
  readings: Type.Array(Type.Object({ measuredAt: time, receivedAt: time, value: Type.Number() })),
  next: nullable(Type.String()),
});

export type ReadingsPage = Static<typeof readingsPage>;

/** A page as JSON; or lines, which go out as they are. */
export const readingsReply = Type.Unsafe<ReadingsPage | Readable>(readingsPage);

export const submitQuery = Type.Object(
  {
    metric: Type.Optional(
      Type.String({ description: 'For a payload that is a reading of this metric alone' }),
    ),
  },
  { additionalProperties: false },
);

export const submitReply = Type.Object({
  stored: Type.Integer({ description: 'Readings that are now in the table' }),
  duplicates: Type.Integer({ description: 'Those among them that were there before' }),
  rejected: Type.Array(Type.Object({ reason: Type.String(), detail: Type.String() })),
});

export const spooledReply = Type.Object({
  spooled: Type.Integer({
    description: 'Readings that are kept on disk and written when the database is back',
  }),
  rejected: Type.Array(Type.Object({ reason: Type.String(), detail: Type.String() })),
});

export const rejectedQuery = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ pattern: '^[a-z0-9-]{1,64}$', description: 'Only what was refused for this' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many a page' }),
    cursor: Type.Optional(Type.String({ description: '`next` of the page before' })),
  },
  { additionalProperties: false },
);

export const rejectedReply = Type.Object({
  rejected: Type.Array(
    Type.Object({
      id: Type.Integer(),
      receivedAt: time,
      topic: Type.String(),
      payload: Type.Object({ text: Type.Optional(Type.String()), base64: Type.Optional(Type.String()) }),
      qos: Type.Integer(),
      clientId: nullable(Type.String({ description: 'null to all but admins' })),
      reason: Type.String(),
      detail: Type.String(),
    }),
  ),
  next: nullable(Type.String()),
});

export const liveQuery = Type.Object(
  { station: Type.Optional(Type.String({ description: 'Only this station' })), units: unitsParameter },
  { additionalProperties: false },
);

const checkReply = Type.Object({
  ok: Type.Boolean(),
  problem: Type.Optional(
    Type.String({ description: 'What is wrong, in the words of the database or the system' }),
  ),
});

export const readyReply = Type.Object({
  status: Type.Enum(['ready', 'not-ready']),
  checks: Type.Optional(
    Type.Object({
      database: checkReply,
      broker: checkReply,
      storing: Type.Object({
        ok: Type.Boolean(),
        state: Type.Enum(['storing', 'spooling', 'stalled'], {
          description:
            'Readings go to the database; to the spool, because that is away; nowhere, because the spool takes nothing either',
        }),
      }),
      spool: Type.Interface([checkReply], {
        messages: nullable(Type.Integer({ description: 'null while it can not be read' })),
        bytes: nullable(Type.Integer()),
      }),
    }),
  ),
});
