import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { addChannel } from '../../src/storage/channels-query.ts';
import { insertRejected } from '../../src/storage/rejected-insert.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Row, seedSeries } from '../support/series.ts';
import { FIELDS, testChannel } from '../support/thingspeak.ts';
import { type TestWeb, useWeb } from '../support/web.ts';
import type { WebPartsOptions } from '../support/web-parts.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>{{this}}`;

/** A service with one station, `outside`, whose temperatures are in the database too. */
async function useStation(
  rows: readonly Row[],
  options: WebPartsOptions = {},
): Promise<TestWeb & { pool: Pool }> {
  const { pool } = await useTestDatabase();
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  const web = await useWeb({ pool, ...options });
  web.addStation('outside', { title: 'Outside' });
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  return { ...web, pool };
}

test('every page forbids what it does not need, and is not stored by caches', async () => {
  const web = await useStation([]);
  for (const path of ['/', '/stations/outside', '/stations/outside/readings', '/status', '/nothing-here']) {
    const { headers } = await web.ask(path);
    expect(headers.get('content-security-policy'), `at ${path}`).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options'), `at ${path}`).toBe('nosniff');
    expect(headers.get('referrer-policy'), `at ${path}`).toBe('same-origin');
    expect(headers.get('cache-control'), `at ${path}`).toBe('no-store');
  }
});

test('no page has inline script or style, or refers to another host', async () => {
  const web = await useStation([{ measuredAt: Date.UTC(2026, 10, 22, 12) * 1000, value: 1 }]);
  for (const path of ['/', '/stations/outside', '/stations/outside/readings', '/status', '/nothing-here']) {
    const { text } = await web.ask(path);
    expect(text, `at ${path}`).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|<style|\son[a-z]+=|javascript:/i);
    expect(text, `at ${path}`).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  }
});

test('a hostile title, unit, topic or payload is text and nothing else', async () => {
  const { pool } = await useTestDatabase();
  const series = { station: 'outside', metric: 'temperature', unit: '°C' };
  await seedSeries(pool, series, []);
  const message = {
    topic: HOSTILE,
    payload: Buffer.from(HOSTILE),
    qos: 0 as const,
    clientId: HOSTILE,
    receivedAt: 0,
    firstReceivedAt: 0,
  };
  await insertRejected(pool, [{ message, rejections: [{ reason: 'topic-unknown', detail: HOSTILE }] }]);
  await addChannel(pool, testChannel({ name: HOSTILE, fields: [{ ...FIELDS[0]!, station: HOSTILE }] }));
  const web = await useWeb({ pool });
  web.addStation('outside', { title: HOSTILE });
  web.commit({ station: 'outside', metric: 'temperature', value: 1, unit: '<b>°</b>' });
  const unknown = `/stations/${encodeURIComponent(HOSTILE)}`;
  for (const path of ['/', '/stations/outside', '/stations/outside/readings', '/status', unknown]) {
    const { text } = await web.ask(path);
    expect(text, `at ${path}`).toContain('&lt;script&gt;alert(1)');
    expect(text, `at ${path}`).not.toMatch(/<script>|<img|<b>/);
  }
});

test('a hostile address does not get into the page', async () => {
  const web = await useWeb();
  const { text } = await web.ask('/?x="><script>alert(1)</script>&units=imperial');
  expect(text).not.toContain('<script>alert');
  for (const url of ['//evil.example/', '/\\\\evil.example/', '/%5Cevil.example/']) {
    const { payload } = await web.app.inject({ url });
    expect(payload, `at ${url}`).not.toMatch(/href="[/\\]{2}/);
  }
  const empty = await web.app.inject({ url: '/', headers: { host: "x';reboot;'" } });
  expect(empty.payload).not.toContain('reboot');
});

test('the title of the page says how warm it is at the first station', async () => {
  const web = await useStation([]);
  web.commit({ station: 'zenith', metric: 'temperature', value: 3 });
  expect((await web.ask('/')).text).toContain('<title>21.5 °C · Outside · Thermograph</title>');
});

test('units asked for by address are used, remembered in a cookie, and outdone by a new choice', async () => {
  const web = await useStation([]);
  const chosen = await web.ask('/?units=imperial');
  expect(chosen.text).toContain('<span class="number">70.7</span>');
  const cookie = chosen.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^thermograph_units=imperial; .*Path=\/;.*SameSite=Lax/);
  const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
  expect((await web.ask('/', { headers })).text).toContain('<span class="number">70.7</span>');
  expect((await web.ask('/?units=metric', { headers })).text).toContain('<span class="number">21.5</span>');
  const forged = { headers: { cookie: 'thermograph_units=<script>' } };
  expect((await web.ask('/?units=kelvin', forged)).text).toContain('<span class="number">21.5</span>');
});

