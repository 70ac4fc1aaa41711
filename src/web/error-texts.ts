import type { WebError } from './errors.ts';
import type { TextKey, Words } from './words.ts';

/** What a page says of an error, by its code. What has no text of its own is told in the words of the API, in English. */
export function errorTexts(error: WebError, words: Words): { heading: string; message: string } {
  return {
    heading: words.text(HEADINGS[error.code] ?? HEADINGS[error.status] ?? 'error.heading.other'),
    message: Object.hasOwn(MESSAGES, error.code)
      ? words.text(MESSAGES[error.code]!, error.values)
      : error.message,
  };
}

/** What the login page says of it. */
export function loginProblem(error: WebError, words: Words): string {
  return Object.hasOwn(LOGIN_PROBLEMS, error.code) ? words.text(LOGIN_PROBLEMS[error.code]!) : error.message;
}

type Texts = Readonly<Record<string, TextKey>>;

/** By code, or else by status. */
const HEADINGS: Texts = {
  'page-awaited': 'error.heading.awaited',
  400: 'error.heading.400',
  403: 'error.heading.403',
  404: 'error.heading.404',
  429: 'error.heading.429',
  500: 'error.heading.500',
  503: 'error.heading.503',
};

const MESSAGES: Texts = {
  'not-found': 'error.not-found',
  'station-unknown': 'error.station-unknown',
  'metric-unknown': 'error.metric-unknown',
  'database-unavailable': 'error.database-unavailable',
  'credentials-required': 'error.credentials-required',
  'credentials-unknown': 'error.credentials-unknown',
  'secret-wrong': 'error.secret-wrong',
  'not-allowed': 'error.not-allowed',
  'too-many-wrong-secrets': 'error.too-many-wrong-secrets',
  'too-many-requests': 'error.too-many-requests',
  'parameter-invalid': 'error.parameter-invalid',
  'request-invalid': 'error.request-invalid',
  'url-malformed': 'error.url-malformed',
  'too-much-asked': 'error.too-much-asked',
  internal: 'error.internal',
  'page-awaited': 'error.page-awaited',
  'page-range': 'error.page-range',
  'page-moment': 'error.page-moment',
  'page-order': 'error.page-order',
  'page-names': 'error.page-names',
  'page-too-many': 'error.page-too-many',
  'page-compare': 'error.page-compare',
  'page-compare-all': 'error.page-compare-all',
  'page-compare-long': 'error.page-compare-long',
  'page-view': 'error.page-view',
};

const LOGIN_PROBLEMS: Texts = {
  'secret-wrong': 'login.secret-wrong',
  'too-many-wrong-secrets': 'login.too-many-wrong-secrets',
  'credentials-unknown': 'login.credentials-unknown',
};
