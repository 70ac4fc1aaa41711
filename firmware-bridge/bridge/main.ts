import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { logOptions } from '../../src/log.ts';
import { startBridge } from './bridge.ts';
import { parseChannels } from './channels-file.ts';
import { BridgeError } from './errors.ts';

const MAX_BYTES = 1024 ** 3;

const HELP = `Takes what boards write to ThingSpeak, keeps it on disk, and publishes it to an MQTT broker.

  npm run bridge -- --channels FILE --url URL [options]

  --channels FILE  the channels: [{"id":254616,"writeKey":"…","fields":{"1":"outside:temperature"}}]
  --url URL        the broker: mqtt://, mqtts://, ws:// or wss://, with user:password@ where it asks for them
  --host ADDRESS   where boards find it (default 127.0.0.1; 0.0.0.0 for boards)
  --port N         (default 8080; boards ask at 80)
  --folder PATH    where readings are kept until they are delivered (default ./bridge-data)
  --help           this text
`;

const { values } = parseArgs({
  options: {
    channels: { type: 'string' },
    url: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8080' },
    folder: { type: 'string', default: './bridge-data' },
    help: { type: 'boolean' },
  },
  strict: false,
});

if (values.help) process.stdout.write(HELP);
else await run();

async function run(): Promise<void> {
  const { channels, url, host, port, folder } = values;
  if (typeof channels !== 'string' || typeof url !== 'string' || !URL.canParse(url)) {
    process.stderr.write('--channels and --url are needed. See: npm run bridge -- --help\n');
    process.exitCode = 2;
    return;
  }
  try {
    const bridge = await startBridge({
      channels: parseChannels(await readFile(channels, 'utf8')),
      host: String(host),
      port: Number(port),
      mqttUrl: url,
      folder: String(folder),
      maxBytes: MAX_BYTES,
      log: pino(logOptions('info')),
    });
    process.stdout.write(`Boards post to http://${String(host)}:${bridge.port}/update\n`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bridge.close());
  } catch (error) {
    if (!(error instanceof BridgeError) && !(error instanceof Error && 'code' in error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
