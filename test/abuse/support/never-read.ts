import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Attacker } from './attacker.ts';
import type { Attack } from './scenario.ts';
import { connectBytes, publishBytes, subscribeBytes } from './wire.ts';

const EACH = 20;
/** Different metrics of different stations, so that each flush of an event stream tells of all of them. */
const METRICS = 200;
const STATIONS = 10;
const LET_IN_LIMIT_MS = 30_000;
const CLOSED_LIMIT_MS = 20_000;
const READING = Buffer.from(
  JSON.stringify(Object.fromEntries(Array.from({ length: METRICS }, (_, n) => [`metric_${n}`, n]))),
);

/** Watchers who never read what they have asked for, while there is much to tell. */
export interface NeverReading {
  /** How many they are. */
  readonly count: number;
  /** Ends what is told; @returns who was not cut off. */
  finish(): Promise<readonly string[]>;
}

export async function startNeverReading({ mqttPort, httpPort, releasers }: Attack): Promise<NeverReading> {
  const subscribers = Array.from({ length: EACH }, () => {
    const client = new Attacker({ port: mqttPort, first: connectBytes(''), isDeaf: true });
    client.send(subscribeBytes(1, ['#']));
    return client.socket;
  });
  const viewers = Array.from({ length: EACH }, () => {
    const socket = connect({ port: httpPort, host: '127.0.0.1' }).pause();
    socket.on('error', () => {});
    socket.write('GET /api/live HTTP/1.1\r\nHost: a\r\n\r\n');
    return socket;
  });
  const sockets = [...subscribers, ...viewers];
  releasers.push(() => sockets.forEach((socket) => socket.destroy()));
  const talker = new Attacker({ port: mqttPort, first: connectBytes('') });
  releasers.push(() => talker.destroy());
  await talker.isLetIn(LET_IN_LIMIT_MS);
  const talking = talk(talker);
  return {
    count: sockets.length,
    async finish() {
      talker.destroy();
      await talking;
      // Whoever does not read does not hear that it was cut off, either.
      const ended = await Promise.all(sockets.map(hasEnded));
      const uncut = (group: readonly Socket[]): number =>
        group.filter((socket) => ended[sockets.indexOf(socket)] === false).length;
      return [
        ...(uncut(subscribers) > 0 ? [`${uncut(subscribers)} of ${EACH} subscribers`] : []),
        ...(uncut(viewers) > 0 ? [`${uncut(viewers)} of ${EACH} event streams`] : []),
      ];
    },
  };
}

/** As fast as it is acknowledged. */
async function talk(talker: Attacker): Promise<void> {
  for (let sent = 0; !talker.isClosed; sent += STATIONS) {
    for (let n = 1; n <= STATIONS; n += 1) {
      talker.send(publishBytes(`stations/talker-${n}`, READING, { qos: 1, messageId: n }));
    }
    await talker.becomes(LET_IN_LIMIT_MS, () => talker.count('puback') >= sent + STATIONS);
    await pause(10);
  }
}

function hasEnded(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), CLOSED_LIMIT_MS);
    socket.once('close', () => {
      clearTimeout(late);
      resolve(true);
    });
    socket.on('end', () => void socket.destroy());
    if (socket.closed) socket.emit('close');
    socket.resume();
  });
}
