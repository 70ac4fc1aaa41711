import { setTimeout as pause } from 'node:timers/promises';
import { Attacker, eachOf, loopbackAddress } from '../support/attacker.ts';
import type { Attack, Scenario } from '../support/scenario.ts';
import { bytesOf, connectBytes, publishBytes, subscribeBytes } from '../support/wire.ts';

const LIMIT_MS = 60_000;
const FLOOD_MS = 3_000;
const BATCH = 500;
/** As much as a packet may hold, with its topic. */
const LARGE_BYTES = 262_144 - 100;
const LARGE_MESSAGES = 400;
const PACKET_IDS = 65_535;
const RETAINED = 12_000;
const SESSIONS = 1_500;
const ADDRESSES = 25;
const AT_A_TIME = 100;

type Step = (attack: Attack, failures: string[]) => Promise<number>;

export const flood: Scenario = {
  name: 'flood',
  about:
    'as fast as it goes: tiny and large messages, open QoS 2, retained topics, sessions; and nobody reads',
  async run(attack) {
    const { mqttPort: port, releasers } = attack;
    const failures: string[] = [];
    const notes: string[] = [];
    const deaf = new Attacker({ port, first: connectBytes('deaf'), isDeaf: true });
    releasers.push(() => deaf.destroy());
    deaf.send(subscribeBytes(1, ['#'], 1));
    const steps: readonly (readonly [string, Step])[] = [
      ['tiny readings at QoS 0', (...given) => tiny(0, ...given)],
      ['tiny readings at QoS 1', (...given) => tiny(1, ...given)],
      ['256 KiB at QoS 0', (...given) => large(0, ...given)],
      ['256 KiB at QoS 1', (...given) => large(1, ...given)],
      ['open QoS 2', leaveOpen],
      ['retained topics', retain],
      ['sessions', beginSessions],
    ];
    let attacks = 0;
    for (const [name, step] of steps) {
      attack.say(name);
      const startedAt = performance.now();
      const count = await step(attack, failures);
      attacks += count;
      const seconds = (performance.now() - startedAt) / 1_000;
      const megabytes = Math.round(attack.residentBytes() / 1024 / 1024);
      notes.push(`${name}: ${count} in ${seconds.toFixed(1)} s, then ${megabytes} MB resident`);
    }
    return { attacks, failures, notes };
  },
};

/** For some seconds, as many as the service reads. */
async function tiny(qos: 0 | 1, { mqttPort: port }: Attack, failures: string[]): Promise<number> {
  const client = new Attacker({ port, first: connectBytes('') });
  await client.isLetIn(LIMIT_MS);
  const endsAt = performance.now() + FLOOD_MS;
  let sent = 0;
  while (performance.now() < endsAt && !client.isClosed) {
    const packets = Array.from({ length: BATCH }, (_, n) =>
      publishBytes('stations/flood/temperature', String(sent + n), { qos, messageId: n + 1 }),
    );
    await client.sendInTime(Buffer.concat(packets));
    sent += BATCH;
    await pause(0);
  }
  if (qos === 1) await client.becomes(LIMIT_MS, () => client.count('puback') === sent);
  if (qos === 1 && client.count('puback') < sent) {
    failures.push(`${sent - client.count('puback')} of ${sent} tiny messages were not acknowledged`);
  }
  client.destroy();
  return sent;
}

/** Half of them on a topic of a station, which can't be understood; half on one that is passed on. */
async function large(qos: 0 | 1, { mqttPort: port }: Attack, failures: string[]): Promise<number> {
  const client = new Attacker({ port, first: connectBytes('') });
  await client.isLetIn(LIMIT_MS);
  const payload = Buffer.alloc(LARGE_BYTES, 'x');
  for (let n = 1; n <= LARGE_MESSAGES && !client.isClosed; n += 1) {
    const topic = n % 2 === 0 ? 'stations/flood/temperature' : 'flood/large';
    await client.sendInTime(publishBytes(topic, payload, { qos, messageId: n }));
  }
  if (qos === 1) await client.becomes(LIMIT_MS, () => client.count('puback') === LARGE_MESSAGES);
  if (qos === 1 && client.count('puback') < LARGE_MESSAGES) {
    failures.push(`${LARGE_MESSAGES - client.count('puback')} large messages were not acknowledged`);
  }
  client.destroy();
  return LARGE_MESSAGES;
}

