import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { poll } from '../../support/poll.ts';
import { startReceiver } from './receiver.ts';

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'firmware-bridge/simulator/main.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exit = once(child, 'exit');
  const ended = (async () => {
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await exit;
    return { code: child.exitCode, out, err };
  })();
  return { child, ended };
}

describe('npm run simulate', () => {
  it('prints its help and exits with 0', async () => {
    const { code, out } = await start('--help').ended;
    expect(code).toBe(0);
    expect(out).toContain('npm run simulate -- [options]');
  });

  it('exits with 2 and says what is wrong with its options', async () => {
    const { code, err } = await start('--stations', 'many').ended;
    expect(code).toBe(2);
    expect(err).toContain('--stations must be a whole number');
  });

  it('exits with 1 and says how to start the broker where there is none', async () => {
    const gone = await startReceiver();
    await gone.kill();
    const { code, err } = await start('--url', gone.url).ended;
    expect(code).toBe(1);
    expect(err).toBe(`No broker at ${gone.url}; start it with "npm start".\n`);
  });

  it('reports a finished backfill in one line and exits with 0', async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.kill());
    const { code, out } = await start('--url', receiver.url, '--backfill').ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^43795 readings in 72 messages acknowledged in \d+\.\d s\n$/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with its totals, offline, on %s', async (signal) => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.kill());
    const { child, ended } = start('--url', receiver.url, '--speed', '360000');
    await poll(() => receiver.received.length > 10);
    child.kill(signal);
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+ readings in \d+ messages acknowledged in \d+\.\d s\n$/);
    expect(receiver.received.filter(({ payload }) => payload === 'offline')).toHaveLength(2);
  });

  it('interrupted twice exits with 1 and counts what was not acknowledged', async () => {
    const receiver = await startReceiver({
      authorizePublish: (_client, packet, callback) => {
        if (packet.topic.endsWith('/status')) callback(null);
      },
    });
    onTestFinished(() => receiver.kill());
    const { child, ended } = start('--url', receiver.url, '--stations', '1');
    await poll(() => receiver.received.length === 2);
    // Should the second come too early for its own, the run ends by itself, later and in the same way.
    child.kill('SIGINT');
    const pressedAt = Date.now();
    await poll(() => Date.now() > pressedAt + 800);
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect(code).toBe(1);
    expect(err).toContain('3 readings in 1 messages were not acknowledged');
  });
});
