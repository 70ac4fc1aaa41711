import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Credential } from '../../src/access/credential.ts';
import { mayPublish } from '../../src/access/permissions.ts';
import { decode } from '../../src/telemetry/decode.ts';

const text = await readFile(new URL('../../docs/stations.md', import.meta.url), 'utf8');

/** What is shown in fences of this language under a heading. */
function fences(heading: string, language: string): readonly string[] {
  const part = text.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
  return [...part.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body]) => body!);
}

/** The groups of a match; the documentation must show what is looked for. */
function shown(pattern: RegExp, where: string): readonly string[] {
  const match = where.match(pattern);
  if (match === null) throw new Error(`docs/stations.md does not show ${pattern} any more`);
  return match.slice(1);
}

const NOW = Date.UTC(2026, 10, 22, 12) * 1000;
const MEASURED_AT = NOW / 1e6 - 30;

/** What Thermograph makes of a message, in which it may reject nothing. Times in unix seconds. */
function readings(topic: string, payload: string) {
  const message = { topic, payload: Buffer.from(payload), qos: 1, clientId: 'x' } as const;
  const decoded = decode({ ...message, receivedAt: NOW, firstReceivedAt: NOW });
  expect(decoded.rejections).toEqual([]);
  return decoded.readings.map(({ station, metric, value, unit, measuredAt }) => ({
    station,
    metric,
    value,
    unit,
    at: measuredAt / 1e6,
  }));
}

/** Whether the password of this station is enough to publish there. */
function isOwn(name: string, topic: string): boolean {
  const credential: Credential = { id: 1, kind: 'station', name, filters: [] };
  return mayPublish(credential, topic);
}

describe('Arduino', () => {
  const sketches = fences('Arduino', 'cpp');
  const sketch = (part: string): string => sketches.find((each) => each.includes(part))!;
  const outside = { station: 'outside', metric: 'temperature', value: 21.5, unit: undefined };

  test('posts over HTTP what is stored as a temperature of its time', () => {
    const [station] = shown(/\/api\/stations\/(\w+)\/readings"/, sketch('HTTPClient'));
    const [expression] = shown(/String body = (.*);/, sketch('HTTPClient'));
    const parts = expression!.matchAll(/"(?:[^"\\]|\\.)*"|String\(celsius, \d\)|String\(\(unsigned long\)/g);
    const body = [...parts].map(([part]) => {
      if (part.startsWith('"')) return JSON.parse(part) as string;
      return part.includes('celsius') ? '21.50' : String(MEASURED_AT);
    });
    expect(readings(`stations/${station}`, body.join(''))).toEqual([{ ...outside, at: MEASURED_AT }]);
  });

  test('publishes with esp-mqtt, at QoS 1, on a topic of its own', () => {
    const [format] = shown(
      /snprintf\(reading, sizeof reading, ("(?:[^"\\]|\\.)*"), 21.5, /,
      sketch('mqtt_client.h'),
    );
    const [topic, qos] = shown(
      /esp_mqtt_client_enqueue\(client, "(.*)", reading, 0, (\d), 0, true\)/,
      sketch('mqtt_client.h'),
    );
    const payload = (JSON.parse(format!) as string)
      .replace('%.2f', '21.50')
      .replace('%lld', String(MEASURED_AT));
    expect(readings(topic!, payload)).toEqual([{ ...outside, at: MEASURED_AT }]);
    expect([qos, isOwn('outside', topic!)]).toEqual(['1', true]);
  });

  test('publishes with PubSubClient on a topic of its own', () => {
    const [topic] = shown(/mqtt\.publish\("(.*)", String\(21\.5, 2\)\.c_str\(\)\)/, sketch('PubSubClient'));
    const [user] = shown(/mqtt\.connect\("outside", "(.*)", "PASSWORD"\)/, sketch('PubSubClient'));
    expect(readings(topic!, '21.50')).toEqual([{ ...outside, at: NOW / 1e6 }]);
    expect(isOwn(user!, topic!)).toBe(true);
  });
});

