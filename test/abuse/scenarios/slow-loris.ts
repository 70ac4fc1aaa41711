import { connect, type Socket } from 'node:net';
import { exchange } from '../support/http-exchange.ts';
import { DRIPS, type Drip } from '../support/drips.ts';
import { startNeverReading } from '../support/never-read.ts';
import type { Attack, Scenario } from '../support/scenario.ts';
import { until } from '../../support/until.ts';

const EACH = 200;
const DRIP_EVERY_MS = 1_000;
const CONNECT_TIMEOUT_SECONDS = 5;
/** Node looks for slow requests every 30 seconds, and gives each 30. */
const CLOSED_LIMIT_MS = 120_000;
const SERVED_LIMIT_MS = 20_000;

interface Dripping {
  readonly drip: Drip;
  readonly sockets: readonly Socket[];
  closedAfterMs: number | undefined;
}

export const slowLoris: Scenario = {
  name: 'slow-loris',
  about: `${EACH} connections of each kind that say next to nothing, and watchers that never read`,
  // All come from one address, which would have met its limits long before.
  env: {
    CONNECT_TIMEOUT: String(CONNECT_TIMEOUT_SECONDS),
    MAX_CONNECTS_PER_SECOND: '10000',
    HTTP_MAX_CONNECTS_PER_SECOND: '10000',
    HTTP_MAX_CONNECTIONS_PER_ADDRESS: '10000',
  },
  async run(attack) {
    const { ports, httpPort, say } = attack;
    const failures: string[] = [];
    const drips = DRIPS.filter(({ scheme }) => ports[scheme] !== undefined);
    const all = drips.map((drip) => startDripping(drip, attack));
    const deaf = await startNeverReading(attack);
    const request = Buffer.from('GET /api/stations HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const served = await exchange(httpPort, request, SERVED_LIMIT_MS);
    if (served.answers[0]?.status !== 200) failures.push('others are not served by HTTP meanwhile');
    await until('', CLOSED_LIMIT_MS, () =>
      all.every(({ closedAfterMs }) => closedAfterMs !== undefined),
    ).catch(() => undefined);
    for (const { drip, sockets, closedAfterMs } of all) {
      const open = sockets.filter(({ closed }) => !closed).length;
      if (closedAfterMs === undefined) failures.push(`${open} of ${EACH} stay open: ${drip.what}`);
    }
    say('the watchers read at last');
    const uncut = await deaf.finish();
    failures.push(...uncut.map((who) => `not cut off though they never read: ${who}`));
    const left = DRIPS.filter((drip) => !drips.includes(drip)).map(({ what }) => what);
    return {
      attacks: drips.length * EACH + deaf.count,
      failures,
      notes: [
        ...all.map(
          ({ drip, closedAfterMs = 0 }) =>
            `${drip.what}: closed after ${Math.round(closedAfterMs / 1_000)} s`,
        ),
        ...(left.length > 0 ? [`no such listener: ${left.join(', ')}`] : []),
      ],
    };
  },
};

function startDripping(drip: Drip, { ports, releasers }: Attack): Dripping {
  const startedAt = performance.now();
  const sockets = Array.from({ length: EACH }, () => {
    const socket = connect({ port: ports[drip.scheme]!, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    socket.on('data', () => {});
    if (drip.first.length > 0) socket.write(drip.first);
    return socket;
  });
  const dripping: Dripping = { drip, sockets, closedAfterMs: undefined };
  let dripped = 0;
  const timer = setInterval(() => {
    const open = sockets.filter(({ closed }) => !closed);
    if (open.length === 0) {
      dripping.closedAfterMs ??= performance.now() - startedAt;
      return;
    }
    if (drip.dripped.length === 0) return;
    for (const socket of open) {
      if (socket.writable)
        socket.write(
          drip.dripped.subarray(dripped % drip.dripped.length, (dripped % drip.dripped.length) + 1),
        );
    }
    dripped += 1;
  }, DRIP_EVERY_MS);
  releasers.push(() => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  });
  return dripping;
}
