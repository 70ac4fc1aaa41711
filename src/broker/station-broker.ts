import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import { isChannelTopic } from '../telemetry/channel-topic.ts';
import { STATION_PREFIX } from '../telemetry/topic.ts';
import type { Interest } from './interest.ts';
import { OrderedEmitter } from './ordered-emitter.ts';

type Done = (error?: Error) => void;
type Deliver = Parameters<Aedes['subscribe']>[1];

/** Aedes, with delivery in order and without fan-out where nobody listens. */
export class StationBroker extends Aedes {
  readonly interest: Interest;
  /** Called after each subscription and its end. */
  onSubscriptionsChanged: () => void = noop;
  readonly #emitter: OrderedEmitter;
  /** One function for each subscription: Aedes makes it anew each time. */
  readonly #subscriptions = new Set<Deliver>();
  /** The number of the last packet; Aedes counts it up for each new one. */
  declare private readonly counter: number;

  constructor(options: AedesOptions, interest: Interest) {
    const emitter = new OrderedEmitter();
    super({ ...options, mq: emitter });
    this.interest = interest;
    this.#emitter = emitter;
  }

  /** Aedes itself calls it as `publish(packet, client, done)`, its types know `publish(packet, done)`. */
  override publish(packet: PublishPacket, clientOrDone: object | Done | null, last?: Done): void {
    const [client, done] = isDone(clientOrDone) ? [null, clientOrDone] : [clientOrDone, last ?? noop];
    // A retained packet must be kept for subscribers to come; what boards write to channels is for nobody, and may hold a key.
    if (isChannelTopic(packet.topic) || (!packet.retain && !this.isWanted(packet.topic))) {
      done();
      return;
    }
    const number = this.counter + 1;
    this.#emitter.expect(number);
    // PUBREC is sent after `done`. What only some messages wait for must not put it out of order [MQTT-4.6.0-3].
    const inOrder = client !== null && packet.qos === 2;
    this.#publishAs(packet, client, (error) => {
      this.#emitter.forget(number);
      if (!inOrder) done(error);
    });
    if (inOrder) done();
  }

  /** Whether anybody may subscribe to a topic of stations, or it is none. */
  isWanted(topic: string): boolean {
    return this.interest.in('stations') || !topic.startsWith(STATION_PREFIX);
  }

  #publishAs(packet: PublishPacket, client: object | null, done: Done): void {
    // oxlint-disable-next-line typescript/unbound-method -- applied to `this`; the types hide the middle argument
    Reflect.apply(super.publish, this, [packet, client, done]);
  }

  /** Aedes would count a client for good whose connection has ended while it was connecting. */
  registerClient(client: Client): void {
    if (client.closed) return;
    // oxlint-disable-next-line typescript/unbound-method -- applied to `this`; the types leave it out
    Reflect.apply(Reflect.get(Aedes.prototype, 'registerClient'), this, [client]);
  }

  override subscribe(filter: string, deliver: Deliver, done: () => void): void {
    if (!this.#subscriptions.has(deliver)) this.interest.add(filter);
    this.#subscriptions.add(deliver);
    this.onSubscriptionsChanged();
    super.subscribe(filter, deliver, done);
  }

  override unsubscribe(filter: string, deliver: Deliver, done?: () => void): void {
    // Aedes does so twice for a client that asks for it twice in one breath.
    if (this.#subscriptions.delete(deliver)) this.interest.remove(filter);
    super.unsubscribe(filter, deliver, () => {
      // Which takes the subscription from the client.
      done?.();
      this.onSubscriptionsChanged();
    });
  }
}

function isDone(value: object | Done | null): value is Done {
  return typeof value === 'function';
}

function noop(): void {}
