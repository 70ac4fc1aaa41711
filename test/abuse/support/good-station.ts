import { Attacker } from './attacker.ts';
import type { Order, Report } from './good-station-process.ts';
import { connectBytes, publishBytes } from './wire.ts';

// Run as a process of its own, so that what the attackers do to this machine's event loops is not taken for the service's:
// a station that behaves well. It publishes once a second at QoS 1 on one connection, and loses count of nothing.

const INTERVAL_MS = 1_000;
const CONNACK_LIMIT_MS = 30_000;

async function run({ port, clientId, station, login, lastAckLimitMs }: Order): Promise<void> {
  const connection = new Attacker({ port, first: connectBytes(clientId, login ?? {}) });
  if (!(await connection.isLetIn(CONNACK_LIMIT_MS))) throw new Error('it was not let in');
  const sentAt: number[] = [];
  const acknowledged: number[] = [];
  let longestWaitMs = 0;
  let answered = 0;
  const wrong: string[] = [];

  const look = (): void => {
    const now = performance.now();
    for (; answered < connection.packets.length; answered += 1) {
      const packet = connection.packets[answered]!;
      if (packet.cmd !== 'puback') continue;
      const n = acknowledged.length;
      if (packet.messageId !== n + 1) wrong.push(`PUBACK ${packet.messageId} came where ${n + 1} was due`);
      longestWaitMs = Math.max(longestWaitMs, now - (sentAt[n] ?? now));
      acknowledged.push((packet.messageId ?? 0) - 1);
    }
  };
  const publish = (): void => {
    const n = sentAt.length;
    sentAt.push(performance.now());
    connection.send(publishBytes(`stations/${station}/temperature`, String(n), { qos: 1, messageId: n + 1 }));
  };
  connection.socket.on('data', look);
  const timer = setInterval(publish, INTERVAL_MS);
  publish();
  process.send!('ready');

  process.once('message', () => {
    void (async () => {
      clearInterval(timer);
      await connection.becomes(lastAckLimitMs, () => acknowledged.length === sentAt.length);
      const firstUnanswered = sentAt[acknowledged.length];
      if (firstUnanswered !== undefined) {
        longestWaitMs = Math.max(longestWaitMs, performance.now() - firstUnanswered);
      }
      const report: Report = {
        sent: sentAt.length,
        acknowledged,
        longestWaitMs,
        wrong: connection.isClosed ? [...wrong, 'its connection was closed'] : wrong,
      };
      process.send!(report, () => process.exit(0));
    })();
  });
}

process.once('message', (order) => {
  run(order as Order).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit(1));
