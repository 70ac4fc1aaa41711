import { describe, expect, it } from 'vitest';
import { parseOptions, type SimulatorOptions } from '../../../firmware-bridge/simulator/options.ts';

const NOW_MS = Date.parse('2026-05-01T00:00:00Z');

function options(args: readonly string[], env: Record<string, string> = {}): SimulatorOptions {
  const parsed = parseOptions(args, env, NOW_MS);
  if (parsed.kind !== 'run') throw new Error(`Not taken: ${JSON.stringify(parsed)}`);
  return parsed.options;
}

function mistakes(...args: string[]): readonly string[] {
  const parsed = parseOptions(args, {}, NOW_MS);
  return parsed.kind === 'mistakes' ? parsed.mistakes : [];
}

describe('options', () => {
  it('default to two stations that replay an hour a second to this machine, without end', () => {
    expect(options([])).toEqual({
      mode: 'live',
      broker: { url: 'mqtt://127.0.0.1:1883', username: undefined, password: undefined },
      stations: 2,
      speed: 3600,
      duration: undefined,
      count: undefined,
    });
  });

  it('take the numbers given', () => {
    const args = ['--stations', '10000', '--speed=0.5', '--duration', '1.5', '--count', '7'];
    expect(options(args)).toMatchObject({ stations: 10_000, speed: 0.5, duration: 1.5, count: 7 });
  });

  it('date a backfill in 2010 unless told otherwise', () => {
    expect(options(['--backfill'])).toMatchObject({ mode: 'backfill', year: 2010 });
    expect(options(['--backfill', '--year', '2026'])).toMatchObject({ mode: 'backfill', year: 2026 });
  });

  it.each(['-h', '--help'])('%s asks for help, whatever else is there', (flag) => {
    expect(parseOptions(['--stations', '0', flag], {}, NOW_MS)).toEqual({ kind: 'help' });
  });

  it.each([
    ['--stations', '0'],
    ['--stations', '10001'],
    ['--stations', '1.5'],
    ['--stations', 'two'],
    ['--stations='],
    ['--speed', '0'],
    ['--speed', 'Infinity'],
    ['--count', '0'],
    ['--duration', '0'],
    ['--year', '2027', '--backfill'],
    ['--year', '1999', '--backfill'],
    ['--year', '2010'],
    ['--speed', '2', '--backfill'],
    ['--count', '2', '--backfill'],
    ['--duration', '2', '--backfill'],
    ['--unheard-of'],
    ['outside'],
    ['--url', 'http://127.0.0.1'],
    ['--url', '127.0.0.1:1883'],
    ['--url', 'mqtt://'],
    ['--url', 'mqtt://u:%zz@127.0.0.1'],
  ])('%s %s %s is one mistake', (...args) => {
    expect(mistakes(...args.filter((arg) => arg !== undefined))).toHaveLength(1);
  });

  it('report every mistake at once', () => {
    expect(mistakes('--stations', '0', '--speed', 'fast', '--year', '2010')).toEqual([
      '--stations must be a whole number from 1 to 10000, not "0".',
      '--speed must be a number from 0.1 to 3600000, not "fast".',
      '--year needs --backfill.',
    ]);
  });
});

describe('the address of the broker', () => {
  it.each([
    [{ MQTT_PORT: '1884' }, 'mqtt://127.0.0.1:1884'],
    [{ HOST: '192.0.2.7' }, 'mqtt://192.0.2.7:1883'],
    [{ HOST: '0.0.0.0' }, 'mqtt://127.0.0.1:1883'],
    [{ HOST: '::' }, 'mqtt://[::1]:1883'],
    [{ HOST: '', MQTT_PORT: '' }, 'mqtt://127.0.0.1:1883'],
  ])("with the service's settings %o is %s", (env, url) => {
    expect(options([], env).broker.url).toBe(url);
  });

  it('keeps credentials out of the URL that is shown', () => {
    expect(options(['--url', 'mqtts://garden:a%40b@example.org:8883']).broker).toEqual({
      url: 'mqtts://example.org:8883',
      username: 'garden',
      password: 'a@b',
    });
  });

  it('keeps credentials out of the complaint about it', () => {
    expect(mistakes('--url', 'http://garden:secret@example.org').join()).not.toContain('secret');
  });
});
