import fc from 'fast-check';
import { type Packet, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { createLiveEncoder } from '../../src/broker/live-encoder.ts';
import { livePacket } from '../../src/broker/live-topics.ts';

const NOW = Date.UTC(2026, 10, 22, 13, 20, 3) * 1000;

const name = fc.stringMatching(/^[a-z][a-z0-9_.]{0,63}$/);
const reading = fc.record({
  station: name,
  metric: name,
  value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  unit: fc.constantFrom(null, '°C', 'µg/m³', 'hPa', '"'),
  measuredAt: fc.oneof(
    fc.integer({ min: NOW, max: NOW + 3_000_000 }),
    fc.integer({ min: 946_684_800_000_000, max: NOW }),
    fc.integer({ min: 0, max: 3 }).map((second) => NOW + second * 1_000_000),
  ),
  isLatest: fc.boolean(),
});

test('the packets are those that a library makes of the readings, at QoS 0', () => {
  const encode = createLiveEncoder();
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 20 }), (readings) => {
      const { bytes, packets } = encode(readings);
      const found = parse(bytes);
      expect(found).toHaveLength(readings.length);
      for (const [index, expected] of readings.map(livePacket).entries()) {
        const { topic, payload } = expected;
        expect(found[index]).toMatchObject({ cmd: 'publish', qos: 0, retain: false, topic });
        expect(JSON.parse(found[index]!.payload.toString())).toEqual(JSON.parse(payload.toString()));
        expect(packets[index]!.topic).toBe(topic);
      }
      let start = 0;
      for (const { topic, end } of packets) {
        expect(parse(bytes.subarray(start, end))).toMatchObject([{ topic }]);
        start = end;
      }
      expect(start).toBe(bytes.length);
    }),
    { numRuns: 300 },
  );
});

function parse(bytes: Buffer): Extract<Packet, { cmd: 'publish' }>[] {
  const found: Extract<Packet, { cmd: 'publish' }>[] = [];
  const reader = parser();
  reader.on('packet', (packet: Packet) => packet.cmd === 'publish' && found.push(packet));
  reader.parse(bytes);
  return found;
}
