import type { Logger } from 'pino';
import { FilterTree } from './filter-tree.ts';
import type { Changes } from './journal.ts';
import { encodeMessage, keys, type StoredMessage } from './records.ts';

const MAX_MESSAGES = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

export interface RetainedMessagesParts {
  readonly changes: Changes;
  readonly log: Logger;
  readonly counters: { retained_messages_refused: number };
}

/** The last retained message of each topic, within bounds. */
export class RetainedMessages {
  readonly #parts: RetainedMessagesParts;
  readonly #byTopic = new Map<string, StoredMessage>();
  /** Of topics and payloads. */
  #bytes = 0;
  /** Whether the owner knows that there are too many. */
  #isTold = false;

  constructor(parts: RetainedMessagesParts) {
    this.#parts = parts;
  }

  /** An empty payload deletes [MQTT-3.3.1-10]. What there is no room for is not kept, nor is what it would have replaced. */
  store({ topic, payload, qos }: StoredMessage): void {
    const message = { topic, payload, qos };
    const before = this.#byTopic.get(topic);
    const bytes = this.#bytes - (before ? sizeOf(before) : 0) + sizeOf(message);
    if (payload.length === 0) this.#delete(topic);
    else if (bytes <= MAX_BYTES && (before !== undefined || this.#byTopic.size < MAX_MESSAGES)) {
      this.restore(message);
      this.#parts.changes.put(keys.retained(topic), encodeMessage(message));
    } else {
      this.#delete(topic);
      this.#refuse(topic);
    }
  }

  restore(message: StoredMessage): void {
    const before = this.#byTopic.get(message.topic);
    this.#bytes += sizeOf(message) - (before ? sizeOf(before) : 0);
    this.#byTopic.set(message.topic, message);
  }

  /** Those that any of the filters takes in, each once. */
  *match(filters: readonly string[]): Generator<StoredMessage> {
    const wildcards = filters.filter((filter) => /[+#]/.test(filter));
    const wanted = new FilterTree<true>();
    for (const filter of wildcards) wanted.add(filter, true);
    // Ten thousand topics need not be looked through for filters that name theirs.
    if (wildcards.length > 0) {
      for (const message of this.#byTopic.values()) {
        if (wanted.match(message.topic).length > 0) yield message;
      }
    }
    for (const topic of new Set(filters)) {
      const message = this.#byTopic.get(topic);
      if (message !== undefined && wanted.match(topic).length === 0) yield message;
    }
  }

  #delete(topic: string): void {
    const message = this.#byTopic.get(topic);
    if (message === undefined) return;
    this.#byTopic.delete(topic);
    this.#bytes -= sizeOf(message);
    this.#parts.changes.remove(keys.retained(topic));
    if (this.#byTopic.size < MAX_MESSAGES / 2 && this.#bytes < MAX_BYTES / 2) this.#isTold = false;
  }

  #refuse(topic: string): void {
    this.#parts.counters.retained_messages_refused += 1;
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.log.warn(
      { topic, messages: this.#byTopic.size, bytes: this.#bytes },
      'there are too many retained messages: further ones are passed on, but not retained',
    );
  }
}

function sizeOf({ topic, payload }: StoredMessage): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