/** A message under each packet identifier, none of which is ever released. */
async function leaveOpen({ mqttPort: port }: Attack, failures: string[]): Promise<number> {
  const client = new Attacker({ port, first: connectBytes('open', { clean: false }) });
  await client.isLetIn(LIMIT_MS);
  for (let from = 1; from <= PACKET_IDS && !client.isClosed; from += BATCH) {
    const count = Math.min(BATCH, PACKET_IDS - from + 1);
    const packets = Array.from({ length: count }, (_, n) =>
      publishBytes('stations/open/temperature', String(from + n), { qos: 2, messageId: from + n }),
    );
    await client.sendInTime(Buffer.concat(packets));
  }
  await client.becomes(LIMIT_MS, () => client.count('pubrec') === PACKET_IDS);
  if (client.count('pubrec') < PACKET_IDS && !client.isClosed) {
    failures.push(`${client.count('pubrec')} of ${PACKET_IDS} messages of QoS 2 had PUBREC`);
  }
  client.destroy();
  return PACKET_IDS;
}

async function retain({ mqttPort: port }: Attack, failures: string[]): Promise<number> {
  const client = new Attacker({ port, first: connectBytes('') });
  await client.isLetIn(LIMIT_MS);
  const payload = Buffer.alloc(1_000, 'x');
  for (let from = 0; from < RETAINED && !client.isClosed; from += BATCH) {
    const packets = Array.from({ length: BATCH }, (_, n) =>
      publishBytes(`flood/retained/${from + n}`, payload, { qos: 1, messageId: n + 1, retain: true }),
    );
    await client.sendInTime(Buffer.concat(packets));
  }
  await client.becomes(LIMIT_MS, () => client.count('puback') === RETAINED);
  if (client.count('puback') < RETAINED) failures.push('retained messages were not acknowledged');
  client.destroy();
  return RETAINED;
}

/** Each with a subscription and some messages that wait for it, under an identifier that never comes back. */
async function beginSessions({ mqttPort: port }: Attack, failures: string[]): Promise<number> {
  let letIn = 0;
  await eachOf(SESSIONS, AT_A_TIME, async (index) => {
    const client = new Attacker({
      port,
      localAddress: loopbackAddress(index % ADDRESSES),
      first: connectBytes(`session-${index}`, { clean: false }),
    });
    if (await client.isLetIn(LIMIT_MS)) letIn += 1;
    client.send(subscribeBytes(1, ['flood/queued/#'], 1));
    await client.becomes(LIMIT_MS, () => client.count('suback') === 1);
    client.send(bytesOf({ cmd: 'disconnect' }));
    client.socket.end();
    await client.closes(LIMIT_MS);
    client.destroy();
  });
  if (letIn < SESSIONS) failures.push(`only ${letIn} of ${SESSIONS} sessions were let in`);
  const client = new Attacker({ port, first: connectBytes('') });
  await client.isLetIn(LIMIT_MS);
  const payload = Buffer.alloc(10_000, 'x');
  for (let n = 1; n <= AT_A_TIME; n += 1) {
    await client.sendInTime(publishBytes('flood/queued/a', payload, { qos: 1, messageId: n }));
  }
  await client.becomes(LIMIT_MS, () => client.count('puback') === AT_A_TIME);
  if (client.count('puback') < AT_A_TIME) failures.push('messages to sessions were not acknowledged');
  client.destroy();
  return SESSIONS;
}
