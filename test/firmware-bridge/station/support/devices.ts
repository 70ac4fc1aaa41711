/** A sensor on the board's I2C lines: what is written to it and read from it are bytes, as on the wire. */
export interface I2cDevice {
  write(bytes: Uint8Array): void;
  read(size: number): Uint8Array;
}

/** The bytes that a DS18B20 puts on its line, one for each read slot of eight. */
export interface OneWireDevice {
  reset(): void;
  write(byte: number): void;
  read(): number;
}

export type DeviceSpec = (
  | {
      /** Its temperature rises by 1/16 °C a minute from -40 °C at `since`, so that a day has no value twice. */
      readonly kind: 'mcp9808';
      /** Unix seconds. */
      readonly since: number;
    }
  | { readonly kind: 'bmp280' }
  | { readonly kind: 'bme280' }
  | { readonly kind: 'sht3x'; readonly temperature: number; readonly humidity: number }
  | { readonly kind: 'ds18b20'; readonly pin: number; readonly raw: number }
) & {
  /** Unix seconds between which it does not answer. */
  readonly failing?: readonly [from: number, to: number];
};

/** What a sensor gave, and when, in unix seconds. */
export interface Measurement {
  readonly at: number;
  readonly celsius: number;
}

export interface Surroundings {
  /** In unix seconds. */
  now(): number;
  measured(measurement: Measurement): void;
}

/** Datasheet MCP9808 (DS25095A), section 5: a pointer, then registers of 16 bits, or of 8 in one case. */
export function createMcp9808(since: number, { now, measured }: Surroundings): I2cDevice {
  let pointer = 0;
  return {
    write(bytes) {
      pointer = bytes[0]!;
    },
    read() {
      if (pointer === 0x06) return Uint8Array.of(0x00, 0x54);
      if (pointer !== 0x05) return Uint8Array.of(0, 0);
      const sixteenths = -640 + (Math.floor((now() - since) / 60) % 2640);
      measured({ at: now(), celsius: sixteenths / 16 });
      // Bits 15 to 13 are alert flags, which must not count.
      const register = 0xe000 | (sixteenths & 0x1fff);
      return Uint8Array.of(register >> 8, register & 0xff);
    },
  };
}

/** The worked example of BST-BMP280-DS001, section 3.12. */
export const BMP280_EXAMPLE = {
  calibration: [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
  adcT: 519888,
  adcP: 415148,
} as const;
/** BST-BME280-DS002 has none for humidity; these are values that such chips hold. */
export const BME280_HUMIDITY = {
  h1: 75,
  h2: 363,
  h3: 0,
  h4: 321,
  h5: -50,
  h6: 30,
  adcH: 28_200,
} as const;

/** BST-BMP280-DS001 and BST-BME280-DS002, section "Memory map"; a forced measurement is over at once. */
export function createBosch(kind: 'bmp280' | 'bme280'): I2cDevice {
  const registers = new Uint8Array(256);
  const view = new DataView(registers.buffer);
  BMP280_EXAMPLE.calibration.forEach((word, i) => view.setInt16(0x88 + 2 * i, word, true));
  registers[0xd0] = kind === 'bmp280' ? 0x58 : 0x60;
  const { h1, h2, h3, h4, h5, h6, adcH } = BME280_HUMIDITY;
  if (kind === 'bme280') {
    registers[0xa1] = h1;
    view.setInt16(0xe1, h2, true);
    registers.set([h3, (h4 >> 4) & 0xff, ((h5 & 15) << 4) | (h4 & 15), (h5 >> 4) & 0xff, h6], 0xe3);
  }
  let pointer = 0;
  const twenty = (value: number): number[] => [value >> 12, (value >> 4) & 0xff, (value & 15) << 4];
  return {
    write(bytes) {
      pointer = bytes[0]!;
      if (bytes.length < 2) return;
      registers[pointer] = bytes[1]!;
      // Forced mode; without oversampling a channel reads 0x80000.
      if (pointer === 0xf4 && (bytes[1]! & 3) === 1) {
        registers.set([...twenty(BMP280_EXAMPLE.adcP), ...twenty(BMP280_EXAMPLE.adcT)], 0xf7);
        registers.set(registers[0xf2] === 1 ? [adcH >> 8, adcH & 0xff] : [0x80, 0], 0xfd);
        registers[0xf4] = bytes[1]! & ~3;
      }
    },
    read: (size) => registers.slice(pointer, pointer + size),
  };
}

/** "Datasheet SHT3x-DIS", sections 4.3 and 4.12. */
export function createSht3x(temperature: number, humidity: number): I2cDevice {
  let command = 0;
  return {
    write(bytes) {
      command = (bytes[0]! << 8) | bytes[1]!;
    },
    read() {
      if (command !== 0x2400) return new Uint8Array(6).fill(0xff);
      const words = [temperature, humidity].map((word) => [word >> 8, word & 0xff]);
      return Uint8Array.from(words.flatMap((word) => [...word, crc8(word, 0xff, 0x31)]));
    },
  };
}

/** 19-7487: ROM and function commands; the scratchpad holds +85 °C until a conversion was asked for. */
export function createDs18b20(raw: number): OneWireDevice {
  let scratchpad = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];
  let answer: number[] = [];
  let isSelected = false;
  return {
    reset() {
      answer = [];
      isSelected = false;
    },
    write(byte) {
      if (!isSelected) isSelected = byte === 0xcc;
      else if (byte === 0x44)
        scratchpad = [raw & 0xff, (raw >> 8) & 0xff, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];
      else if (byte === 0xbe) answer = [...scratchpad, crc8Reflected(scratchpad)];
    },
    read: () => answer.shift() ?? 0xff,
  };
}

function crc8(bytes: readonly number[], start: number, polynomial: number): number {
  let crc = start;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? polynomial : 0)) & 0xff;
  }
  return crc;
}

/** x^8 + x^5 + x^4 + 1, the lowest bit first, as 1-Wire has it. */
function crc8Reflected(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >> 1) ^ (crc & 1 ? 0x8c : 0);
  }
  return crc;
}
