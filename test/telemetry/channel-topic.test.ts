import { expect, test } from 'vitest';
import { isChannelTopic, parseChannelTopic, shownTopic } from '../../src/telemetry/channel-topic.ts';

test.each([
  ['channels/254616/publish', undefined, undefined, 'channels/254616/publish'],
  ['channels/254616/publish/KEY', undefined, 'KEY', 'channels/254616/publish'],
  ['channels/254616/publish/', undefined, '', 'channels/254616/publish'],
  ['channels/254616/publish/fields/field2', '2', undefined, 'channels/254616/publish/fields/field2'],
  ['channels/254616/publish/fields/field2/KEY', '2', 'KEY', 'channels/254616/publish/fields/field2'],
  ['channels/254616/publish/fields/field9', '9', undefined, 'channels/254616/publish/fields/field9'],
  ['channels/254616/publish/fields/field', '', undefined, 'channels/254616/publish/fields/field'],
  ['channels/254616/publish/fields', undefined, 'fields', 'channels/254616/publish'],
])('%s is written to channel 254616', (topic, field, key, keyless) => {
  expect(isChannelTopic(topic)).toBe(true);
  expect(parseChannelTopic(topic)).toEqual({ channelId: 254616, field, key, keyless });
});

test.each([
  'channels/x/publish',
  'channels//publish/KEY',
  'channels/254616/publish/KEY/more',
  'channels/254616/publish/fields/field1/KEY/more',
  'channels/254616/publish/fields/2/KEY',
  'channels/12345678901/publish',
])('%s is an attempt at it, and names no channel', (topic) => {
  expect(isChannelTopic(topic)).toBe(true);
  expect(parseChannelTopic(topic)).toBeUndefined();
});

test.each([
  'channels',
  'channels/254616',
  'channels/254616/publisher',
  'channels/254616/subscribe',
  'x/channels/254616/publish',
  'stations/publish',
])('%s is none of its topics', (topic) => {
  expect(isChannelTopic(topic)).toBe(false);
  expect(parseChannelTopic(topic)).toBeUndefined();
});

test.each([
  ['stations/a/t', 'stations/a/t'],
  ['channels/1/publish', 'channels/1/publish'],
  ['channels/1/publish/fields/field1', 'channels/1/publish/fields/field1'],
  ['channels/1/publish/KEY', 'channels/1/publish/…'],
  ['channels/1/publish/KEY/more', 'channels/1/publish/…'],
  ['channels/1/publish/fields/field1/KEY', 'channels/1/publish/fields/field1/…'],
  ['channels/x/publish/KEY', 'channels/x/publish/…'],
  ['channels/1/publish/fields/KEY', 'channels/1/publish/…'],
  ['channels/1/subscribe/json/KEY', 'channels/1/subscribe/…'],
  ['channels/1/subscribe/fields/+/KEY', 'channels/1/subscribe/fields/+/…'],
  ['channels/1/subscribe/fields/+', 'channels/1/subscribe/fields/+'],
])('%s is shown as %s', (topic, shown) => {
  expect(shownTopic(topic)).toBe(shown);
});
