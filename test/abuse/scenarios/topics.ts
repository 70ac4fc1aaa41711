import { Attacker, eachOf } from '../support/attacker.ts';
import type { Attack, Scenario } from '../support/scenario.ts';
import {
  connectBytes,
  PINGREQ,
  publishBytes,
  rawPublishBytes,
  rawSubscribeBytes,
  subscribeBytes,
} from '../support/wire.ts';

type Row = readonly [what: string, topic: string | Buffer];

/** They are taken; what is no station's is passed on, or kept as rejected. */
const STRANGE: readonly Row[] = [
  ['precomposed', 'stations/\u00e9/temperature'],
  ['decomposed', 'stations/e\u0301/temperature'],
  ['right to left', 'stations/\u05d0\u202e\u05d1/temperature'],
  ['emoji', 'stations/\u{1f321}\ufe0f/temperature'],
  ['the replacement character', 'stations/\ufffd/temperature'],
  ['a byte order mark', '\ufeffstations/a/temperature'],
  ['control characters', 'stations/\u0001\u007f\u0085/temperature'],
  ['noncharacters', 'stations/\uffff\u{10ffff}/temperature'],
  ['names of Object', 'stations/__proto__/constructor'],
  ['a way up', 'stations/../../etc/passwd'],
  ['statements', "stations/'; DROP TABLE readings; --/temperature"],
  ['spaces', ' stations / a / temperature '],
  ['empty levels', '//////'],
  ['a slash at the end', 'stations/a/temperature/'],
  ['100 levels', Array.from({ length: 100 }, () => 'a').join('/')],
  ['512 bytes', 'a'.repeat(512)],
];
const FORBIDDEN: readonly Row[] = [
  ['+', 'stations/+/temperature'],
  ['#', 'stations/#'],
  ['+ in a name', 'stations/a+b/temperature'],
  ['$SYS', '$SYS/broker/version'],
  ['$share', '$share/group/stations/a/temperature'],
  ['$ alone', '$'],
  ['live', 'live/good/temperature'],
  ['live alone', 'live'],
  ['nothing', ''],
  ['NUL', Buffer.from('stations/a\0b/temperature')],
  ['an overlong slash', Buffer.from([0x61, 0xc0, 0xaf, 0x62])],
  ['an overlong NUL', Buffer.from([0x61, 0xc0, 0x80])],
  ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80])],
  ['half a character', Buffer.from([0x61, 0xe2, 0x82])],
  ['101 levels', Array.from({ length: 101 }, () => 'a').join('/')],
  ['513 bytes', 'a'.repeat(513)],
  ['65,535 bytes', 'a'.repeat(65_535)],
  ['65,535 slashes', '/'.repeat(65_535)],
];
const BROKEN_FILTERS: readonly (string | Buffer)[] = [
  'a#',
  '+a',
  'a+',
  '##',
  'a/#/b',
  '',
  Buffer.from('a\0'),
  Buffer.from([0xc0, 0xaf]),
  '/'.repeat(65_535),
];
const REFUSED_FILTERS = ['$SYS/#', '$share/group/#', '$', '$share', 'a'.repeat(513)];
const REFUSED = 128;
const LIMIT_MS = 30_000;
const MOST_SUBSCRIPTIONS = 1_000;
const SUBSCRIBERS = 20;
const A_PACKET = 200;
const MESSAGES = 50;

export const topics: Scenario = {
  name: 'topics',
  about: 'strange, forbidden and overlong topics and filters, thousands of subscriptions, deep levels',
  async run(attack) {
    const failures: string[] = [];
    await publishTo(attack, failures);
    await subscribeTo(attack, failures);
    await normalForms(attack, failures);
    attack.say('thousands of subscriptions');
    const subscriptions = await subscribeToMany(attack, failures);
    const attacks = STRANGE.length + FORBIDDEN.length + BROKEN_FILTERS.length + REFUSED_FILTERS.length;
    return { attacks: attacks + subscriptions, failures, notes: [] };
  },
};

async function publishTo({ mqttPort: port, pool }: Attack, failures: string[]): Promise<void> {
  for (const [what, topic] of [...STRANGE, ...FORBIDDEN]) {
    const isAllowed = STRANGE.some(([name]) => name === what);
    const client = new Attacker({ port, first: connectBytes('') });
    await client.isLetIn(LIMIT_MS);
    client.send(rawPublishBytes(Buffer.from(topic), 7), PINGREQ);
    await client.becomes(LIMIT_MS, () => client.count('pingresp') === 1 && client.count('puback') === 1);
    const isTaken = client.count('puback') === 1 && !client.isClosed;
    const isRefused = client.count('puback') === 0 && client.isClosed;
    if (!(isAllowed ? isTaken : isRefused)) {
      failures.push(`a topic with ${what}: ${isAllowed ? 'it is not taken' : 'it is not refused'}`);
    }
    client.destroy();
  }
  const { rows } = await pool.query<{ station: string }>(`SELECT station FROM stations`);
  const wrong = rows.filter(({ station }) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(station));
  failures.push(...wrong.map(({ station }) => `there is a station ${JSON.stringify(station)}`));
}

