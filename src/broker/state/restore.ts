import type { Logger } from 'pino';
import type { Micros } from '../../telemetry/reading.ts';
import type { Changes } from './journal.ts';
import type { QueuedMessage } from './queued-messages.ts';
import { decodeMessage, decodeObject, type KeyParts, parseDigits, parseKey } from './records.ts';
import type { RetainedMessages } from './retained-messages.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './session-store.ts';

export interface RestoreParts {
  readonly entries: AsyncIterable<readonly [string, Buffer]>;
  readonly changes: Changes;
  readonly sessions: SessionStore;
  readonly retained: RetainedMessages;
  readonly log: Logger;
}

interface Read extends RestoreParts {
  readonly byNumber: Map<number, Session>;
  readonly awaySince: Map<Session, Micros | null>;
  readonly messages: Map<number, QueuedMessage>;
}

/** Takes what one record says. @returns whether it makes sense */
type Take = (key: KeyParts, value: Buffer, read: Read) => boolean;

const TAKE: Readonly<Record<string, Take>> = {
  client({ number }, value, { sessions, byNumber, awaySince }) {
    const { id, awaySince: since, owner } = decodeObject(value);
    if (typeof id !== 'string') return false;
    const session = sessions.restore(id, number, typeof owner === 'number' ? owner : null);
    byNumber.set(number, session);
    awaySince.set(session, typeof since === 'number' ? since : null);
    return true;
  },
  filter({ number, rest }, value, { byNumber }) {
    const { qos, ...more } = decodeObject(value);
    const session = byNumber.get(number);
    if (session === undefined || (qos !== 0 && qos !== 1 && qos !== 2)) return false;
    session.restoreSubscription({ ...more, topic: rest, qos });
    return true;
  },
  message({ number }, value, { sessions, messages }) {
    const message = decodeMessage(value);
    if (message === undefined) return false;
    messages.set(number, sessions.messages.restore(number, message));
    return true;
  },
  open({ number, rest }, _, { byNumber }) {
    const session = byNumber.get(number);
    session?.restoreOpen(parseDigits(rest));
    return session !== undefined;
  },
  queue({ number, rest }, value, { sessions, byNumber, messages }) {
    const place = parseDigits(rest);
    sessions.messages.noteNumber(place);
    return byNumber.get(number)?.queue.restore(place, value.toString(), messages.get(place)) ?? false;
  },
  retained({ rest }, value, { retained }) {
    const message = decodeMessage(value);
    if (message?.topic !== rest) return false;
    retained.restore(message);
    return true;
  },
};

/**
 * Reads sessions and retained messages out of the store. A record that makes no sense is left out, and removed: the
 * others are better than none.
 */
export async function restore(parts: RestoreParts): Promise<void> {
  const read: Read = { ...parts, byNumber: new Map(), awaySince: new Map(), messages: new Map() };
  const leftOut: string[] = [];
  for await (const [key, value] of parts.entries) {
    const keyParts = parseKey(key);
    if (TAKE[keyParts.kind]?.(keyParts, value, read)) continue;
    leftOut.push(key);
  }
  for (const key of leftOut) parts.changes.remove(key);
  for (const message of read.messages.values()) parts.sessions.messages.releaseUnused(message);
  parts.sessions.adopt(read.awaySince);
  if (leftOut.length > 0) {
    const what = 'records of sessions or retained messages made no sense and were left out';
    parts.log.warn({ records: leftOut.length }, what);
  }
}
