import type { FastifyRequest } from 'fastify';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { ContentError } from './errors.ts';
import { type Gate, keyOf } from './gate.ts';
import type { Given, Parameters } from './parameters.ts';

/** What a request of a board, whose key was right, asks to be kept. */
export interface Asked {
  readonly channel: Channel;
  /** Entries, and in the place of those that can't be any the reason why. */
  readonly items: readonly (ChannelEntry | ContentError)[];
  /** Which of ThingSpeak's addresses it came to: `update`, `bulk_update.csv`. */
  readonly door: string;
  readonly sender: string;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
  /** What of the request says these items, without any key: so that it can be looked at, and sent again. */
  readonly excerpt: (indexes: readonly number[]) => string | Uint8Array;
}

/** Who asks. */
export function senderOf({ ip, raw }: FastifyRequest): Pick<Asked, 'sender' | 'isGone'> {
  return { sender: `thingspeak:${ip}`, isGone: () => raw.socket.destroyed };
}

/** @throws ThingSpeakError as the gate does; where what can't be read hides the key, that it can't be */
export function admit(
  gate: Gate,
  request: FastifyRequest,
  { parameters, problem }: Given,
): ReturnType<Gate['toWrite']> {
  if (problem !== undefined && keyOf(request, parameters) === undefined) throw problem;
  return gate.toWrite(request, parameters);
}

/** As a form, without what is called a key: those of ThingSpeak's other services, too. */
export function withoutKeys(parameters: Parameters): string {
  return new URLSearchParams([...parameters].filter(([name]) => !/key$/i.test(name))).toString();
}

/** A body that could not be read, as it came. */
export function blankKeys({ body }: Given, key: string | undefined): Uint8Array {
  // Each byte is one character here and back.
  const text = body
    .toString('latin1')
    .replaceAll(/((?:^|&)\w*key=)[^&]*/gi, '$1')
    .replaceAll(/("\w*key"\s*:\s*)"[^"]*"?/gi, '$1""');
  return Buffer.from(key === undefined ? text : text.replaceAll(key, ''), 'latin1');
}
