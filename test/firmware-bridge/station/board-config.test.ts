import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { boardConfig } from '../../../firmware-bridge/station/board-config.ts';
import { evaluate } from './support/python.ts';

const BOARD = { station: 'outside', user: 'outside', password: 'x', host: '192.168.1.10', port: 1883 };
const WIFI = { name: 'a', password: 'b' };
const EXAMPLE = new URL('../../../firmware-bridge/station/config.example.json', import.meta.url);

/** What the board, with these files beside its own, makes of the configuration: its settings, or what it says of it. */
async function load(config: string, files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const writes = Object.entries({ ...files, 'config.json': config }).map(
    ([path, text]) => `with open(${JSON.stringify(path)}, "w") as file:
    file.write(${JSON.stringify(text)})`,
  );
  const program = `import settings
${writes.join('\n')}
try:
    said = settings.load("config.json")
except settings.SettingsError as error:
    said = str(error)`;
  const [said] = await evaluate(program, ['said']);
  return said;
}

describe('the file that is written for a board', () => {
  test('is read by it, whatever characters names and passwords are made of', async () => {
    const wifi = { name: `Käthe's "Netz" \\ 5€ 🌡`, password: '\\"\'%s {}\t\u007f\u2028 ünïcödé\\u0041' };
    const password = 'p"a\\s\u0001s 🔑';
    expect(await load(boardConfig({ ...BOARD, password, wifi }))).toMatchObject({
      station: 'outside',
      user: 'outside',
      password,
      host: '192.168.1.10',
      port: 1883,
      wifi_name: wifi.name,
      wifi_password: wifi.password,
      interval: 60,
      sensors: [{ driver: 'mcp9808' }],
    });
  });

  test('is for the owner to complete, which the board asks for', async () => {
    expect(await load(boardConfig(BOARD))).toBe('config.json: fill in wifi_name');
  });

  test('is what the example shows', async () => {
    const example = await readFile(EXAMPLE, 'utf8');
    const host = "FILL IN the address of Thermograph's machine";
    expect(example).toBe(boardConfig({ ...BOARD, host, password: 'FILL IN the password of the station' }));
  });

  test('is taken as the example shows it, once that is filled in', async () => {
    const example = await readFile(EXAMPLE, 'utf8');
    const filled = example.replaceAll(/"FILL IN[^"]*"/g, '"x"');
    expect(await load(filled)).toMatchObject(JSON.parse(filled) as object);
  });

  test.each(['host', 'user', 'password'] as const)('is refused while %s is a placeholder', async (name) => {
    const config = boardConfig({ ...BOARD, wifi: WIFI, [name]: 'FILL IN this' });
    expect(await load(config)).toBe(`config.json: fill in ${name}`);
  });
});

/** A file with these sensors. */
function withSensors(...sensors: readonly object[]): string {
  return JSON.stringify({ ...JSON.parse(boardConfig({ ...BOARD, wifi: WIFI })), sensors });
}

/** So many DS18B20, with suffixes of 51 characters: 66 for each in the ring's header, with the comma. */
function withLongNames(count: number): string {
  const suffix = 'x'.repeat(50);
  return withSensors(
    ...Array.from({ length: count }, (_, i) => ({ driver: 'ds18b20', suffix: `${suffix}${i}` })),
  );
}

test('sensors of one metric, told apart by suffixes, are taken', async () => {
  const sensors = [
    { driver: 'ds18b20' },
    { driver: 'ds18b20', suffix: 'x'.repeat(52) },
    { driver: 'sht3x', suffix: 'box_2.a' },
  ];
  expect(await load(withSensors(...sensors))).toMatchObject({ sensors });
});

test('names of metrics are taken as long as the header of the ring has room for them', async () => {
  expect(await load(withLongNames(7))).toMatchObject({ station: 'outside' });
  expect(await load(withLongNames(8))).toMatch(
    /with \d+ characters, their metrics are more than the ring's 482/,
  );
});

test.each([
  [{ suffix: 'my soil' }, /be 1 to 64 of a-z, 0-9, '_', '.', which 'temperature.my soil' is not$/],
  [{ suffix: 'Soil' }, /which 'temperature.Soil' is not$/],
  [{ suffix: 'a,b:2' }, /which 'temperature.a,b:2' is not$/],
  [{ suffix: 'x'.repeat(53) }, /which 'temperature.x{53}' is not$/],
  [{ suffix: 2 }, /the suffix of mcp9808 must be text, in quotes$/],
  [{}, /two measure temperature, so give one a suffix of its own$/],
])('a metric that would be lost is a mistake in the file: %j', async (options, said) => {
  expect(await load(withSensors({ driver: 'ds18b20', pin: 2 }, { driver: 'mcp9808', ...options }))).toMatch(
    said,
  );
});

describe("a driver of one's own", () => {
  const driver = (metric: string) => ({
    'drivers/own.py': `class Sensor:\n    METRICS = (("wind_speed", 1), ("${metric}", 0))`,
  });

  test.each(['time', 'status', 'readings_dropped'])(
    'may not call a metric %s, which a message has another use for',
    async (metric) => {
      expect(await load(withSensors({ driver: 'own' }), driver(metric))).toBe(
        `config.json: sensors: no metric may be called '${metric}', a word of the messages themselves: rename it in its driver, or give it a suffix`,
      );
    },
  );

  test('may do so with a suffix', async () => {
    const sensors = [{ driver: 'own', suffix: 'clock' }];
    expect(await load(withSensors(...sensors), driver('time'))).toMatchObject({ sensors });
  });
});

test.each([
  ['{"station": "outside",', /^config.json is missing or not JSON: ValueError/],
  ['{"statoin": "outside"}', /^config.json: there is no setting statoin$/],
  [boardConfig({ ...BOARD, wifi: WIFI }).replace('60', '0'), /interval must be 5 or more$/],
  [
    boardConfig({ ...BOARD, wifi: WIFI }).replace('1883', '"1883"'),
    /port must be a number from 1 to 65535, without quotes$/,
  ],
  [boardConfig({ ...BOARD, wifi: WIFI, station: 'my garden' }), /station must be 1 to 64 letters/],
  [boardConfig({ ...BOARD, wifi: WIFI, station: '-x' }), /station must be 1 to 64 letters/],
  [boardConfig({ ...BOARD, wifi: WIFI, station: 'x'.repeat(65) }), /station must be 1 to 64 letters/],
  [boardConfig({ ...BOARD, wifi: WIFI }).replace('mcp9808', 'mcp9809'), /there is no driver mcp9809 in/],
  [boardConfig({ ...BOARD, wifi: WIFI }).replace(/"sensors": \[[^]*\]/, '"sensors": []'), /at least one/],
  [boardConfig({ ...BOARD, wifi: WIFI }).replace('"driver"', '"name"'), /there is no driver None in/],
])('a mistake in the file is said in words: %#', async (config, said) => {
  expect(await load(config)).toMatch(said);
});
