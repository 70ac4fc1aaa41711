import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import { stationName } from '../load.ts';

// Stations that are connected, have published a reading each, and are silent from then on. Says when all are.

const { port, stations } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly port: number;
  readonly stations: number;
};
const CONNACK_BYTES = 4;
const PUBACK_BYTES = 4;
const AT_ONCE = 100;

async function connectStation(clientId: string): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(
    generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 0 }),
  );
  const topic = `stations/${clientId}/temperature`;
  socket.write(
    generate({ cmd: 'publish', topic, payload: '21.5', qos: 1, messageId: 1, dup: false, retain: false }),
  );
  let received = 0;
  // Not `once`, which would miss what is emitted before it is asked again.
  await new Promise<void>((resolve) => {
    socket.on('data', ({ length }) => {
      received += length;
      if (received >= CONNACK_BYTES + PUBACK_BYTES) resolve();
    });
  });
  socket.on('close', () => {
    process.stderr.write('a station was disconnected\n');
    process.exit(1);
  });
}

const names = Array.from({ length: stations }, (_, index) => stationName(index));
while (names.length > 0) await Promise.all(names.splice(0, AT_ONCE).map(connectStation));
process.stdout.write('connected\n');
