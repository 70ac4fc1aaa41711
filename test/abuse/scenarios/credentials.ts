import { revokeCredential } from '../../../src/storage/credentials-query.ts';
import { Attacker, eachOf } from '../support/attacker.ts';
import type { Attack, Scenario } from '../support/scenario.ts';
import { connectBytes, type Login, publishBytes, subscribeBytes } from '../support/wire.ts';

const WRONG = 3_000;
const AT_A_TIME = 100;
const LIMIT_MS = 30_000;
const LONG_BYTES = 3_000;
const TOO_LONG_BYTES = 60_000;
const FLOOD_A_TURN = 200;

/** The address that the passwords are guessed from is answered no more. */
const ELSEWHERE = '127.0.0.9';

/** What the attack knows: a station's secret of its own. */
type Armed = Attack & { readonly own: Login };

export const credentials: Scenario = {
  name: 'credentials',
  about:
    'wrong passwords without end, a secret used for others, identifiers of others, a secret that is revoked',
  isSecured: true,
  async run(attack) {
    const failures: string[] = [];
    const armed = { ...attack, own: await attack.addStation('own') };
    const refused = await guess(armed, failures);
    await reachForOthers(armed, failures);
    await overlong(armed, failures);
    await revokeInFlood(armed, failures);
    return { attacks: WRONG, failures, notes: [`${refused} of the wrong passwords got CONNACK 4`] };
  },
};

/** @returns how many were told that they were wrong; the others were over the limit of their address */
async function guess({ mqttPort: port, own, say }: Armed, failures: string[]): Promise<number> {
  say('wrong passwords');
  let refused = 0;
  const state = { isOver: false };
  let letIn = 0;
  const guessing = eachOf(WRONG, AT_A_TIME, async (index) => {
    const username = index % 2 === 0 ? own.username : `nobody-${index}`;
    const client = new Attacker({ port, first: connectBytes('', { username, password: `wrong-${index}` }) });
    if (!(await client.closes(LIMIT_MS))) failures.push('whoever shows a wrong password is not turned away');
    if (client.returnCode === 4) refused += 1;
    else if (client.returnCode !== undefined) failures.push(`a wrong password: CONNACK ${client.returnCode}`);
    client.destroy();
  }).finally(() => (state.isOver = true));
  // From the same address, as often as it is let.
  while (!state.isOver) {
    const client = new Attacker({ port, first: connectBytes('', own) });
    if (await client.isLetIn(LIMIT_MS)) letIn += 1;
    client.destroy();
  }
  await guessing;
  if (letIn === 0) failures.push('the right password was not let in while others were guessed');
  return refused;
}

/** Nothing of another station's is its own: neither topics nor last wills, subscriptions or identifiers. */
async function reachForOthers(armed: Armed, failures: string[]): Promise<void> {
  const { mqttPort: port, own, pool, goodClientId } = armed;
  for (const topic of [
    'stations/good/temperature',
    'stations/good/status',
    'stations/own2/a',
    'other',
    'live/own/a',
  ]) {
    const client = new Attacker({ port, first: connectBytes('', own) });
    await client.isLetIn(LIMIT_MS);
    client.send(publishBytes(topic, '-99', { qos: 1, messageId: 1 }));
    if (!(await client.closes(LIMIT_MS)) || client.count('puback') > 0)
      failures.push(`it may publish on ${topic}`);
    client.destroy();
    const will = { topic, payload: Buffer.from('-99'), qos: 1, retain: true };
    await expectCode(
      5,
      `a last will on ${topic}`,
      { port, first: connectBytes('', { ...own, will }) },
      failures,
    );
  }
  await expectCode(
    2,
    'the identifier of another',
    { port, first: connectBytes(goodClientId, own) },
    failures,
  );
  await expectCode(5, 'no credential', { port, first: connectBytes(goodClientId) }, failures);
  const reader = new Attacker({ port, first: connectBytes('', own) });
  await reader.isLetIn(LIMIT_MS);
  reader.send(subscribeBytes(1, ['#', 'stations/good/#', 'live/+/temperature', 'stations/own/#']));
  await reader.becomes(LIMIT_MS, () => reader.count('suback') === 1);
  const granted = reader.packets.flatMap((packet) =>
    packet.cmd === 'suback' ? packet.granted.map(Number) : [],
  );
  if (granted.join() !== '128,128,128,0') failures.push(`subscriptions were granted as ${granted.join()}`);
  reader.destroy();
  const { rowCount } = await pool.query('SELECT FROM readings WHERE value = -99');
  if (rowCount !== 0) failures.push('readings of others are stored');
}

async function overlong({ mqttPort: port, own }: Armed, failures: string[]): Promise<void> {
  for (const length of [LONG_BYTES, TOO_LONG_BYTES]) {
    const code = length === LONG_BYTES ? 4 : undefined;
    const long = 'x'.repeat(length);
    const asName = connectBytes('', { username: long, password: 'x' });
    const asPassword = connectBytes('', { username: own.username, password: long });
    await expectCode(
      code,
      `a user name of ${length} bytes`,
      { port, localAddress: ELSEWHERE, first: asName },
      failures,
    );
    await expectCode(
      code,
      `a password of ${length} bytes`,
      { port, localAddress: ELSEWHERE, first: asPassword },
      failures,
    );
  }
}

async function expectCode(
  code: number | undefined,
  what: string,
  options: { readonly port: number; readonly localAddress?: string; readonly first: Buffer },
  failures: string[],
): Promise<void> {
  const client = new Attacker(options);
  if (!(await client.closes(LIMIT_MS)) || client.returnCode !== code) {
    failures.push(`${what}: CONNACK ${client.returnCode}, ${client.isClosed ? 'closed' : 'open'}`);
  }
  client.destroy();
}

async function revokeInFlood({ mqttPort: port, own, pool, say }: Armed, failures: string[]): Promise<void> {
  say('a secret is revoked while its station floods');
  const client = new Attacker({ port, first: connectBytes('own-flood', own) });
  await client.isLetIn(LIMIT_MS);
  const turn = Buffer.concat(
    Array.from({ length: FLOOD_A_TURN }, (_, n) =>
      publishBytes('stations/own/temperature', String(n), { qos: 1, messageId: n + 1 }),
    ),
  );
  const flooding = (async () => {
    while (!client.isClosed) await client.sendInTime(turn);
  })();
  await client.becomes(LIMIT_MS, () => client.count('puback') > FLOOD_A_TURN);
  await revokeCredential(pool, own.username);
  if (!(await client.closes(LIMIT_MS))) failures.push('a revoked station goes on');
  client.destroy();
  await flooding;
  const again = { port, localAddress: ELSEWHERE, first: connectBytes('', own) };
  await expectCode(4, 'a revoked secret', again, failures);
}
