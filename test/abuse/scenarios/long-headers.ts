import { Attacker } from '../support/attacker.ts';
import type { Scenario } from '../support/scenario.ts';
import { connectBytes } from '../support/wire.ts';

const SOCKETS = 50;
/** The longest that MQTT knows: 256 MiB. */
const LONGEST = [0xff, 0xff, 0xff, 0x7f];
const CONNECT = 0x10;
const PUBLISH_QOS_1 = 0x32;
const DRIP_EVERY_MS = 100;
const CLOSED_LIMIT_MS = 15_000;

export const longHeaders: Scenario = {
  name: 'long-headers',
  about: `${SOCKETS} sockets announce packets of 256 MiB, before and after CONNECT, and send them slowly`,
  async run({ mqttPort, residentBytes }) {
    const before = residentBytes();
    const attackers = Array.from({ length: SOCKETS }, () => new Attacker({ port: mqttPort }));
    const halves = [attackers.slice(0, SOCKETS / 2), attackers.slice(SOCKETS / 2)] as const;
    for (const attacker of halves[0]) attacker.send(Buffer.of(CONNECT, ...LONGEST));
    for (const attacker of halves[1]) {
      attacker.send(connectBytes(''), Buffer.of(PUBLISH_QOS_1, ...LONGEST, 0, 1, 0x61));
    }
    const drip = setInterval(
      () => attackers.forEach((attacker) => attacker.send(Buffer.alloc(1))),
      DRIP_EVERY_MS,
    );
    const closed = await Promise.all(attackers.map((attacker) => attacker.closes(CLOSED_LIMIT_MS)));
    clearInterval(drip);
    const open = closed.filter((isClosed) => !isClosed).length;
    const notLetIn = halves[1].filter(({ returnCode }) => returnCode !== 0).length;
    const took = Math.max(...attackers.map(({ openedAt, closedAt = Infinity }) => closedAt - openedAt));
    attackers.forEach((attacker) => attacker.destroy());
    const grownBy = (residentBytes() - before) / 1024 / 1024;
    return {
      attacks: SOCKETS,
      failures: [
        open > 0 && `${open} of them are not closed`,
        notLetIn > 0 && `${notLetIn} of those that said CONNECT first had no CONNACK`,
      ].filter((failure) => failure !== false),
      notes: [`the last was closed after ${Math.round(took)} ms, memory ${grownBy.toFixed(1)} MB more`],
    };
  },
};
