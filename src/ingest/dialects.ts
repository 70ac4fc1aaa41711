import { decode, type Decoded } from '../telemetry/decode.ts';
import { memoize } from '../telemetry/memoize.ts';
import type { Message } from '../telemetry/reading.ts';
import { parseTopic } from '../telemetry/topic.ts';

/** For now nobody can tell what a message says; it is to be asked again. */
export interface NotYet {
  /** Why, for a person. */
  readonly notYet: string;
}

/**
 * Reads messages of a dialect beside the native one; `undefined` for those that are not its own. Never throws.
 * @param isSpooled whether it comes from the spool, to be written, and what is said of it counts for good
 */
export type DecodeOther = (message: Message, isSpooled?: boolean) => Decoded | NotYet | undefined;

/** Reads messages of every dialect. */
export function createDecode(
  decodeOther: DecodeOther = () => undefined,
  isSpooled = false,
): (message: Message) => Decoded | NotYet {
  const readTopic = memoize(parseTopic);
  return (message) => decodeOther(message, isSpooled) ?? decode(message, readTopic);
}