test('one unit is chosen by itself, beside those that were chosen before', async () => {
  const web = await useStation([]);
  web.commit({ station: 'outside', metric: 'wind_speed', value: 10 });
  const number = (text: string, metric: string): string | undefined =>
    new RegExp(`data-metric="${metric}".*?class="number">([^<]+)<.*?class="unit">([^<]+)<`, 's')
      .exec(text)
      ?.slice(1)
      .join(' ');
  const { text, headers } = await web.ask('/?units=kmh', {
    headers: { cookie: 'thermograph_units=imperial' },
  });
  expect([number(text, 'temperature'), number(text, 'wind_speed')]).toEqual(['70.7 °F', '36.0 km/h']);
  expect(text).toContain('data-units="f,kmh,inhg,in"');
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await web.ask('/', { headers: { cookie } })).text).toContain('data-units="f,kmh,inhg,in"');
  expect(text).toMatch(/<a href="\/\?units&#x3D;kmh" aria-current="true">km\/h<\/a>/);
});

test('colours are chosen by address, and remembered', async () => {
  const web = await useStation([]);
  expect((await web.ask('/')).text).toContain('data-theme="system"');
  const { text, headers } = await web.ask('/?theme=dark');
  expect(text).toContain('data-theme="dark"');
  expect(text).toContain('<meta name="color-scheme" content="dark">');
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await web.ask('/status', { headers: { cookie } })).text).toContain('data-theme="dark"');
  expect((await web.ask('/?theme=pink', { headers: { cookie } })).text).toContain('data-theme="dark"');
});

test('pages come in the language of the address, which is remembered, of the owner, of the browser, in English', async () => {
  const web = await useStation([]);
  const languageOf = (text: string): string | undefined => /<html lang="(\w+)"/.exec(text)?.[1];
  const browser = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' };
  expect(languageOf((await web.ask('/')).text)).toBe('en');
  const german = await web.ask('/status?lang=de');
  expect(german.text).toContain('<h1>Alles in Ordnung.</h1>');
  const cookie = german.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(languageOf((await web.ask('/', { headers: { cookie } })).text)).toBe('de');
  expect(languageOf((await web.ask('/?lang=en', { headers: { cookie, ...browser } })).text)).toBe('en');
  const page = await web.ask('/', { headers: browser });
  expect(page.text).toContain('<span class="number">21,5</span>');
  expect(page.text).toMatch(/live-page\.de-/);
  expect((await web.ask('/nothing-here', { headers: browser })).text).toContain('<h1>Hier ist nichts</h1>');
  const owned = await useStation([], { language: 'en' });
  expect(languageOf((await owned.ask('/', { headers: browser })).text)).toBe('en');
  expect(languageOf((await owned.ask('/?lang=fr', { headers: browser })).text)).toBe('en');
});

test('an empty page of a service that wants passwords says how to make one, and where it goes', async () => {
  const web = await useWeb({ allowAnonymous: false });
  const { payload } = await web.app.inject('/');
  expect(payload).toContain('npx thermograph station add outside');
  expect(payload).toContain('-u outside -P PASSWORD');
  expect(payload).toContain('Authorization: Bearer PASSWORD');
});

test('an empty page says how to send a first reading, to the addresses that are in use', async () => {
  const web = await useWeb();
  const { host } = new URL(web.url);
  const { text } = await web.ask('/');
  expect(text).toContain('npx mqtt pub -h 127.0.0.1 -p 1883 -q 1 -t stations/outside/temperature -m 21.5');
  expect(text).toContain('mosquitto_pub -h 127.0.0.1 -p 1883');
  expect(text).toContain(`http://${host}/api/stations/outside/readings?metric&#x3D;temperature`);
});

test('a service that listens everywhere tells stations the name that the page was reached by', async () => {
  const web = await useWeb({ mqttHost: '0.0.0.0' });
  const page = async (host: string): Promise<string> =>
    (await web.app.inject({ url: '/', headers: { host } })).payload;
  expect(await page('pi.local:3000')).toContain('-h pi.local -p 1883');
  expect(await page('[::1]:3000')).toContain('-h ::1 -p 1883');
});

