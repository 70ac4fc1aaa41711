import {
  createBosch,
  createDs18b20,
  createMcp9808,
  createSht3x,
  type DeviceSpec,
  type I2cDevice,
  type OneWireDevice,
  type Surroundings,
} from './devices.ts';

/**
 * The lines that the board's sensors hang on, with names as Python has them. I2C answers with hexadecimal bytes, or
 * `-ENODEV` when nobody does.
 */
export interface Buses {
  readonly bridge: {
    i2c_write(wiring: number, address: number, hex: string): string | number;
    i2c_read(wiring: number, address: number, size: number): string | number;
    /** Whether anybody is on the line. */
    onewire_reset(pin: number): boolean;
    onewire_write(pin: number, byte: number): void;
    onewire_read(pin: number): number;
  };
}

const ENODEV = 19;
const ADDRESSES = { mcp9808: 0x18, bmp280: 0x76, bme280: 0x76, sht3x: 0x44 };

export function createBuses(specs: readonly DeviceSpec[], surroundings: Surroundings): Buses {
  const i2c = new Map<number, { device: I2cDevice; spec: DeviceSpec }>();
  const wires = new Map<number, { device: OneWireDevice; spec: DeviceSpec }>();
  for (const spec of specs) {
    if (spec.kind === 'ds18b20') wires.set(spec.pin, { device: createDs18b20(spec.raw), spec });
    else i2c.set(ADDRESSES[spec.kind], { device: createI2c(spec, surroundings), spec });
  }
  const answers = (spec: DeviceSpec): boolean => {
    const [from, to] = spec.failing ?? [Infinity, Infinity];
    return surroundings.now() < from || surroundings.now() >= to;
  };
  const i2cAt = (address: number): I2cDevice | undefined => {
    const found = i2c.get(address);
    return found !== undefined && answers(found.spec) ? found.device : undefined;
  };
  const wireAt = (pin: number): OneWireDevice | undefined => {
    const found = wires.get(pin);
    return found !== undefined && answers(found.spec) ? found.device : undefined;
  };
  return {
    bridge: {
      i2c_write(_wiring, address, hex) {
        const device = i2cAt(address);
        device?.write(Buffer.from(hex, 'hex'));
        return device === undefined ? -ENODEV : '';
      },
      i2c_read(_wiring, address, size) {
        const device = i2cAt(address);
        return device === undefined ? -ENODEV : Buffer.from(device.read(size)).toString('hex');
      },
      onewire_reset(pin) {
        wireAt(pin)?.reset();
        return wireAt(pin) !== undefined;
      },
      onewire_write: (pin, byte) => wireAt(pin)?.write(byte),
      onewire_read: (pin) => wireAt(pin)?.read() ?? 0xff,
    },
  };
}

function createI2c(spec: Exclude<DeviceSpec, { kind: 'ds18b20' }>, surroundings: Surroundings): I2cDevice {
  if (spec.kind === 'mcp9808') return createMcp9808(spec.since, surroundings);
  if (spec.kind === 'sht3x') return createSht3x(spec.temperature, spec.humidity);
  return createBosch(spec.kind);
}
