import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { programName } from '../src/program-name.ts';
import { startUpLines } from '../src/start-up-lines.ts';

function at(port: number) {
  return { address: '0.0.0.0', family: 'IPv4', port };
}

test('the start-up lines say every address that is listened on', () => {
  const addresses = { http: at(3000), mqtt: at(1883), https: at(3443), mqtts: at(8883) };
  const config = readConfig({ HOST: '0.0.0.0' });
  const lines = startUpLines({ config, version: '1.0.0', program: 'thermograph', ...addresses });
  expect(lines.match(/\w+:\/\/\S+/g)).toEqual([
    'http://localhost:3000',
    'mqtt://localhost:1883',
    'ws://localhost:3000/mqtt',
    'https://localhost:3443',
    'mqtts://localhost:8883',
    'wss://localhost:3443/mqtt',
  ]);
});

test('without TLS there is no line about it', () => {
  const addresses = { http: at(3000), mqtt: at(1883), https: undefined, mqtts: undefined };
  const lines = startUpLines({
    config: readConfig({}),
    version: '1.0.0',
    program: 'thermograph',
    ...addresses,
  });
  expect(lines).not.toContain('TLS');
  expect(lines.split('\n').map((line) => line.slice(0, 8).trim())).toEqual([
    'Thermogr',
    'Page',
    'Broker',
    'Data',
    'Try',
    '',
  ]);
});

test.each([
  ['start', 'npm run thermograph -- station add outside'],
  ['npx', 'npx thermograph station add outside'],
  [undefined, 'thermograph station add outside'],
])('started by %s of npm, they say how commands are given there', (event, command) => {
  const addresses = { http: at(3000), mqtt: at(1883), https: undefined, mqtts: undefined };
  const program = programName({ npm_lifecycle_event: event });
  const lines = startUpLines({
    config: readConfig({ HOST: '0.0.0.0' }),
    version: '1.0.0',
    program,
    ...addresses,
  });
  expect(lines).toContain(`  Try     ${command}\n`);
});
