/** What may go wrong: by the code that clients are told, the statuses that it comes with, and what it means. */
export const ERROR_CODES = {
  'request-invalid': {
    statuses: [400, 413, 415],
    meaning: 'It is not valid HTTP, names no host, or has a body that is not taken here.',
  },
  'url-malformed': {
    statuses: [400, 414],
    meaning: 'The address is not valid, or a part of it is too long.',
  },
  'parameter-invalid': {
    statuses: [400],
    meaning: 'A parameter is missing, unknown or not understood; `details` names it.',
  },
  'body-empty': { statuses: [400], meaning: 'The body holds no reading.' },
  'too-many-buckets': {
    statuses: [400],
    meaning: 'That would make too many buckets; the message names a width that would do.',
  },
  'too-many-readings': {
    statuses: [400],
    meaning: 'So narrow buckets would be made of too many readings; the message names a width that would do.',
  },
  'upgrade-required': {
    statuses: [426],
    meaning: 'MQTT over WebSocket is here, for clients that ask for an upgrade.',
  },
  'subprotocol-missing': { statuses: [400], meaning: 'The WebSocket must ask for the subprotocol `mqtt`.' },
  'credentials-required': { statuses: [401], meaning: 'It needs a credential.' },
  'secret-wrong': { statuses: [401], meaning: 'Nobody has this password.' },
  'not-allowed': { statuses: [403], meaning: 'The credential is not for this.' },
  'origin-not-allowed': { statuses: [403], meaning: 'It comes from the page of another site.' },
  'station-unknown': { statuses: [404], meaning: 'There is no station of this name.' },
  'metric-unknown': { statuses: [404], meaning: 'This metric was never sent.' },
  'no-wind': {
    statuses: [404],
    meaning: 'The station has never sent both a direction and a speed of the wind.',
  },
  'body-too-large': { statuses: [413], meaning: 'The body is longer than `HTTP_MAX_BODY_BYTES`.' },
  'readings-rejected': {
    statuses: [422],
    meaning: 'No reading was understood; the message is kept as rejected, and `details` has the reasons.',
  },
  'too-many-requests': {
    statuses: [429],
    meaning: 'More than `HTTP_MAX_WRITES_PER_SECOND` come from this address.',
  },
  'too-many-wrong-secrets': {
    statuses: [429],
    meaning: 'More than `WRONG_SECRETS_PER_MINUTE` passwords from this address were wrong.',
  },
  'too-many-exports': {
    statuses: [429, 503],
    meaning: 'As many exports run as may, of this address or in all.',
  },
  'too-many-streams': { statuses: [429], meaning: 'This address has as many event streams as it may.' },
  'too-many-viewers': { statuses: [503], meaning: 'As many event streams are open as the service allows.' },
  'answers-not-read': {
    statuses: [429, 503],
    meaning: 'Too many answers wait that nobody reads, of this address or in all.',
  },
  'too-much-asked': { statuses: [503], meaning: 'Its turn to be looked up has not come in time.' },
  'client-gone': { statuses: [503], meaning: 'Nobody waits for it any more.' },
  'database-unavailable': { statuses: [503], meaning: 'The database does not answer at the moment.' },
  'credentials-unknown': {
    statuses: [503],
    meaning: 'The database was not there since the start, so nobody can be recognised yet.',
  },
  'ingest-closed': { statuses: [503], meaning: 'The service is stopping; nothing was stored.' },
  'ingest-overloaded': { statuses: [503], meaning: 'Too much is waiting to be stored; nothing was stored.' },
  'ingest-stalled': { statuses: [503], meaning: 'Nothing can be stored at the moment.' },
  internal: { statuses: [500], meaning: 'Something went wrong in the service; its log says what.' },
} as const satisfies Readonly<
  Record<string, { readonly statuses: readonly number[]; readonly meaning: string }>
>;

export type ErrorCode = keyof typeof ERROR_CODES;
