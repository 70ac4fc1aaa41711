import { Type } from 'typebox';

export const ERROR_SCHEMA = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.String({ description: 'For programs: it stays the same' }),
        message: Type.String({ description: 'For people' }),
        details: Type.Array(
          Type.Object(
            {
              field: Type.Optional(Type.String({ description: 'The parameter at fault' })),
              reason: Type.Optional(Type.String({ description: 'Why a part of a message was refused' })),
              detail: Type.String(),
            },
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, description: 'What every error is, but those of ThingSpeak' },
);

/** Where it stands in the document. */
export const ERROR_REFERENCE = { $ref: '#/components/schemas/Error' } as const;
