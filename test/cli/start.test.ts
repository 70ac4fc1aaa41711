import { expect, test } from 'vitest';
import { runProgram, startProgram, useFolder } from '../support/program.ts';

const START = ['dist/src/thermograph.js', 'start'];

test('thermograph start is the service, which a signal stops in order', async () => {
  const program = await startProgram({ DATA_DIR: await useFolder() }, START);
  const { status } = await fetch(`http://127.0.0.1:${program.httpPort}/health/ready`);
  expect(status).toBe(200);
  program.kill('SIGINT');
  expect(await program.exited()).toBe(0);
  expect(program.stdout()).toContain('SIGINT: storing what is under way, then stopping.');
});

test('thermograph start ends with 2 and no stack trace for wrong settings, as npm start does', async () => {
  const program = runProgram({ MQTT_PORT: 'x' }, START);
  expect(await program.exited()).toBe(2);
  expect(program.stderr()).toContain('MQTT_PORT');
  expect(program.stderr()).not.toContain('    at ');
});