test('a value is late, stale, and in the end a dash with the last time in the zone of the owner', async () => {
  const web = await useWeb({ timeZone: 'Asia/Kolkata' });
  web.commit({ station: 'a', metric: 'temperature', value: 1, ageMs: 16 * 60_000 });
  web.commit({ station: 'b', metric: 'temperature', value: 2, ageMs: 31 * 60_000 });
  web.commit({ station: 'c', metric: 'temperature', value: 3, ageMs: 2 * 3_600_000 });
  web.setOnline('a', true);
  const { text } = await web.ask('/');
  const [, late = '', stale = '', gone = ''] = text.split('<article');
  expect(late).toContain('data-freshness="late"');
  expect(late, 'it is connected').toContain('<span class="offline" hidden>');
  expect(stale).toContain('data-freshness="stale"');
  expect(stale).toContain('<span class="number">2.0</span>');
  expect(gone).toContain('data-freshness="gone"');
  expect(gone).toContain('<span class="number">\u{2013}</span>');
  const [, measuredAt = ''] = /<time datetime="(.+?)">2 h ago</.exec(gone)!;
  const day = { day: 'numeric', month: 'short' } as const;
  const time = { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Kolkata' } as const;
  const last = new Date(measuredAt).toLocaleString('en-GB', { ...day, ...time });
  expect(last).toMatch(/^\d+ [A-Z][a-z]+, \d\d:\d\d$/);
  expect(gone).toContain(`class="last">Last 3.0 °C, ${last}<`);
  expect(gone).toContain('<span class="offline" >');
  web.advance(400 * 86_400_000);
  const year = measuredAt.slice(0, 4);
  expect((await web.ask('/')).text).toMatch(
    new RegExp(`class="last">Last 3.0 °C, \\d+ [A-Z][a-z]+ ${year}, \\d\\d:\\d\\d<`),
  );
});

test('how late a value is goes by how often its series has one', async () => {
  const web = await useWeb();
  for (const hours of [4, 3, 2]) {
    web.commit({ station: 'hourly', metric: 'temperature', value: 1, ageMs: hours * 3_600_000 });
  }
  for (const seconds of [80, 70, 60]) {
    web.commit({ station: 'often', metric: 'temperature', value: 1, ageMs: seconds * 1000 });
  }
  const [, hourly = '', often = ''] = (await web.ask('/')).text.split('<article');
  expect(hourly).toContain('data-interval="3600" data-freshness="fresh"');
  expect(often).toContain('data-interval="10" data-freshness="late"');
});

test('while the database is away, the page of a station shows at least its newest values', async () => {
  const web = await useWeb();
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  const { status, text } = await web.ask('/stations/outside');
  expect(status).toBe(200);
  expect(text).toContain('<span class="number">21.5</span>');
});

test.each(['/stations/nowhere', '/stations/nowhere/readings', '/nothing-here', '/stations/%00'])(
  '%s is a page that says so, with status 404',
  async (path) => {
    const web = await useStation([]);
    const { status, headers, text } = await web.ask(path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('text/html');
    expect(text).toContain('There is nothing here');
  },
);

test('the status page begins with whether all is well', async () => {
  const web = await useStation([]);
  const sentence = async (): Promise<string> =>
    /<h1>(.*?)<\/h1>/.exec((await web.ask('/status')).text)?.[1] ?? '';
  expect(await sentence()).toBe('All is well.');
  web.advance(2 * 3_600_000);
  expect(await sentence()).toBe('Outside is silent.');
  web.setBrokerListening(false);
  expect(await sentence()).toBe('Stations can not connect: the broker does not listen.');
});

test('the status page comes without the database too, and says that it is away', async () => {
  const web = await useWeb();
  const { status, text } = await web.ask('/status');
  expect(status).toBe(200);
  expect(text).toContain('<h1>The database does not answer.</h1>');
});

test('the status page says where readings are while the database does not take them, and what it says', async () => {
  const web = await useStation([]);
  web.setStoring({
    state: 'spooling',
    databaseProblem: 'disk full',
    spooledMessages: 1_234,
    spooledBytes: 5e6,
  });
  const spooling = (await web.ask('/status')).text;
  expect(spooling).toContain('<h1>The database does not take readings.</h1>');
  expect(spooling).toContain('It says: disk full.');
  expect(spooling).toContain(
    '<strong>1,234 messages</strong> <span class="quiet">to be written, 5.0 MB</span>',
  );
  web.setStoring({ state: 'stalled', spoolProblem: 'no space left' });
  const stalled = (await web.ask('/status')).text;
  expect(stalled).toContain('<h1>No reading can be stored.</h1>');
  expect(stalled).toContain('The database: disk full. The spool: no space left.');
});

test('the status page says how far roll-ups are, and what keeps them from going on', async () => {
  const web = await useStation([]);
  const row = async (): Promise<string> =>
    /<dt>Roll-ups<\/dt><dd>(.*?)<\/dd>/
      .exec((await web.ask('/status')).text)![1]!
      .replace(/<[^>]+>/g, '')
      .trim();
  expect(await row()).toBe('not looked at yet');
  const rolledUntil = Date.UTC(2026, 10, 22, 12) * 1000;
  const ranAt = web.parts.clock() - 5_400_000;
  web.setRollups({ rolledUntil, hoursBehind: 0, marks: 1, ranAt, runMs: 1_230, problem: undefined });
  expect(await row()).toBe(
    'up to date until Sun, 22 Nov 2026, 13:00 CET, 1 stretch to be made anew, last run 5 s ago, 1.2 s',
  );
  web.setRollups({ rolledUntil, hoursBehind: 3_120, marks: 0, problem: undefined });
  expect(await row()).toBe('3,120 hours behind until Sun, 22 Nov 2026, 13:00 CET');
  web.setRollups({ problem: 'disk full' });
  expect(await row()).toBe('wait disk full');
});

test('the status page tells of roll-ups and channels in the language of whoever looks', async () => {
  const { pool } = await useTestDatabase();
  await addChannel(pool, testChannel({ name: 'Garten', fields: [{ ...FIELDS[0]!, field: 3 }] }));
  const web = await useWeb({ pool });
  const rolledUntil = Date.UTC(2026, 10, 22, 12) * 1000;
  const ranAt = web.parts.clock() - 5_400_000;
  web.setRollups({ rolledUntil, hoursBehind: 3_120, marks: 2, ranAt, runMs: 1_230, problem: undefined });
  web.setCounters({ thingspeak_refused_key_missing: 1_234 });
  const { text } = await web.ask('/status?lang=de');
  const words = text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  expect(words).toContain(
    'Zusammenfassungen 3.120 Stunden im Rückstand bis So., 22. Nov. 2026, 13:00 MEZ, ' +
      '2 Abschnitte neu zu berechnen, letzter Lauf vor 5 s, 1,2 s',
  );
  expect(words).toMatch(/ThingSpeak-Kanäle 1 .* Garten \d+ Feld 3 .* keiner nie/);
  expect(words).toMatch(/Abgelehnt seit dem Start .* es wurde kein Schlüssel gezeigt[^.]* 1\.234/);
});

test('a database that is not there yet is not taken for one without stations', async () => {
  const web = await useWeb();
  web.setStoring({ state: 'spooling', isPrepared: false, databaseProblem: 'connect ECONNREFUSED' });
  const { text } = await web.ask('/');
  expect(text).toContain('The database does not take readings at the moment');
  expect(text).not.toContain('Waiting for the first reading');
  expect((await web.ask('/status')).text).toContain('Not known: the database is not there yet.');
  for (const path of ['/stations/outside', '/api/stations', '/api/stations/outside']) {
    expect((await web.ask(path)).status).toBe(503);
  }
});

test('the status page counts what was rejected by reason, and shows the latest', async () => {
  const web = await useStation([]);
  const message = { topic: 'zigbee2mqtt/porch', payload: Buffer.from('on'), qos: 0 as const, clientId: null };
  await insertRejected(
    web.pool,
    [1, 2].map((receivedAt) => ({
      message: { ...message, receivedAt, firstReceivedAt: receivedAt },
      rejections: [{ reason: 'topic-unknown' as const, detail: 'not known' }],
    })),
  );
  const { text } = await web.ask('/status');
  expect(text).toContain(
    'href="/api/rejected?reason&#x3D;topic-unknown"><code>topic-unknown</code></a></td><td class="figure">2<',
  );
  expect(text).toContain('<code>zigbee2mqtt/porch</code>');
  expect(text).toContain('Messages received');
});

test('scripts and styles are kept for good under names that tell their content, and come compressed', async () => {
  const web = await useWeb();
  const { text } = await web.ask('/');
  const urls = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, url = '']) => url);
  expect(urls.map((url) => url.replace(/-[A-Z0-9]{8}\./, '.'))).toStrictEqual([
    '/assets/favicon.svg',
    '/assets/apple-touch-icon.png',
    '/assets/page.css',
    '/assets/live-page.en.js',
  ]);
  for (const url of urls) {
    const plain = await web.app.inject({ url });
    const small = await web.app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
    for (const { statusCode, headers } of [plain, small]) {
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toMatch(/javascript|css|svg|png/);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['vary'], 'a cache between must not give one for the other').toMatch(/accept-encoding/i);
    }
    // What is compressed already is no smaller.
    if (url.endsWith('.png')) continue;
    expect(small.headers['content-encoding']).toBe('br');
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length);
  }
});

test.each(['/assets/../now.hbs', '/assets/%2e%2e/now.hbs', '/assets/..%2f..%2fpackage.json', '/assets/'])(
  'nothing but assets is served: %s',
  async (url) => {
    const web = await useWeb();
    const { statusCode, payload } = await web.app.inject({ url });
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(payload).not.toMatch(/\{\{|"dependencies"/);
  },
);
