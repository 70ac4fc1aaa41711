import type { Micros } from '../telemetry/reading.ts';

const FIRST_SLOTS = 64;
const MOST_SLOTS = 4_096;
const MOST_SESSIONS_AWAY = 10_000;
/** A slot that is taken over sooner than this belongs to a client that sends so fast that it needs more of them. */
const CROWDED_BELOW: Micros = 60_000_000;

/** What is remembered of the messages of one session. */
interface Memory {
  packetIds: Uint16Array;
  hashes: Uint32Array;
  /** 0: nothing yet. */
  firstReceivedAt: Float64Array;
}

export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly packetId: number;
  readonly dup: boolean;
}

/**
 * Knows a redelivery: a client that missed our acknowledgement sends the message again with DUP set, and the reading in
 * it may have been stored. Readings with a time of their own collapse in the table; for the others the time of the
 * first receipt is remembered, for the last 64 to 4,096 packet identifiers of each session.
 *
 * MQTT has the receiver take such a message for a new one once it has acknowledged the first [MQTT-4.3.2-2], for
 * the sender might have used the identifier again. So the content must be the same, too. What remains is a sender that
 * uses one identifier over and over, loses a message before it reaches us, and repeats it with DUP and the very content
 * of the one before: its two readings become one. The clients we know count identifiers up.
 */
export interface Redeliveries {
  /** The time that readings without one get: `now`, or that of the first receipt if this is a redelivery. */
  firstReceivedAt(clientId: string, publication: Publication, now: Micros): Micros;
  /** The session has ended, and with it what its packet identifiers meant. */
  forget(clientId: string): void;
  /** The session's client has gone and may come back. Of those that are away, the 10,000 last gone are remembered. */
  pause(clientId: string): void;
  /** The session's client has come back. */
  resume(clientId: string): void;
}

export function createRedeliveries(): Redeliveries {
  const sessions = new Map<string, Memory>();
  const away = new Set<string>();
  const forget = (clientId: string): void => {
    away.delete(clientId);
    sessions.delete(clientId);
  };
  return {
    firstReceivedAt(clientId, publication, now) {
      let memory = sessions.get(clientId);
      if (memory === undefined) sessions.set(clientId, (memory = createMemory(FIRST_SLOTS)));
      const hash = hashOf(publication);
      const slot = publication.packetId % memory.packetIds.length;
      if (
        publication.dup &&
        memory.packetIds[slot] === publication.packetId &&
        memory.hashes[slot] === hash
      ) {
        return memory.firstReceivedAt[slot]! || now;
      }
      remember(memory, publication.packetId, hash, now);
      return now;
    },
    forget,
    resume: (clientId) => void away.delete(clientId),
    pause(clientId) {
      if (!sessions.has(clientId)) return;
      away.add(clientId);
      if (away.size <= MOST_SESSIONS_AWAY) return;
      const [longestAway] = away;
      forget(longestAway!);
    },
  };
}

function createMemory(slots: number): Memory {
  return {
    packetIds: new Uint16Array(slots),
    hashes: new Uint32Array(slots),
    firstReceivedAt: new Float64Array(slots),
  };
}

function remember(memory: Memory, packetId: number, hash: number, now: Micros): void {
  const slots = memory.packetIds.length;
  const slot = packetId % slots;
  const heldSince = memory.firstReceivedAt[slot]!;
  const isTaken = heldSince !== 0 && heldSince > now - CROWDED_BELOW && memory.packetIds[slot] !== packetId;
  if (isTaken && slots < MOST_SLOTS) {
    grow(memory, slots * 2);
    remember(memory, packetId, hash, now);
    return;
  }
  memory.packetIds[slot] = packetId;
  memory.hashes[slot] = hash;
  memory.firstReceivedAt[slot] = now;
}

function grow(memory: Memory, slots: number): void {
  const { packetIds, hashes, firstReceivedAt } = memory;
  Object.assign(memory, createMemory(slots));
  for (const [old, packetId] of packetIds.entries()) {
    if (firstReceivedAt[old] === 0) continue;
    const slot = packetId % slots;
    memory.packetIds[slot] = packetId;
    memory.hashes[slot] = hashes[old]!;
    memory.firstReceivedAt[slot] = firstReceivedAt[old]!;
  }
}

/** FNV-1a over topic and payload: fast on the short payloads of stations, and nothing here needs more. */
function hashOf({ topic, payload }: Publication): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < topic.length; index += 1) {
    hash = Math.imul(hash ^ topic.charCodeAt(index), 0x01000193);
  }
  for (const byte of payload) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
