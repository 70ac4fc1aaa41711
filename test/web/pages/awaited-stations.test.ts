import { expect, test } from 'vitest';
import { useTestDatabase } from '../../support/database.ts';
import { useWeb } from '../../support/web.ts';

const words = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

test('a station that has a credential and no reading is named on both pages, until its first one', async () => {
  const web = await useWeb();
  for (const name of ['garden', 'shed']) web.credentials.add('station', name);
  web.credentials.add('integrator', 'grafana');
  const { text: empty } = await web.ask('/');
  expect(empty, 'it is what the examples are about').toContain(
    '-u garden -P PASSWORD -q 1 -t stations/garden/temperature',
  );
  web.commit({ station: 'garden', metric: 'temperature', value: 21.5 });
  const [{ text: now }, { text: status }] = [await web.ask('/'), await web.ask('/status')];
  expect(words(now)).toContain('Waiting for the first reading of shed Each has a password');
  expect(now).toContain('npx thermograph credentials rotate shed');
  expect(words(status)).toContain('shed waiting for its first reading never');
  for (const text of [now, status]) expect(text).not.toContain('grafana');
  expect((await web.ask('/api/stations')).body.stations).toHaveLength(1);
  web.commit({ station: 'shed', metric: 'temperature', value: 1 });
  for (const path of ['/', '/status']) expect((await web.ask(path)).text).not.toMatch(/first reading/);
});

test('of ten thousand twenty are named; while stations are not known, nor on a wall, none', async () => {
  const web = await useWeb();
  web.commit({ station: 'garden', metric: 'temperature', value: 21.5 });
  for (let index = 0; index < 10_000; index += 1) web.credentials.add('station', `s${index}`);
  for (const path of ['/', '/status']) {
    const { text } = await web.ask(path);
    expect(words(text)).toContain('s19');
    expect(words(text)).toContain('and 9,980 others');
    expect(text).not.toContain('s20<');
  }
  expect((await web.ask('/?kiosk=1')).text).not.toContain('s19');
  web.setStoring({ isPrepared: false });
  for (const path of ['/', '/status']) expect((await web.ask(path)).text).not.toContain('s19');
});

test('its page says that it is waited for, with 404, and the status page does not say that all have been heard', async () => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  web.commit({ station: 'outside', metric: 'temperature', value: 1 });
  for (const name of ['garden', 'shed']) web.credentials.add('station', name);
  const { status, text } = await web.ask('/stations/shed');
  expect([status, words(text)]).toEqual([
    404,
    expect.stringContaining('There is nothing here yet No reading of shed is stored yet.'),
  ]);
  expect((await web.ask('/stations/nowhere')).text).toContain('No station is named nowhere.');
  expect(words((await web.ask('/status')).text)).toContain('2 stations have sent no reading yet.');
  for (const name of ['garden', 'shed']) web.commit({ station: name, metric: 'temperature', value: 1 });
  expect(words((await web.ask('/status')).text)).toContain('Every station has been heard');
});
