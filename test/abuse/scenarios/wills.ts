import { until } from '../../support/until.ts';
import { Attacker, eachOf, loopbackAddress } from '../support/attacker.ts';
import type { Scenario } from '../support/scenario.ts';
import { connectBytes, subscribeBytes } from '../support/wire.ts';

const FORBIDDEN: readonly (readonly [topic: string, returnCode: number | undefined])[] = [
  ['live/good/temperature', 5],
  ['live', 5],
  ['$SYS/broker/uptime', 5],
  ['$share/a/stations/good', 5],
  [`stations/${'x'.repeat(600)}`, 5],
  ['a/'.repeat(120), 5],
  ['stations/+/temperature', undefined],
  ['#', undefined],
  ['', undefined],
];
const DYING = 3_000;
const AT_A_TIME = 200;
const ADDRESSES = 25;
const LIMIT_MS = 30_000;

export const wills: Scenario = {
  name: 'wills',
  about: `last wills where nobody may publish, and ${DYING.toLocaleString('en-GB')} clients with wills that die at once`,
  async run({ mqttPort, releasers, pool, say }) {
    const failures: string[] = [];
    for (const [topic, returnCode] of FORBIDDEN) {
      const client = new Attacker({ port: mqttPort, first: withWill('forbidden', topic, '1') });
      if (!(await client.closes(LIMIT_MS)) || client.returnCode !== returnCode) {
        const found = `CONNACK ${client.returnCode}, ${client.isClosed ? 'closed' : 'open'}`;
        failures.push(`a last will on ${topic.slice(0, 30)}: ${found}`);
      }
      client.destroy();
    }
    const watcher = new Attacker({ port: mqttPort, first: connectBytes('') });
    releasers.push(() => watcher.destroy());
    watcher.send(subscribeBytes(1, ['abuse/wills/#']));
    await watcher.becomes(LIMIT_MS, () => watcher.count('suback') === 1);
    const dying: Attacker[] = [];
    releasers.push(() => dying.forEach((client) => client.destroy()));
    await eachOf(DYING, AT_A_TIME, async (index) => {
      // Half of them say that a station is offline, which is stored and told as presence.
      const topic = index % 2 === 0 ? `abuse/wills/${index}` : `stations/dying-${index}/temperature`;
      const client = new Attacker({
        port: mqttPort,
        localAddress: loopbackAddress(index % ADDRESSES),
        first: withWill(`dying-${index}`, topic, '1'),
      });
      dying.push(client);
      await client.isLetIn(LIMIT_MS);
    });
    const letIn = dying.filter(({ returnCode }) => returnCode === 0).length;
    if (letIn < DYING) failures.push(`only ${letIn} of ${DYING} were let in`);
    say('all die');
    for (const client of dying) client.socket.resetAndDestroy();
    await watcher.becomes(LIMIT_MS, () => watcher.count('publish') === DYING / 2);
    if (watcher.count('publish') !== DYING / 2) {
      failures.push(`${watcher.count('publish')} wills were told, where ${DYING / 2} were to be`);
    }
    const stored = async (): Promise<number> =>
      (await pool.query(`SELECT FROM stations WHERE station LIKE 'dying-%'`)).rowCount ?? 0;
    await until('', LIMIT_MS, async () => (await stored()) === DYING / 2).catch(() =>
      failures.push('not every last will on a topic of stations is stored'),
    );
    return { attacks: FORBIDDEN.length + DYING, failures, notes: [] };
  },
};

function withWill(clientId: string, topic: string, payload: string): Buffer {
  // The generator refuses topics that are none; the length of the field tells where it is.
  const will = { topic: topic || 'x', payload: Buffer.from(payload), qos: 1, retain: false };
  const bytes = connectBytes(clientId, { will });
  if (topic !== '') return bytes;
  const at = bytes.length - 6;
  return Buffer.concat([
    bytes.subarray(0, 1),
    Buffer.of(bytes[1]! - 1),
    bytes.subarray(2, at),
    Buffer.of(0, 0),
    bytes.subarray(at + 3),
  ]);
}
