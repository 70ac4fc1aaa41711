import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { LANGUAGES } from '../../src/web/languages.ts';
import { readPages } from '../docs/pages.ts';
import { poll } from '../support/poll.ts';
import { type TestService, useService } from '../support/service.ts';

async function scrape({ url }: TestService): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

/** The value of a sample, as its line is written: `name` or `name{label="…"}`. */
function sampleIn(text: string, sample: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? Number.NaN : Number(line.slice(sample.length + 1));
}

test('/metrics tells what was received, stored, refused and acknowledged, and how long it took', async () => {
  const service = await useService();
  const client = await service.connect();
  await client.publishAsync('stations/outside/temperature', '{"value":1,"time":1795900000}', { qos: 1 });
  await client.publishAsync('stations/outside/temperature', '{"value":1,"time":1795900000}', { qos: 1 });
  await client.publishAsync('stations/outside/temperature', 'warm', { qos: 1 });
  const text = await scrape(service);
  const samples = {
    thermograph_messages_received_total: 3,
    thermograph_messages_acknowledged_total: 3,
    thermograph_messages_stored_total: 3,
    thermograph_messages_acknowledged_not_stored: 0,
    thermograph_readings_written_total: 1,
    thermograph_readings_duplicate_total: 1,
    'thermograph_rejections_total{reason="value-not-a-number"}': 1,
    'thermograph_rejections_total{reason="time-in-future"}': 0,
    thermograph_acknowledgement_seconds_count: 3,
    thermograph_commit_seconds_count: 3,
    thermograph_batch_readings_count: 3,
    thermograph_connected_clients: 1,
    thermograph_spooled_messages: 0,
    'thermograph_info{version="0.0.0"}': 1,
  };
  const found = Object.keys(samples).map((sample) => [sample, sampleIn(text, sample)]);
  expect(Object.fromEntries(found)).toEqual(samples);
  expect(sampleIn(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
});

test('what is acknowledged from the spool counts as kept, and is told of when it has left it', async () => {
  const service = await useService();
  const client = await service.connect();
  const { pool } = service.database;
  await pool.query('ALTER TABLE readings RENAME TO away');
  await client.publishAsync('stations/outside/temperature', '1', { qos: 1 });
  const away = await scrape(service);
  expect(sampleIn(away, 'thermograph_messages_spooled_total')).toBe(1);
  expect(sampleIn(away, 'thermograph_messages_acknowledged_not_stored')).toBe(0);
  await pool.query('ALTER TABLE away RENAME TO readings');
  await poll(async () => sampleIn(await scrape(service), 'thermograph_messages_unspooled_total') === 1);
  const back = await scrape(service);
  expect(sampleIn(back, 'thermograph_messages_acknowledged_not_stored')).toBe(0);
  expect(sampleIn(back, 'thermograph_spooled_messages')).toBe(0);
});

test('every figure of the service has a name on pages in every language', async () => {
  const { service } = await useService();
  const figures = Object.keys({ ...service.counters(), ...service.gauges() });
  expect(figures.length).toBeGreaterThan(60);
  for (const language of LANGUAGES) {
    const strings = JSON.parse(await readFile(`templates/strings/${language}.json`, 'utf8'));
    expect(figures.filter((name) => !Object.hasOwn(strings, `counter.${name}`))).toEqual([]);
  }
});

/** Of the embedded database, and while it grows; test/retention/disk-use.test.ts has them. */
const AT_TIMES = ['thermograph_disk_free_bytes', 'thermograph_disk_full_in_days'];

test('the dashboard and the rules speak of metrics that there are', async () => {
  const service = await useService();
  const client = await service.connect();
  await client.publishAsync('stations/outside/temperature', 'warm', { qos: 1 });
  // Those are looked up a moment after the start.
  await poll(() => {
    const gauges = service.service.gauges();
    return gauges['database_bytes'] !== undefined && gauges['rollup_hours_behind'] !== undefined;
  });
  const exposed = new Set(
    (await scrape(service)).split('\n').map((line) => /^[a-z_0-9]+(?=[ {])/.exec(line)?.[0]),
  );
  const board = JSON.parse(await readFile('docs/monitoring/grafana.json', 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const rules = parse(await readFile('docs/monitoring/alerts.yml', 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  const expressions = [
    ...board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
  ];
  expect(expressions.length).toBeGreaterThan(20);
  const named = expressions.flatMap(
    (expr) => expr.match(/\b(?:thermograph|nodejs|process)_[a-z_0-9]+/g) ?? [],
  );
  expect(new Set(named.filter((name) => !exposed.has(name)))).toEqual(new Set(AT_TIMES));
});

test('the documentation speaks of figures that there are', async () => {
  const exposed = (await scrape(await useService())).match(/(?<=^# TYPE )[a-z_0-9]+/gm);
  const strings = JSON.parse(await readFile('templates/strings/en.json', 'utf8')) as Record<string, string>;
  // Some are there only at times. A test above holds these against what there is.
  const known = new Set([...exposed!, ...Object.keys(strings)]);
  const pages = readPages().map(({ text }) => text);
  const named = pages.flatMap((text) => text.match(/(?<=`)thermograph_[a-z_0-9]+(?=[`{])/g) ?? []);
  const listed = pages
    .flatMap((text) => text.match(/^\| Name \| What it is \|\n(?:\|.*\n)+/gm) ?? [])
    .flatMap((table) => table.match(/^\|[^|]*\|/gm) ?? [])
    .flatMap((cell) => cell.match(/(?<=`)[a-z_]+(?=`)/g) ?? []);
  expect([named.length > 8, listed.length > 25]).toEqual([true, true]);
  const isKnown = (name: string): boolean => known.has(name) || known.has(`counter.${name}`);
  const figures = [...named, ...listed].map((name) => [name, name.replace(/^thermograph_|_total$/g, '')]);
  expect(figures.filter((spellings) => !spellings.some(isKnown))).toEqual([]);
});
