import { expect, test } from 'vitest';
import type { Feed } from '../../../firmware-bridge/thingspeak/feeds.ts';
import {
  feedsCsv,
  feedsXml,
  feedXml,
  type Shown,
} from '../../../firmware-bridge/thingspeak/feeds-document.ts';
import type { FeedsDocument } from '../../../firmware-bridge/thingspeak/render-feeds.ts';
import { UTC } from '../../../src/telemetry/zone.ts';
import { testChannel } from '../../support/thingspeak.ts';

const NOON = Date.UTC(2020, 2, 1, 12) * 1000;

function feed(field1: string | null): Feed {
  return { createdAt: NOON, entryId: 1, values: { field1 } };
}

function text({ head, feed: write, between, foot }: FeedsDocument, ...feeds: readonly Feed[]): string {
  return head + feeds.map(write).join(between) + foot;
}

function shown(): Shown {
  const dates = { createdAt: new Date(NOON / 1000), updatedAt: new Date(NOON / 1000) };
  const channel = { ...testChannel({ description: null }), ...dates };
  return { channel, names: ['field1'], lastEntryId: 1, withMetadata: false, zone: UTC };
}

test('a channel with its feeds is XML that is indented all the way down', () => {
  expect(text(feedsXml(shown()), feed('21.5'), feed(null))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<channel>
  <id type="integer">254616</id>
  <name>Freetemp</name>
  <description nil="true"/>
  <latitude type="decimal">45.5</latitude>
  <longitude type="decimal">-122.5</longitude>
  <elevation nil="true"/>
  <field1>Outside</field1>
  <created-at type="dateTime">2020-03-01T12:00:00Z</created-at>
  <updated-at type="dateTime">2020-03-01T12:00:00Z</updated-at>
  <last-entry-id type="integer">1</last-entry-id>
  <feeds type="array">
    <feed>
      <created-at type="dateTime">2020-03-01T12:00:00Z</created-at>
      <entry-id type="integer">1</entry-id>
      <field1>21.5</field1>
    </feed>
    <feed>
      <created-at type="dateTime">2020-03-01T12:00:00Z</created-at>
      <entry-id type="integer">1</entry-id>
      <field1 nil="true"/>
    </feed>
  </feeds>
</channel>
`);
});

test('a value of several lines is the same in a list of feeds as in one', () => {
  const value = 'first\n  second\tthird\n';
  for (const xml of [text(feedXml(UTC), feed(value)), text(feedsXml(shown()), feed(value))]) {
    expect(xml).toContain(`<field1>${value}</field1>`);
  }
});

test.each([
  ['a<b> & "c"', 'a&lt;b&gt; &amp; &quot;c&quot;'],
  // Unescaped, whoever reads it takes it for a line feed [XML 1.0, 2.11].
  ['a\rb', 'a&#13;b'],
  ['\u0001\u0008\u000B\u001F', '\uFFFD\uFFFD\uFFFD\uFFFD'],
  ['\uFFFE\uFFFF', '\uFFFD\uFFFD'],
  ['\uD800a\uDC00', '\uFFFDa\uFFFD'],
  ['\u007F\u0085\u{10FFFF}é😀', '\u007F\u0085\u{10FFFF}é😀'],
])('%j is %j in XML, for other characters it does not know [XML 1.0, 2.2]', (value, written) => {
  expect(text(feedXml(UTC), feed(value))).toContain(`<field1>${written}</field1>`);
});

test.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '-', '\t=1', '\r=1', '＝1', '+1 555', '-3,5'])(
  'the text %j is no formula in CSV',
  (value) => {
    const [, row] = text(feedsCsv(['field1'], true, UTC), feed(value)).split(/\n/);
    expect(row!.replace(/^[^,]*,1,"?/, '')).toMatch(/^'/);
  },
);

test.each(['-3.5', '+3.5', '-1e-5', ' -3.5 ', '.5', '-0', '-inf', 'NaN', 'open', 'a=b', '1-2'])(
  '%j stays as it is in CSV',
  (value) => {
    expect(text(feedsCsv(['field1'], true, UTC), feed(value))).toBe(
      `created_at,entry_id,field1\n2020-03-01 12:00:00 UTC,1,${value}\n`,
    );
  },
);

test('a formula in quotes is none either', () => {
  expect(text(feedsCsv(['field1'], true, UTC), feed('=HYPERLINK("a","b")'))).toContain(
    `,"'=HYPERLINK(""a"",""b"")"\n`,
  );
});
