/** The service stops: the message was not stored, and its sender should try again later. */
export class IngestClosedError extends Error {
  readonly code = 'ingest-closed';

  constructor() {
    super('the service is stopping; the message was not stored');
    this.name = 'IngestClosedError';
  }
}

/** Too much waits for the database already: the message was not stored, and its sender should try again later. */
export class IngestOverloadedError extends Error {
  readonly code = 'ingest-overloaded';

  constructor() {
    super('too many messages wait for the database; this one was not stored');
    this.name = 'IngestOverloadedError';
  }
}

/** Neither database nor spool take anything: the message was not stored, and its sender should try again later. */
export class IngestStalledError extends Error {
  readonly code = 'ingest-stalled';

  constructor() {
    super('neither the database nor the spool takes anything; the message was not stored');
    this.name = 'IngestStalledError';
  }
}
