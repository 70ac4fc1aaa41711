import fc from 'fast-check';
import type { Packet } from 'mqtt-packet';

/** What MQTT allows in a text: any character but NUL [MQTT-1.5.3-2]. */
const character = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((one) => one !== '\0');
const text = fc.string({ unit: character, maxLength: 60 });
const level = fc.string({ unit: character.filter((one) => !/[+#/]/.test(one)), maxLength: 12 });
const payload = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);
const messageId = fc.integer({ min: 1, max: 65_535 });

const anyTopic = fc
  .array(level, { minLength: 1, maxLength: 6 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');

const anyFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 6 }), fc.boolean())
  .map(([levels, withRest]) => [...levels, ...(withRest ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

const publish = fc
  .record({ topic: anyTopic, payload, qos, messageId, retain: fc.boolean(), dup: fc.boolean() })
  .map((fields): Packet => ({ cmd: 'publish', ...fields, dup: fields.dup && fields.qos > 0 }));

const subscribe = fc
  .record({
    messageId,
    subscriptions: fc.array(fc.record({ topic: anyFilter, qos }), { minLength: 1, maxLength: 5 }),
  })
  .map((fields): Packet => ({ cmd: 'subscribe', ...fields }));

const unsubscribe = fc
  .record({ messageId, unsubscriptions: fc.array(anyFilter, { minLength: 1, maxLength: 5 }) })
  .map((fields): Packet => ({ cmd: 'unsubscribe', ...fields }));

const acknowledgement = fc
  .record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'), messageId })
  .map((fields): Packet => fields as Packet);

const bare = fc.constantFrom<Packet>({ cmd: 'pingreq' }, { cmd: 'disconnect' });

/** Any packet of MQTT 3.1.1 that a client may send behind CONNECT. */
export const anyClientPacket = fc.oneof(publish, subscribe, unsubscribe, acknowledgement, bare);

const will = fc.record({ topic: anyTopic, payload, qos, retain: fc.boolean() });
const credentials = fc.oneof(
  fc.constant({}),
  fc.record({ username: text.filter((name) => name !== '') }),
  fc.record({ username: text.filter((name) => name !== ''), password: payload }),
);

/** Any CONNECT of MQTT 3.1.1 or 3.1 whose client identifier is not too long for this service. */
export const anyConnect = fc
  .record({
    protocol: fc.constantFrom(['MQTT', 4] as const, ['MQIsdp', 3] as const),
    clientId: fc.string({ unit: character, minLength: 1, maxLength: 64 }),
    clean: fc.boolean(),
    keepalive: fc.nat(65_535),
    will: fc.option(will, { nil: undefined }),
    credentials,
  })
  .map(
    ({ protocol: [protocolId, protocolVersion], will: lastWill, credentials: who, ...rest }): Packet => ({
      cmd: 'connect',
      protocolId,
      protocolVersion,
      ...rest,
      ...(lastWill === undefined ? {} : { will: lastWill }),
      ...who,
    }),
  );
