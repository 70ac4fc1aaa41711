import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discoveryTopic, isDiscoveryTopic } from '../../../src/broker/home-assistant/topics.ts';

const station = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,5}$/);
const metric = fc.stringMatching(/^[a-z][a-z0-9_.]{0,5}$/);

test('two series never have one topic, and all have characters that Home Assistant takes', () => {
  fc.assert(
    fc.property(station, metric, station, metric, (one, itsMetric, other, otherMetric) => {
      const [first, second] = [
        discoveryTopic('ha', one, itsMetric),
        discoveryTopic('ha', other, otherMetric),
      ];
      expect(first === second).toBe(one === other && itsMetric === otherMetric);
      expect(first).toMatch(/^ha\/sensor\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config$/);
      expect(isDiscoveryTopic('ha', first)).toBe(true);
    }),
  );
  expect(discoveryTopic('ha', 'a.b', 't')).not.toBe(discoveryTopic('ha', 'a-b', 't'));
  expect(discoveryTopic('ha', 'a-d', 't')).not.toBe(discoveryTopic('ha', 'a.', 't'));
});

test.each([
  ['homeassistant/sensor/thermograph_x/t/config', true],
  ['homeassistant/light/thermograph_/x', true],
  ['homeassistant/sensor/0x00158d/t/config', false],
  ['homeassistant/status', false],
  ['homeassistant', false],
  ['elsewhere/sensor/thermograph_x/t/config', false],
])('%s is one of ours: %s', (topic, isOurs) => {
  expect(isDiscoveryTopic('homeassistant', topic)).toBe(isOurs);
});
