import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { startProgram, useFolder } from '../support/program.ts';
import { instructions, readProjectFile } from './files.ts';
import { replayDockerfile } from './image.ts';

const run = promisify(execFile);

/** The command of the health check, and the arguments of Node's. */
function healthCheck(): string[] {
  const line = instructions(readProjectFile('Dockerfile')).find((text) => text.startsWith('HEALTHCHECK '))!;
  return JSON.parse(line.slice(line.indexOf('['))) as string[];
}

test('what the Dockerfile copies suffices to build the program, to start it and to look whether it is well', async () => {
  const app = await replayDockerfile();
  const files = await readdir(join(app, 'dist'), { recursive: true });
  expect(files.filter((file) => file.endsWith('tsbuildinfo'))).toEqual([]);

  const { url } = await useTestDatabase();
  const env = { DATABASE_URL: url, DATA_DIR: await useFolder(), NODE_ENV: 'production' };
  const program = await startProgram(env, [join(app, 'dist/src/main.js')]);
  const page = `http://127.0.0.1:${program.httpPort}`;
  const body = '{"temperature":21.5}';
  const stored = await fetch(`${page}/api/stations/outside/readings`, { method: 'POST', body });
  expect(stored.status).toBe(201);
  expect(await (await fetch(page)).text()).toContain('21.5');

  const [node, ...args] = healthCheck();
  expect(node).toBe('node');
  await run(process.execPath, args, { env: { HTTP_PORT: String(program.httpPort) } });
  // As /usr/local/bin/thermograph is linked to it.
  const { stdout } = await run(join(app, 'dist/src/thermograph.js'), ['station', 'list', '--json'], {
    env: { ...env, PATH: process.env['PATH'] },
  });
  expect(JSON.parse(stdout)).toMatchObject({ stations: [{ station: 'outside' }] });

  program.kill('SIGTERM');
  expect(await program.exited()).toBe(0);
  await expect(
    run(process.execPath, args, { env: { HTTP_PORT: String(program.httpPort) } }),
  ).rejects.toMatchObject({ code: 1 });
});
