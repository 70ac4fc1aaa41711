/** Why a connection was closed from our side. */
const REASONS = {
  malformed: 'a packet is malformed',
  silent: 'the client has been silent for too long',
  'too-long': 'a packet is too long',
  'over-pace': 'the client goes on sending faster than it may',
  'too-much-unfinished': 'with its packet, too much would be kept of packets that have not come to their end',
} as const;

/** A client has lost its connection, for a reason that is counted. */
export class ClosedError extends Error {
  readonly code: keyof typeof REASONS;

  /** @param details which rule was broken, where there are several */
  constructor(code: keyof typeof REASONS, details: string = REASONS[code]) {
    super(details);
    this.name = 'ClosedError';
    this.code = code;
  }
}
