import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type HttpLimits, httpLimits } from '../../src/web/http-limits.ts';
import { createMqttUpgrade } from '../../src/web/mqtt-upgrade.ts';
import { createWeb, type WebOptions } from '../../src/web/server.ts';
import { createWebServers } from '../../src/web/web-servers.ts';
import { createWebParts, silentLog, type WebPartsHandle, type WebPartsOptions } from './web-parts.ts';

/** The web layer, listening, with the rest of the service in the test's hands. */
export interface TestWeb extends WebPartsHandle {
  readonly app: FastifyInstance;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** A request to it; JSON replies are parsed. */
  ask(path: string, options?: RequestInit): Promise<Reply>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into replies of many shapes
  readonly body: any;
}

/** Logs in as a browser does. @returns the cookie, as it is sent */
export async function logIn(web: TestWeb, secret: string): Promise<string> {
  const { status, headers } = await web.ask('/login', {
    method: 'POST',
    body: new URLSearchParams({ secret }),
    redirect: 'manual',
  });
  const cookie = headers.get('set-cookie')?.split(';', 1)[0];
  if (status !== 303 || cookie === undefined) throw new Error(`the login was answered with ${status}`);
  return cookie;
}

/** As they are unless they are set. */
export const HTTP_LIMITS = httpLimits(readConfig({}));

/** Everybody comes in. */
export const OPEN_DOOR = { guard: () => {}, letGo: () => {} };

/** Closed when the test ends. */
export async function useWeb(
  options: WebPartsOptions = {},
  webOptions: TestWebOptions = {},
): Promise<TestWeb> {
  const web = await startWeb(createWebParts(options), 0, webOptions);
  onTestFinished(() => web.close());
  return web;
}

/** For several tests, or to come back on the same port; its user closes it. */
export type TestWebOptions = Partial<WebOptions> & { readonly limits?: HttpLimits };

export async function startWeb(
  handle: WebPartsHandle,
  port = 0,
  { limits = HTTP_LIMITS, ...options }: TestWebOptions = {},
): Promise<TestWeb> {
  const app = await createWeb(handle.parts, { log: silentLog, ...options });
  const servers = createWebServers({
    app,
    upgrade: createMqttUpgrade(handle.parts),
    door: OPEN_DOOR,
    limits,
    counters: handle.parts.httpCounters,
  });
  const { port: taken } = await servers.listen('127.0.0.1', port);
  const url = `http://127.0.0.1:${taken}`;
  return {
    ...handle,
    app,
    url,
    close: () => servers.close(),
    async ask(path, init) {
      const response = await fetch(url + path, init);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && text !== '' ? JSON.parse(text) : undefined,
      };
    },
  };
}