describe('ESPHome', () => {
  const [whole, json] = fences('ESPHome', 'yaml').map(
    (each) =>
      parse(each, {
        customTags: ['!secret', '!lambda'].map((tag) => ({ tag, resolve: (value: string) => value })),
      }) as unknown,
  );
  const { mqtt, sensor } = whole as {
    readonly mqtt: Readonly<Record<string, unknown>>;
    readonly sensor: readonly Readonly<Record<'temperature' | 'humidity', Entity>>[];
  };
  interface Publish {
    readonly topic: string;
    readonly payload: string;
    readonly qos: number;
  }
  interface Entity {
    readonly internal: boolean;
    readonly on_value: readonly { readonly 'mqtt.publish': Publish }[];
  }
  const station = mqtt['username'] as string;

  test('publishes nothing on a topic that its password is not for', () => {
    expect(isOwn(station, `${mqtt['topic_prefix'] as string}/status`)).toBe(true);
    expect(mqtt).toMatchObject({ discovery: false, discover_ip: false, log_topic: null });
    expect([isOwn(station, 'esphome/discover/greenhouse'), isOwn(station, 'homeassistant/x')]).toEqual([
      false,
      false,
    ]);
  });

  test.each(['temperature', 'humidity'] as const)('publishes the %s as such, at QoS 1', (metric) => {
    const { internal, on_value: actions } = sensor[0]![metric];
    const { topic, payload, qos } = actions[0]!['mqtt.publish'];
    expect([internal, payload, qos, isOwn(station, topic)]).toEqual([true, 'return to_string(x);', 1, true]);
    // As C++ writes a float.
    expect(readings(topic, '21.500000')).toMatchObject([{ station, metric, value: 21.5 }]);
  });

  test('publishes both in one message', () => {
    const [action] = json as readonly { readonly 'mqtt.publish_json': Publish }[];
    const { topic, payload } = action!['mqtt.publish_json'];
    const keys = [...payload.matchAll(/^root\["(.*)"\] = id\((.*)\)\.state;$/gm)];
    expect(keys.map(([, key, id]) => [key, id])).toEqual([
      ['temperature', 'temperature'],
      ['humidity', 'humidity'],
    ]);
    const object = Object.fromEntries(keys.map(([, key], i) => [key, 20 + i]));
    expect(readings(topic, JSON.stringify(object))).toMatchObject([
      { station, metric: 'temperature', value: 20 },
      { station, metric: 'humidity', value: 21 },
    ]);
  });
});

describe('Tasmota', () => {
  const [http, overMqtt] = fences('Tasmota', '');
  const plug = { station: 'plug', metric: 'temperature', value: 21.5 };

  test('posts over HTTP what is stored as a temperature', () => {
    const [station, headers, body] = shown(
      /^Rule1 ON Tele-DS18B20#Temperature DO WebQuery http:\S+\/api\/stations\/(\w+)\/readings POST \[(.*)\] (.*) ENDON$/m,
      http!,
    );
    expect(headers).toBe('Content-Type:application/json|Authorization:Bearer PASSWORD');
    expect(readings(`stations/${station}`, body!.replace('%value%', '21.5'))).toMatchObject([plug]);
  });

  test('publishes over MQTT what is stored as a temperature', () => {
    const [topic, payload] = shown(
      /^Rule1 ON Tele-DS18B20#Temperature DO Publish (\S+) (.*) ENDON$/m,
      overMqtt!,
    );
    expect(readings(topic!, payload!.replace('%value%', '21.5'))).toMatchObject([plug]);
  });

  test('says Fahrenheit in a way that is understood', () => {
    const [object, value] = shown(/say so: `(.*)` over HTTP, and over MQTT\s+`(.*)`/, text);
    for (const [topic, payload] of [
      ['stations/plug', object],
      ['stations/plug/temperature', value],
    ] as const)
      expect(readings(topic, payload!.replace('%value%', '50'))).toMatchObject([
        { metric: 'temperature', value: 50, unit: '°F' },
      ]);
  });

  test('announces itself where a password is not enough', () => {
    expect(isOwn('plug', 'tasmota/discovery/AABBCCDDEEFF/config')).toBe(false);
  });
});
