import { Type } from 'typebox';

const PAGE = { 'text/html': Type.String() };
const FORM = Type.Object({
  secret: Type.String({ description: "A credential's password" }),
  to: Type.Optional(Type.String({ description: 'The address to go on to; `/` if not given' })),
});

/** What is told of `POST /login`. */
export const LOGIN = {
  config: {
    access: 'open',
    errors: ['secret-wrong', 'too-many-wrong-secrets', 'credentials-unknown'],
    told: {
      body: {
        description: 'A form, of up to 8 KiB',
        content: { 'application/x-www-form-urlencoded': FORM },
      },
      answers: {
        303: {
          description: 'Logged in, and on to `to`',
          headers: {
            Location: Type.String(),
            'Set-Cookie': Type.String({ description: 'Lasts for 90 days' }),
          },
        },
        401: { description: 'The login page, which says so', content: PAGE },
        429: { description: 'The login page, which says so', content: PAGE },
        503: { description: 'The login page, which says so', content: PAGE },
      },
    },
  },
  schema: {
    operationId: 'login',
    tags: ['Service'],
    summary: 'A cookie for a password, for reading in a browser',
  },
} as const;

/** What is told of `POST /logout`. */
export const LOGOUT = {
  config: {
    access: 'open',
    told: {
      answers: {
        303: {
          description: 'Logged out, and on to the login page',
          headers: { Location: Type.String(), 'Set-Cookie': Type.String() },
        },
      },
    },
  },
  schema: { operationId: 'logout', tags: ['Service'], summary: 'Takes the cookie away' },
} as const;
