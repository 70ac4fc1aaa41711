import type { Logger } from 'pino';
import { STATION_PREFIX } from '../../telemetry/topic.ts';
import { FilterTree } from './filter-tree.ts';
import type { Changes } from './journal.ts';
import { encodeMessage, keys, type StoredMessage } from './records.ts';

const MAX_MESSAGES = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** Below the topics of one station: one that floods should not take the room of all others. */
const MAX_OF_STATION = 200;

export interface RetainedMessagesParts {
  readonly changes: Changes;
  readonly log: Logger;
  readonly counters: { retained_messages_refused: number };
}

/** The last retained message of each topic, within bounds. */
export class RetainedMessages {
  /** Told of the topic of each message that is stored, or deleted. */
  onStored: (topic: string) => void = noop;
  readonly #parts: RetainedMessagesParts;
  readonly #byTopic = new Map<string, StoredMessage>();
  /** The topics below each first two levels. */
  readonly #branches = new Map<string, Set<string>>();
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
    else if (bytes <= MAX_BYTES && (before !== undefined || this.#hasPlaceFor(topic))) {
      this.restore(message);
      this.#parts.changes.put(keys.retained(topic), encodeMessage(message));
    } else {
      this.#delete(topic);
      this.#refuse(topic);
    }
    this.onStored(topic);
  }

  restore(message: StoredMessage): void {
    const before = this.#byTopic.get(message.topic);
    this.#list(message.topic);
    this.#bytes += sizeOf(message) - (before ? sizeOf(before) : 0);
    this.#byTopic.set(message.topic, message);
  }

  find(topic: string): StoredMessage | undefined {
    return this.#byTopic.get(topic);
  }

  /** Those that any of the filters takes in, each once. */
  *match(filters: readonly string[]): Generator<StoredMessage> {
    const wanted = new FilterTree<true>();
    for (const filter of filters) wanted.add(filter, true);
    for (const topic of this.#candidates(filters)) {
      const message = this.#byTopic.get(topic);
      if (message !== undefined && wanted.match(topic).length > 0) yield message;
    }
  }

  /** Topics that filters may take in: ten thousand need not be looked through for those that name their first two levels. */
  #candidates(filters: readonly string[]): Iterable<string> {
    const branches = new Set(filters.map(branchOf));
    if ([...branches].some((branch) => /[+#]/.test(branch))) return this.#byTopic.keys();
    return [...branches].flatMap((branch) => [...(this.#branches.get(branch) ?? [])]);
  }

  #hasPlaceFor(topic: string): boolean {
    const isOfStation = topic.startsWith(STATION_PREFIX);
    const besides = isOfStation ? (this.#branches.get(branchOf(topic))?.size ?? 0) : 0;
    return this.#byTopic.size < MAX_MESSAGES && besides < MAX_OF_STATION;
  }

  #list(topic: string): void {
    const branch = branchOf(topic);
    const topics = this.#branches.get(branch);
    if (topics === undefined) this.#branches.set(branch, new Set([topic]));
    else topics.add(topic);
  }

  #unlist(topic: string): void {
    const branch = branchOf(topic);
    const topics = this.#branches.get(branch);
    topics?.delete(topic);
    if (topics?.size === 0) this.#branches.delete(branch);
  }

  #delete(topic: string): void {
    const message = this.#byTopic.get(topic);
    if (message === undefined) return;
    this.#byTopic.delete(topic);
    this.#unlist(topic);
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

/** The first two levels of a topic or filter; of a station, all that is its own. */
function branchOf(topic: string): string {
  return topic.split('/', 2).join('/');
}

function noop(): void {}

function sizeOf({ topic, payload }: StoredMessage): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
