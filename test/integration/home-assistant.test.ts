import type { MqttClient } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { addCredential } from '../../src/storage/credentials-query.ts';
import { createSecret, hashSecret } from '../../src/access/credential.ts';
import { renameStation } from '../../src/storage/station-rename.ts';
import { editStationDisplay } from '../../src/storage/station-display.ts';
import { readSensorConfig, type SensorConfig } from '../support/home-assistant-rules.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { useSecuredService } from '../support/secured-service.ts';
import { startOn, type TestService, useService } from '../support/service.ts';

const ON = { homeAssistant: 'homeassistant' };
/** As Home Assistant subscribes. */
const DISCOVERY = ['homeassistant/+/+/config', 'homeassistant/+/+/+/config'];

interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Subscribes as Home Assistant does, and shows what has come. */
async function listen(client: MqttClient, filters: string[] = DISCOVERY): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { retain }) =>
    heard.push({ topic, payload: String(payload), retain }),
  );
  await client.subscribeAsync(filters);
  return heard;
}

/** The newest message of a series, read and held against the rules. */
function configOf(heard: readonly Heard[], series: string): SensorConfig | undefined {
  const message = heard.findLast(({ topic }) => topic.endsWith(`thermograph_${series}/config`));
  return message && readSensorConfig(message.topic, message.payload);
}

async function post({ url }: Pick<TestService, 'url'>, station: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}/api/stations/${station}/readings`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
}

const WEATHER = {
  temperature: 21.5,
  humidity: 48,
  wind_speed: 3,
  wind_dir: 270,
  rain_day: 1.2,
  'temperature.in': 20,
};

describe('with HOME_ASSISTANT', () => {
  test('every series is announced: those that are there, new ones, and each change', async () => {
    const service = await useService(ON);
    await post(service, 'my-garden.1', WEATHER);
    const heard = await listen(await service.connect());
    await poll(() => heard.length === Object.keys(WEATHER).length);
    expect(heard.every(({ retain }) => retain)).toBe(true);
    for (const { topic, payload } of heard) readSensorConfig(topic, payload);
    expect(configOf(heard, 'my--garden-d1/temperature-in')).toEqual({
      name: 'Temperature, in',
      unique_id: 'thermograph/my-garden.1/temperature.in',
      state_topic: 'live/my-garden.1/temperature.in',
      value_template: '{{ value_json.value }}',
      unit_of_measurement: '°C',
      device_class: 'temperature',
      state_class: 'measurement',
      device: {
        identifiers: ['thermograph/my-garden.1'],
        name: 'my-garden.1',
        manufacturer: 'Thermograph',
      },
      origin: { name: 'Thermograph', sw_version: '0.0.0' },
    });

    await post(service, 'shed', { pressure: 1013 });
    await poll(() => configOf(heard, 'shed/pressure') !== undefined);
    await editStationDisplay(service.database.pool, 'shed', { title: 'Behind the house' });
    await poll(() => configOf(heard, 'shed/pressure')?.device.name === 'Behind the house');

    await renameStation(service.database.pool, 'shed', 'barn');
    await poll(() => configOf(heard, 'barn/pressure') !== undefined);
    const withdrawn = 'homeassistant/sensor/thermograph_shed/pressure/config';
    await poll(() => heard.some(({ topic, payload }) => topic === withdrawn && payload === ''));
  });

  test('what is announced leads to the value, and to the status of a station that tells one', async () => {
    const service = await useService(ON);
    const station = await service.connect();
    await station.publishAsync('stations/outside', '{"temperature":21.5}', { qos: 1 });
    const homeAssistant = await service.connect();
    const heard = await listen(homeAssistant);
    const config = await poll(() => configOf(heard, 'outside/temperature'));
    expect(config.availability).toBeUndefined();

    await station.publishAsync('stations/outside/status', 'online', { qos: 1, retain: true });
    const { state_topic: values, availability } = await poll(() => {
      const found = configOf(heard, 'outside/temperature');
      return found?.availability !== undefined && found;
    });
    await homeAssistant.subscribeAsync([values, availability![0]!.topic]);
    await poll(() =>
      heard.some(({ topic, payload }) => topic === values && payload.includes('"value":21.5')),
    );
    await poll(() =>
      heard.some(({ topic, payload }) => topic === availability![0]!.topic && payload === 'online'),
    );
  });

  test('it may say that it is there and has gone, with a credential that reads; nothing of that is rejected', async () => {
    const service = await useSecuredService(ON);
    const password = createSecret();
    const filters = ['live/#', 'stations/+/status', 'homeassistant/#'];
    const credential = { kind: 'integrator', name: 'ha', filters, secretHash: hashSecret(password) } as const;
    await addCredential(service.database.pool, credential);
    await poll(() => service.service.credentials.byName('ha', password) !== null);
    const will = {
      topic: 'homeassistant/status',
      payload: Buffer.from('offline'),
      qos: 0,
      retain: false,
    } as const;
    const client = await service.connect({ username: 'ha', password, will });
    const heard = await listen(client, ['homeassistant/#']);
    await client.publishAsync('homeassistant/status', 'online', { qos: 1 });
    await poll(() => heard.some(({ payload }) => payload === 'online'));

    const witness = await service.connect({ username: 'ha', password, clientId: 'witness' });
    const last = await listen(witness, ['homeassistant/#']);
    client.stream.destroy();
    await poll(() => last.some(({ payload }) => payload === 'offline'));
    const { rows } = await service.database.pool.query('SELECT topic FROM rejected_messages');
    expect(rows).toEqual([]);
  });

  test.each([
    ['homeassistant/sensor/thermograph_outside/temperature/config', undefined],
    ['homeassistant/status', 'outside'],
    ['homeassistant/status', 'grafana'],
    ['homeassistant/sensor/x/config', 'grafana'],
  ])('who publishes to %s as %s is cut off', async (topic, username) => {
    const service = await useSecuredService({ ...ON, allowAnonymous: username === undefined });
    const login = username === undefined ? {} : { username, password: service.secrets[username]! };
    const client = await service.connect(login);
    const acknowledged = client.publishAsync(topic, 'online', { qos: 1 }).then(() => 'acknowledged');
    const closed = new Promise((resolve) => client.once('close', () => resolve('closed')));
    acknowledged.catch(() => {});
    expect(await Promise.race([closed, acknowledged])).toBe('closed');
  });

  test('a reader without the filter hears nothing of it', async () => {
    const service = await useSecuredService(ON);
    const client = await service.connect({ username: 'grafana', password: service.secrets['grafana']! });
    await expect(client.subscribeAsync('homeassistant/#')).rejects.toThrow('Unspecified error');
  });
});

test('nothing is left when the setting is turned off', async () => {
  const dataDir = await useFolder();
  const service = await useService({ ...ON, dataDir });
  await post(service, 'outside', { temperature: 21.5 });
  const heard = await listen(await service.connect());
  await poll(() => heard.length === 1);
  await service.service.close();
  const again = await startOn(service.database, { dataDir });
  const later = await listen(await again.connect(), ['#']);
  await poll(() => later.some(({ topic }) => topic === 'live/outside/temperature'));
  expect(later.filter(({ topic }) => !topic.startsWith('live/'))).toEqual([]);
});
