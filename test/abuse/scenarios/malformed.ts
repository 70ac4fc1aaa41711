import { MALFORMED_PACKETS, type MalformedPacket } from '../../support/malformed-packets.ts';
import { Attacker, eachOf } from '../support/attacker.ts';
import type { Scenario } from '../support/scenario.ts';
import { connectBytes, PINGREQ } from '../support/wire.ts';

const AT_A_TIME = 8;
const LIMIT_MS = 15_000;

export const malformed: Scenario = {
  name: 'malformed',
  about: 'each packet that breaks a rule of MQTT 3.1.1, on a connection of its own',
  async run({ mqttPort, pool }) {
    const failures: string[] = [];
    await eachOf(MALFORMED_PACKETS.length, AT_A_TIME, async (index) => {
      const row = MALFORMED_PACKETS[index]!;
      const found = await outcomeOf(mqttPort, row);
      const expected = expectedOf(row);
      if (found !== expected) {
        failures.push(`${row.what} [${row.clause}]: ${found}, where it must be ${expected}`);
      }
    });
    const { rows } = await pool.query<{ topic: string }>(
      `SELECT 'stations/' || station AS topic FROM stations WHERE station = 'malformed'
       UNION ALL SELECT topic FROM rejected_messages`,
    );
    failures.push(...rows.map(({ topic }) => `something was stored of ${topic}`));
    return { attacks: MALFORMED_PACKETS.length, failures, notes: [] };
  },
};

/** Sends the packet in one piece with a ping, which whoever is still there answers. */
async function outcomeOf(port: number, { bytes, when }: MalformedPacket): Promise<string> {
  const first = when === 'connected' ? connectBytes('') : undefined;
  const client = new Attacker({ port, ...(first === undefined ? {} : { first }) });
  if (first !== undefined) await client.isLetIn(LIMIT_MS);
  client.send(bytes, PINGREQ);
  await client.becomes(LIMIT_MS, () => client.count('pingresp') > 0);
  const end = client.isClosed ? 'closed' : 'open';
  client.destroy();
  const answers = client.packets.map((packet) =>
    packet.cmd === 'connack' ? `connack-${packet.returnCode}` : packet.cmd,
  );
  return [...answers, end].join(' ');
}

function expectedOf({ when, expect }: MalformedPacket): string {
  if (when === 'connected') return 'connack-0 closed';
  return expect === 'closed' ? 'closed' : `${expect} closed`;
}
