import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { createSecret, hashSecret } from '../../src/access/credential.ts';
import { addCredential } from '../../src/storage/credentials-query.ts';
import { freePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { useSecuredService } from '../support/secured-service.ts';

const MOSQUITTO = '/usr/sbin/mosquitto';

// Not where the program is not installed; with CI set, where .ci/run installs it, that fails.
test.skipIf(!existsSync(MOSQUITTO) && !process.env['CI'])(
  "a Mosquitto with the example's bridge hands on what is announced, measured and said of a status",
  async () => {
    const service = await useSecuredService({ homeAssistant: 'homeassistant' });
    const secret = createSecret();
    const filters = ['live/#', 'stations/+/status', 'homeassistant/#'];
    await addCredential(service.database.pool, {
      kind: 'integrator',
      name: 'home-assistant',
      filters,
      secretHash: hashSecret(secret),
    });
    await poll(() => service.service.credentials.byName('home-assistant', secret) !== null);
    const station = await service.connect({ username: 'outside', password: service.secrets['outside']! });
    await station.publishAsync('stations/outside/temperature', '21.5', { qos: 1 });

    const port = await freePort();
    const example = await readFile('docs/deploy/mosquitto-bridge.conf', 'utf8');
    const file = path.join(await useFolder(), 'mosquitto.conf');
    const bridge = example
      .replace('192.168.1.10:1883', `127.0.0.1:${service.mqttPort}`)
      .replace('PASSWORD', secret);
    await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n${bridge}`);
    const mosquitto = spawn(MOSQUITTO, ['-c', file], { stdio: 'ignore' });
    onTestFinished(async () => {
      mosquitto.kill();
      if (mosquitto.exitCode === null) await once(mosquitto, 'exit');
    });

    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
    onTestFinished(() => client.endAsync(true));
    client.on('error', () => {});
    const heard = new Map<string, string>();
    client.on('message', (topic, payload) => heard.set(topic, String(payload)));
    await poll(() => client.connected);
    await client.subscribeAsync('#');
    await poll(() => heard.has('homeassistant/sensor/thermograph_outside/temperature/config'));
    await poll(() => heard.get('live/outside/temperature')?.includes('"value":21.5'));
    await station.publishAsync('stations/outside/status', 'online', { qos: 1, retain: true });
    await poll(() => heard.get('stations/outside/status') === 'online');
    await station.publishAsync('stations/outside/temperature', '22.5', { qos: 1 });
    await poll(() => heard.get('live/outside/temperature')?.includes('"value":22.5'));
    expect(service.counters()['logins_refused']).toBe(0);
  },
);
