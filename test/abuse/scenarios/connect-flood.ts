import { Attacker, eachOf, loopbackAddress } from '../support/attacker.ts';
import type { Attack, Scenario } from '../support/scenario.ts';
import { connectBytes } from '../support/wire.ts';

const CONNECTS = 5_000;
const AT_A_TIME = 250;
/** Enough of them to stay below what one address may do. */
const ADDRESSES = 25;
const HALF_OPEN = 1_000;
const SILENT = 1_000;
const CONNECT_TIMEOUT_SECONDS = 3;
const ANSWER_LIMIT_MS = 30_000;
/** Memory after the second flood, compared with that after the first: what is left behind would be there twice. */
const MOST_GROWTH_BYTES = 60 * 1024 * 1024;

interface Seen {
  readonly letIn: number;
  readonly unanswered: number;
}

export const connectFlood: Scenario = {
  name: 'connect-flood',
  about: `${CONNECTS.toLocaleString('en-GB')} CONNECTs as fast as they go, from one address and from many; half-open and silent connections`,
  env: { CONNECT_TIMEOUT: String(CONNECT_TIMEOUT_SECONDS) },
  async run(attack) {
    const { mqttPort, residentBytes, say } = attack;
    say('from many addresses');
    const spread = await flood(mqttPort, (index) => loopbackAddress(index % ADDRESSES));
    const after = residentBytes();
    say('from one address');
    const single = await flood(mqttPort, () => '127.0.0.1');
    say('half-open and silent ones');
    await halfOpen(mqttPort);
    const silentMs = await silent(attack);
    say('from many addresses, again');
    const again = await flood(mqttPort, (index) => loopbackAddress(index % ADDRESSES));
    const grownBy = residentBytes() - after;
    const unanswered = spread.unanswered + single.unanswered + again.unanswered;
    return {
      attacks: 3 * CONNECTS + HALF_OPEN + SILENT,
      failures: [
        unanswered > 0 && `${unanswered} clients got neither CONNACK nor an end`,
        spread.letIn < CONNECTS && `only ${spread.letIn} were let in of those within the limits`,
        single.letIn === 0 && 'nobody of a busy address was let in',
        silentMs === undefined && 'connections that never say anything stay open',
        grownBy > MOST_GROWTH_BYTES && `memory has grown by ${Math.round(grownBy / 1024 / 1024)} MB`,
      ].filter((failure) => failure !== false),
      notes: [
        `let in: ${spread.letIn} of ${CONNECTS} from ${ADDRESSES} addresses, ${single.letIn} from one`,
        `silent ones were closed after ${Math.round(silentMs ?? 0)} ms; memory ${(grownBy / 1024 / 1024).toFixed(1)} MB more`,
      ],
    };
  },
};

async function flood(port: number, addressOf: (index: number) => string): Promise<Seen> {
  let letIn = 0;
  let unanswered = 0;
  await eachOf(CONNECTS, AT_A_TIME, async (index) => {
    const localAddressOf = addressOf(index);
    const client = new Attacker({
      port,
      localAddress: localAddressOf,
      first: connectBytes(`flood-${index}`),
    });
    if (await client.isLetIn(ANSWER_LIMIT_MS)) letIn += 1;
    else if (!client.isClosed) unanswered += 1;
    client.destroy();
  });
  return { letIn, unanswered };
}

/** Ended or reset before a word, or in the middle of CONNECT. */
async function halfOpen(port: number): Promise<void> {
  await eachOf(HALF_OPEN, AT_A_TIME, async (index) => {
    const first = connectBytes('half').subarray(0, index % 8);
    const client = new Attacker({ port, localAddress: loopbackAddress(index % ADDRESSES), first });
    await client.becomes(ANSWER_LIMIT_MS, () => !client.socket.connecting);
    if (index % 2 === 0) client.socket.resetAndDestroy();
    else client.socket.end();
    await client.closes(ANSWER_LIMIT_MS);
    client.destroy();
  });
}

/** @returns how long the longest of them was open; `undefined` if one still is */
async function silent({ mqttPort, releasers }: Attack): Promise<number | undefined> {
  const clients = Array.from(
    { length: SILENT },
    (_, index) => new Attacker({ port: mqttPort, localAddress: loopbackAddress(index % ADDRESSES) }),
  );
  releasers.push(() => clients.forEach((client) => client.destroy()));
  const closed = await Promise.all(clients.map((client) => client.closes(ANSWER_LIMIT_MS)));
  if (closed.includes(false)) return undefined;
  return Math.max(...clients.map(({ openedAt, closedAt = 0 }) => closedAt - openedAt));
}