async function subscribeTo({ mqttPort: port }: Attack, failures: string[]): Promise<void> {
  for (const filter of BROKEN_FILTERS) {
    const client = new Attacker({ port, first: connectBytes('') });
    await client.isLetIn(LIMIT_MS);
    client.send(rawSubscribeBytes(Buffer.from(filter), 7));
    if (!(await client.closes(LIMIT_MS)) || client.count('suback') > 0) {
      failures.push(`the filter ${JSON.stringify(String(filter).slice(0, 30))} is taken`);
    }
    client.destroy();
  }
  for (const filter of REFUSED_FILTERS) {
    const client = new Attacker({ port, first: connectBytes('') });
    await client.isLetIn(LIMIT_MS);
    client.send(subscribeBytes(7, [filter]));
    await client.becomes(LIMIT_MS, () => client.count('suback') === 1);
    if (grantedOf(client)[0] !== REFUSED) failures.push(`the filter ${filter.slice(0, 30)} is not refused`);
    client.destroy();
  }
}

/** Texts that look the same and are not are different topics [MQTT-4.7.3-4]. */
async function normalForms({ mqttPort: port }: Attack, failures: string[]): Promise<void> {
  const client = new Attacker({ port, first: connectBytes('') });
  await client.isLetIn(LIMIT_MS);
  client.send(subscribeBytes(1, ['form/\u00e9']));
  client.send(publishBytes('form/e\u0301', 'no'), publishBytes('form/\u00e9', 'yes'));
  await client.becomes(LIMIT_MS, () => client.count('publish') > 0);
  const told = client.packets.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : []));
  if (told.join() !== 'yes') failures.push(`of two forms of one text came: ${told.join()}`);
  client.destroy();
}

/** Twice as many as a client may have, with wildcards on every level; then messages that many of them match. */
async function subscribeToMany({ mqttPort: port, releasers }: Attack, failures: string[]): Promise<number> {
  const clients: Attacker[] = [];
  releasers.push(() => clients.forEach((client) => client.destroy()));
  await eachOf(SUBSCRIBERS, SUBSCRIBERS, async (number) => {
    const client = new Attacker({ port, first: connectBytes('') });
    clients.push(client);
    await client.isLetIn(LIMIT_MS);
    for (let from = 0; from < 2 * MOST_SUBSCRIPTIONS; from += A_PACKET) {
      const filters = Array.from({ length: A_PACKET }, (_, n) => filterOf(number, from + n));
      client.send(subscribeBytes(1 + from / A_PACKET, filters));
    }
    await client.becomes(LIMIT_MS, () => client.count('suback') === (2 * MOST_SUBSCRIPTIONS) / A_PACKET);
    const granted = grantedOf(client).filter((qos) => qos !== REFUSED).length;
    if (granted !== MOST_SUBSCRIPTIONS) failures.push(`${granted} subscriptions were granted to one client`);
  });
  const client = new Attacker({ port, first: connectBytes('') });
  clients.push(client);
  await client.isLetIn(LIMIT_MS);
  for (let n = 1; n <= MESSAGES; n += 1) {
    client.send(publishBytes(`deep/${'a/'.repeat(n % 90)}z`, '1', { qos: 1, messageId: n }));
  }
  await client.becomes(LIMIT_MS, () => client.count('puback') === MESSAGES);
  if (client.count('puback') < MESSAGES) failures.push('messages to many subscriptions are not acknowledged');
  return 2 * MOST_SUBSCRIPTIONS * SUBSCRIBERS + MESSAGES;
}

/** Deep ones, with `+` where the bits of the number are set. */
function filterOf(client: number, number: number): string {
  const levels = Array.from({ length: 12 }, (_, bit) => ((number >> bit) & 1 ? '+' : 'a'));
  return ['deep', ...levels, ...(number % 3 === 0 ? ['#'] : [`z${client}`])].join('/');
}

function grantedOf(client: Attacker): readonly unknown[] {
  return client.packets.flatMap((packet) => (packet.cmd === 'suback' ? packet.granted : []));
}
