import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { projectFileExists, readProjectFile } from '../packaging/files.ts';
import { type Program, startProgram, useFolder } from '../support/program.ts';
import { type Fence, fencesOf, indentedCode, readPages } from './pages.ts';
import { createShell } from './shell.ts';

// How to write a command into the documentation stands in CONTRIBUTING.md, under "Documentation".

/** Written for those who work on the program, who try what they write. */
const NOT_FOR_OWNERS = new Set(['CONTRIBUTING.md', 'CHANGELOG.md']);
const pages = readPages().filter(({ path }) => !NOT_FOR_OWNERS.has(path));
const fences = pages.flatMap(fencesOf);
const shell = fences.filter(({ language }) => language === 'sh');
const COMMAND =
  /^\s*(?:\$ +)?(?:[A-Z_]+=(?:'[^'\n]*'|\S+) +)*(?:sudo|npm|npx|thermograph|curl|mosquitto_pub|mosquitto_sub|docker|psql|systemctl|apt-get) /m;

/** What every page may take to be there. */
const STATIONS = ['outside', 'inside', 'shed', 'garden'];
const READINGS = '{"temperature":21.5,"temperature.roof":30,"humidity":48,"battery":90,"rssi":-60}';

async function post({ httpPort }: Program, station: string): Promise<void> {
  const url = `http://127.0.0.1:${httpPort}/api/stations/${station}/readings`;
  expect((await fetch(url, { method: 'POST', body: READINGS })).status).toBe(201);
}

const at = ({ page, line }: Fence): string => `${page}:${line}`;

test('every command of the documentation is in a fence of sh', () => {
  const others = fences.filter(
    ({ language, body }) => /^(?:|bash|shell|console)$/.test(language) && COMMAND.test(body),
  );
  expect(others.map(at)).toEqual([]);
  const indented = pages.filter((page) => COMMAND.test(indentedCode(page)));
  expect(indented.map(({ path }) => path)).toEqual([]);
});

test('a fence that is not run here says why, or which test runs it', () => {
  const wrong = shell.filter(({ mark }) => {
    if (mark === undefined || /^not run: ./.test(mark)) return false;
    const tests = mark.match(/test\/\S+\.test\.ts/g) ?? [];
    return !mark.startsWith('run by ') || tests.length === 0 || !tests.every(projectFileExists);
  });
  expect(wrong.map(at)).toEqual([]);
});

test('a program of dist that a page starts is one that starts', () => {
  const started = new Set(readProjectFile('package.json').match(/dist\/\S+?\.js/g));
  const wrong = pages.flatMap(({ path, text }) =>
    (text.match(/dist\/[\w./-]+?\.js/g) ?? [])
      .filter((file) => !started.has(file))
      .map((file) => `${path}: ${file}`),
  );
  expect(wrong).toEqual([]);
});

test('every other command does what it is there for, beside a service that has just been started', {
  timeout: 300_000,
}, async () => {
  const folder = await useFolder();
  const service = await startProgram({ DATA_DIR: `${folder}/data` });
  const commands = await createShell(folder, service);
  const database = new Client({ host: `${folder}/data/run`, user: 'thermograph', database: 'thermograph' });
  await database.connect();
  onTestFinished(() => database.end());

  const failures: string[] = [];
  for (const fence of shell.filter(({ mark }) => mark === undefined)) {
    for (const station of STATIONS) await post(service, station);
    const failure = await commands.run(fence.body);
    if (failure !== undefined) failures.push(`${at(fence)}: ${failure}`);
    // The next page makes the same ones.
    await database.query('DELETE FROM credentials; DELETE FROM channels');
  }
  expect(failures).toEqual([]);
});
