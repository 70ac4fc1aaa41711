import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type BridgeOptions, startBridge } from '../../firmware-bridge/bridge/bridge.ts';
import { parseChannels } from '../../firmware-bridge/bridge/channels-file.ts';
import { useFolder } from './program.ts';
import { WRITE_KEY } from './thingspeak.ts';

const CHANNELS = JSON.stringify([
  { id: 1, writeKey: WRITE_KEY, fields: { '1': 'outside:temperature', '2': 'inside:temperature' } },
]);

export interface TestBridge {
  readonly url: string;
  readonly folder: string;
  waiting(): number;
  /** What was logged. */
  readonly logged: readonly { readonly level: number; readonly msg: string; readonly reason?: string }[];
  /** An update. @returns status and body */
  get(query: string): Promise<readonly [number, string]>;
  close(): Promise<void>;
}

/** A bridge to a broker at this port; it is closed when the test ends. */
export async function useBridge(mqttPort: number, options: Partial<BridgeOptions> = {}): Promise<TestBridge> {
  const folder = options.folder ?? (await useFolder());
  const logged: TestBridge['logged'][number][] = [];
  const log = pino(
    {},
    { write: (line) => void logged.push(JSON.parse(line) as TestBridge['logged'][number]) },
  );
  const bridge = await startBridge({
    channels: parseChannels(CHANNELS),
    host: '127.0.0.1',
    port: 0,
    broker: { url: `mqtt://127.0.0.1:${mqttPort}` },
    maxBytes: 1024 * 1024,
    retryMs: 20,
    log,
    ...options,
    folder,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= bridge.close());
  onTestFinished(close);
  const url = `http://127.0.0.1:${bridge.port}`;
  return {
    url,
    folder,
    waiting: () => bridge.waiting(),
    logged,
    async get(query) {
      const response = await fetch(`${url}/update?api_key=${WRITE_KEY}&${query}`);
      return [response.status, await response.text()];
    },
    close,
  };
}
