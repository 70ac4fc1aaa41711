import { describe, expect, test } from 'vitest';
import { BME280_HUMIDITY, BMP280_EXAMPLE } from './support/devices.ts';
import { evaluate } from './support/python.ts';

const BUS = 'from hardware import Bus';

/** BST-BME280-DS002, appendix 8.1: the compensation of humidity in double precision. */
function humidity(tFine: number): number {
  const { h1, h2, h3, h4, h5, h6, adcH } = BME280_HUMIDITY;
  const v = tFine - 76_800;
  const h =
    (adcH - (h4 * 64 + (h5 / 16_384) * v)) *
    ((h2 / 65_536) * (1 + (h6 / 67_108_864) * v * (1 + (h3 / 67_108_864) * v)));
  return h * (1 - (h1 * h) / 524_288);
}

describe('BMP280', () => {
  const { calibration, adcT, adcP } = BMP280_EXAMPLE;

  test("the datasheet's example gives 25.08 °C and 100653.27 Pa", async () => {
    const [tFine, t, p] = await evaluate(`from drivers.bmp280 import *\nc = (${calibration.join(',')})`, [
      `fine_temperature(${adcT}, c)`,
      'temperature(128422)',
      `pressure(${adcP}, 128422, c)`,
    ]);
    expect([tFine, t]).toEqual([128_422, 2508]);
    // The example is calculated with fractions, and goes on with a t_fine that has some.
    expect(Math.abs((p as number) / 256 - 100_653.27)).toBeLessThan(0.02);
  });

  test('it is read over its registers, as hundredths of a degree and of a hectopascal', async () => {
    const read = await evaluate(
      `${BUS}\nfrom drivers import bmp280`,
      ['bmp280.Sensor(Bus(5, 4), {}).read()'],
      [{ kind: 'bmp280' }],
    );
    expect(read).toEqual([[2508, 100_653]]);
  });

  test('a BME280 is not taken for one, nor the other way round', async () => {
    const attempt = (driver: string) => `${BUS}
from drivers import ${driver}
try:
    ${driver}.Sensor(Bus(5, 4), {})
    said = "taken"
except OSError as error:
    said = str(error)`;
    expect(await evaluate(attempt('bmp280'), ['said'], [{ kind: 'bme280' }])).toEqual([
      'the chip at 0x76 is 0x60',
    ]);
    expect(await evaluate(attempt('bme280'), ['said'], [{ kind: 'bmp280' }])).toEqual([
      'the chip at 0x76 is 0x58',
    ]);
  });
});

test("a BME280's humidity is that of the datasheet's formula in double precision", async () => {
  const [read] = await evaluate(
    `${BUS}\nfrom drivers import bme280`,
    ['bme280.Sensor(Bus(5, 4), {}).read()'],
    [{ kind: 'bme280' }],
  );
  const [t, p, h] = read as number[];
  expect([t, p]).toEqual([2508, 100_653]);
  expect(h! / 100).toBeCloseTo(humidity(128_422), 1);
  expect(h).toBeGreaterThan(2000);
});

describe('MCP9808', () => {
  test('converts as section 5.1.3 has it, whatever the alert flags say', async () => {
    const registers = {
      0x0194: 252_500,
      0x0000: 0,
      0x1ff0: -10_000,
      0x1fff: -625,
      0x1d80: -400_000,
      0xc7d0: 1_250_000,
      0xfe70: -250_000,
    };
    const values = await evaluate(
      'from drivers import mcp9808',
      Object.keys(registers).map((register) => `mcp9808.convert(${register})`),
    );
    expect(values).toEqual(Object.values(registers));
  });

  test('another chip at its address is not taken for one', async () => {
    const program = `${BUS}
from drivers import mcp9808
try:
    mcp9808.Sensor(Bus(5, 4), {"address": 0x76})
    said = "taken"
except OSError as error:
    said = str(error)`;
    expect(await evaluate(program, ['said'], [{ kind: 'bmp280' }])).toEqual(['no MCP9808 at 0x76']);
  });
});

describe('SHT3x', () => {
  test('0xBEEF has the checksum 0x92', async () => {
    expect(await evaluate('from drivers import sht3x', ['sht3x.crc8(b"\\xbe\\xef")'])).toEqual([0x92]);
  });

  test('the ends and the middle of the range are those of section 4.13', async () => {
    const values = await evaluate('from drivers.sht3x import *', [
      '[temperature(0), temperature(0x6666), temperature(0xffff)]',
      '[humidity(0), humidity(0x8000), humidity(0xffff)]',
    ]);
    // -45 + 175 * 26214 / 65535 is 25.0004.
    expect(values).toEqual([
      [-4500, 2500, 13_000],
      [0, 5000, 10_000],
    ]);
  });

  test('it is read by command, and a wrong checksum is an error', async () => {
    const program = `${BUS}
from drivers import sht3x
sensor = sht3x.Sensor(Bus(5, 4), {})
read = sensor.read()
sht3x.MEASURE = b"\\x00\\x00"
try:
    said = sensor.read()
except OSError as error:
    said = str(error)`;
    const devices = [{ kind: 'sht3x', temperature: 0x6666, humidity: 0x8000 }] as const;
    expect(await evaluate(program, ['read', 'said'], devices)).toEqual([
      [2500, 5000],
      "an SHT3x's checksum is wrong",
    ]);
  });
});

describe('DS18B20', () => {
  test("converts as the datasheet's table 1 has it", async () => {
    const table = {
      0x07d0: 125,
      0x0550: 85,
      0x0191: 25.0625,
      0x00a2: 10.125,
      0x0008: 0.5,
      0x0000: 0,
      0xfff8: -0.5,
      0xff5e: -10.125,
      0xfe6f: -25.0625,
      0xfc90: -55,
    };
    const values = await evaluate(
      'from drivers import ds18b20',
      Object.keys(table).map((register) => `ds18b20.convert(${register})`),
    );
    expect(values).toEqual(Object.values(table).map((celsius) => celsius * 10_000));
  });

  test('it is read over 1-Wire; without power, or without a device, it is an error', async () => {
    const program = (pin: number) => `${BUS}
from drivers import ds18b20
try:
    said = ds18b20.Sensor(Bus(5, 4), {"pin": ${pin}}).read()
except OSError as error:
    said = str(error)`;
    const at = (pin: number, raw: number) =>
      evaluate(program(pin), ['said'], [{ kind: 'ds18b20', pin: 2, raw }]);
    expect(await at(2, 0xff5e)).toEqual([[-101_250]]);
    expect(await at(2, 0x0550)).toEqual(['a DS18B20 has lost its power and measured nothing']);
    expect(await at(3, 0x0191)).toEqual(['nothing answers on the 1-Wire line']);
  });
});
