import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  createLiveHub,
  LIVE_HUB_DEFAULTS,
  type LiveHub,
  type LiveHubOptions,
} from '../../src/web/live-hub.ts';
import { poll } from '../support/poll.ts';
import { createWebParts, type WebPartsHandle } from '../support/web-parts.ts';

interface TestHub extends WebPartsHandle {
  readonly hub: LiveHub;
  /** A viewer over a real connection that reads nothing until it is told to. */
  watch(): Promise<IncomingMessage>;
  cutOff(): number;
}

async function useHub(options: Partial<LiveHubOptions>): Promise<TestHub> {
  const handle = createWebParts();
  const hub = createLiveHub(handle.parts, { ...LIVE_HUB_DEFAULTS, ...options });
  let cutOff = 0;
  const server = createServer((_request, response) => {
    const viewer = {
      response,
      mayStay: () => true,
      station: undefined,
      units: undefined,
      address: '127.0.0.1',
    };
    response.on('close', () => {
      cutOff += 1;
      hub.remove(viewer);
    });
    hub.add(viewer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    hub.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...handle,
    hub,
    cutOff: () => cutOff,
    watch: () =>
      new Promise((resolve, reject) => {
        get({ port, agent: false }, (response) => {
          response.on('error', () => {});
          resolve(response);
        }).on('error', reject);
      }),
  };
}

function commitMany(handle: WebPartsHandle, series: number): void {
  for (let i = 0; i < series; i += 1)
    handle.commit({ station: `s${i}`, metric: 'temperature', value: Math.random() });
}

test('a viewer who does not read is cut off once a bounded amount waits for it', async () => {
  const hub = await useHub({ flushIntervalMs: 1, maxWaitingBytes: 64 * 1024 });
  const viewer = await hub.watch();
  viewer.pause();
  await poll(() => {
    commitMany(hub, 1000);
    return hub.cutOff() === 1;
  });
});

test('a viewer who keeps up is not cut off by an event larger than the bound', async () => {
  const hub = await useHub({ flushIntervalMs: 1, maxWaitingBytes: 1024 });
  const viewer = await hub.watch();
  let text = '';
  viewer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  commitMany(hub, 1000);
  await poll(() => text.includes('"s999"'));
  expect(hub.cutOff()).toBe(0);
});

test('heartbeats come by themselves', async () => {
  const hub = await useHub({ heartbeatIntervalMs: 5 });
  const viewer = await hub.watch();
  let text = '';
  viewer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await poll(() => text.split('\n: ping\n').length > 3);
});

test('there is room for as many viewers as are allowed, and again when one leaves', async () => {
  const hub = await useHub({ maxViewers: 2 });
  await hub.watch();
  expect(hub.hub.isFullFor('127.0.0.1')).toBeNull();
  const second = await hub.watch();
  expect(hub.hub.isFullFor('127.0.0.1')).toBe('everybody');
  second.destroy();
  await poll(() => hub.hub.isFullFor('127.0.0.1') === null);
});

test('a closed hub hears nothing any more, and has no room', async () => {
  const hub = await useHub({});
  expect(hub.listeners()).toBe(2);
  hub.hub.close();
  expect(hub.listeners()).toBe(0);
  expect(hub.hub.isFullFor('127.0.0.1')).toBe('everybody');
});
