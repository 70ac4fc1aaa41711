import { Type } from 'typebox';
import { rangeParameters } from './history-schemas.ts';
import { nullable, time, unitsParameter } from './schemas.ts';

export const windRoseQuery = Type.Object(
  {
    metrics: Type.Optional(
      Type.String({
        description:
          'A wind direction and a wind speed with a comma between them, where a station has several',
      }),
    ),
    ...rangeParameters,
    units: unitsParameter,
  },
  { additionalProperties: false },
);

const share = Type.Number({ description: 'Of the time, from 0 to 1' });

export const windRoseReply = Type.Object({
  station: Type.String(),
  direction: Type.String({ description: 'The metric of where it comes from' }),
  speed: Type.String({ description: 'The metric of how fast it is' }),
  unit: nullable(Type.String({ description: 'That of speeds' })),
  from: time,
  to: time,
  every: Type.String({
    description: 'Of how much time the means are that were counted: `10m`, `1h` or `1d`',
  }),
  everySeconds: Type.Integer(),
  timeZone: Type.String({ description: 'That of days' }),
  count: Type.Integer({
    description: 'How many means were counted; 0: nothing is known, and all shares are 0',
  }),
  calm: { ...share, description: 'Share of the time with less wind than the first class' },
  variable: { ...share, description: 'Share of the time with wind from nowhere in particular' },
  classes: Type.Array(
    Type.Object({
      from: Type.Number({ description: 'Inclusive' }),
      to: nullable(Type.Number({ description: 'Exclusive; null: and more' })),
    }),
  ),
  sectors: Type.Array(
    Type.Object({
      degrees: Type.Number({ description: 'Its middle: 0 is north, 90 east' }),
      share,
      shares: Type.Array(share, { description: 'By class' }),
    }),
  ),
});
