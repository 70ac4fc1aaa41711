import mqemitter, { type Message, type MQEmitter } from 'mqemitter';

type Done = (error?: Error) => void;

/**
 * Hands packets to subscribers in the order in which they were numbered.
 *
 * Aedes numbers packets when they are published and drops, for each subscriber, one whose number is below the highest
 * seen: that is how it delivers once where subscriptions overlap. But on the way to the emitter packets overtake each
 * other: a retained or QoS 1 packet waits for the persistence while a QoS 0 packet goes straight on, and then it
 * is taken for a duplicate and lost (moscajs/aedes#955, #994). Put back in order, none is.
 */
export class OrderedEmitter {
  // No bound on concurrency: with one, a single frozen subscriber would hold up the delivery to all others.
  readonly #emitter: MQEmitter = mqemitter({ concurrency: 0, matchEmptyLevels: true });
  /** Numbers that were given out and not emitted yet, in order, with the emission once it is due. */
  readonly #pending = new Map<number, (() => void) | undefined>();

  /** A packet was, or is about to be, given this number. */
  expect(number: number): void {
    this.#pending.set(number, undefined);
  }

  /** The packet of this number will not come, or has come. */
  forget(number: number): void {
    if (this.#pending.delete(number)) this.#emitDue();
  }

  emit(packet: Message & { brokerCounter?: number }, done: Done): void {
    const number = packet.brokerCounter ?? 0;
    if (!this.#pending.has(number)) {
      this.#emitter.emit(packet, done);
      return;
    }
    this.#pending.set(number, () => this.#emitter.emit(packet, done));
    this.#emitDue();
  }

  #emitDue(): void {
    for (const [number, emission] of this.#pending) {
      if (emission === undefined) return;
      this.#pending.delete(number);
      emission();
    }
  }

  on(topic: string, listener: (packet: Message, done: () => void) => void, done?: () => void): this {
    this.#emitter.on(topic, listener, done);
    return this;
  }

  removeListener(
    topic: string,
    listener: (packet: Message, done: () => void) => void,
    done?: () => void,
  ): this {
    this.#emitter.removeListener(topic, listener, done);
    return this;
  }

  close(done: () => void): void {
    this.#emitter.close(done);
  }
}
