import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { anyClientPacket, anyConnect } from '../../support/valid-packets.ts';
import { Attacker, eachWhile, loopbackAddress } from '../support/attacker.ts';
import { mutate } from '../support/mutate.ts';
import { Random } from '../support/random.ts';
import type { Scenario } from '../support/scenario.ts';
import { bytesOf, connectBytes, publishBytes } from '../support/wire.ts';

const PACKETS = 200_000;
const AT_A_TIME = 16;
const ADDRESSES = 4;
/** Of a connection. */
const LEAST_PACKETS = 10;
const MOST_PACKETS = 100;
/** How many of a connection's packets are wrong: few get far, many go wrong in many ways. */
const WRONG = [0.01, 0.05, 0.3, 1];
/** A connection whose client has said all it has to say is closed by then. */
const CLOSED_LIMIT_MS = 30_000;
const SHOWN_BYTES = 200;

interface Corpus {
  readonly connects: readonly Buffer[];
  readonly packets: readonly Buffer[];
}

export const fuzzMqtt: Scenario = {
  name: 'fuzz-mqtt',
  about: `${PACKETS.toLocaleString('en-GB')} packets, some valid, some mutated, before and after CONNECT`,
  async run({ mqttPort, seed, say }) {
    const corpus = corpusOf(seed);
    const failures: string[] = [];
    let sent = 0;
    let connections = 0;
    let cutShort = 0;
    const attackOnce = async (number: number): Promise<void> => {
      connections += 1;
      const random = new Random(seed, number);
      const packets = conversation(corpus, random);
      sent += packets.length;
      const client = new Attacker({ port: mqttPort, localAddress: loopbackAddress(number % ADDRESSES) });
      for (const piece of pieces(Buffer.concat(packets), random)) {
        client.send(piece);
        await nextTurn();
      }
      if (client.isClosed) cutShort += 1;
      client.socket.end();
      if (!(await client.closes(CLOSED_LIMIT_MS))) {
        const shown = Buffer.concat(packets).subarray(0, SHOWN_BYTES).toString('hex');
        failures.push(`connection ${number} of seed ${seed} stays open; it began with ${shown}`);
      }
      client.destroy();
      if (number % 1_000 === 999) say(`${sent} packets on ${connections} connections`);
    };
    // How many packets there are is known only connection by connection.
    await eachWhile(() => sent < PACKETS && failures.length === 0, AT_A_TIME, attackOnce);
    return {
      attacks: sent,
      failures,
      notes: [`seed ${seed}: ${connections} connections, ${cutShort} closed while they were still sending`],
    };
  },
};

function corpusOf(seed: number): Corpus {
  const sample = (arbitrary: typeof anyConnect, count: number): Buffer[] =>
    fc.sample(arbitrary, { numRuns: count, seed: seed | 0 }).map(bytesOf);
  return {
    connects: [
      ...sample(anyConnect, 200),
      ...Array.from({ length: 50 }, (_, n) => connectBytes(`fuzz-${n}`)),
    ],
    packets: [...sample(anyClientPacket, 2_000), ...readings()],
  };
}

/** Those that would be stored, were nothing wrong with them. */
function readings(): readonly Buffer[] {
  const payloads = [
    '21.5',
    '{"value":21.5}',
    '[{"value":1,"time":1700000000},{"value":2}]',
    '{',
    '',
    '1e999',
  ];
  return payloads.flatMap((payload, n) =>
    ([0, 1, 2] as const).flatMap((qos) =>
      ['temperature', 'status', ''].map((metric) =>
        publishBytes(`stations/fuzz-${n}${metric && '/'}${metric}`, payload, { qos, messageId: n + 1 }),
      ),
    ),
  );
}

/** What is sent on one connection. */
function conversation({ connects, packets }: Corpus, random: Random): readonly Buffer[] {
  const wrong = random.pick(WRONG);
  const mangle = (packet: Buffer): Buffer =>
    random.chance(wrong) ? mutate(packet, random, random.pick(packets)) : packet;
  const count = LEAST_PACKETS + random.below(MOST_PACKETS - LEAST_PACKETS);
  const spoken = Array.from({ length: count }, () => mangle(random.pick(packets)));
  // Now and then one comes twice, or before the one that it should follow.
  if (random.chance(0.3)) spoken.splice(random.below(count), 0, random.pick(spoken));
  if (random.chance(0.1)) return spoken;
  const connect = random.pick(connects);
  return [random.chance(0.2) ? mutate(connect, random, random.pick(packets)) : connect, ...spoken];
}

/** All at once, or in as many pieces as chance has it. */
function pieces(bytes: Buffer, random: Random): readonly Buffer[] {
  const found: Buffer[] = [];
  let rest = bytes;
  for (let left = random.pick([0, 0, 1, 3, 10]); left > 0 && rest.length > 0; left -= 1) {
    const end = random.below(rest.length) + 1;
    found.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return [...found, rest];
}
