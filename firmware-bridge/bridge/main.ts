import { readFile } from 'node:fs/promises';
import { createLog } from '../../src/log.ts';
import { startBridge } from './bridge.ts';
import { parseChannels } from './channels-file.ts';
import { BridgeError } from './errors.ts';
import { type Asked, HELP, readOptions, UsageError } from './options.ts';

const MAX_BYTES = 1024 ** 3;

try {
  const asked = await readOptions(process.argv.slice(2), process.env);
  if (asked === 'help') process.stdout.write(HELP);
  else await run(asked);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message} See: npm run bridge -- --help\n`);
    process.exitCode = 2;
  } else if (error instanceof BridgeError || (error instanceof Error && 'code' in error)) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}

async function run({ channelsFile, broker, host, port, folder, advice }: Asked): Promise<void> {
  const channels = parseChannels(await readFile(channelsFile, 'utf8'));
  const log = createLog('info', process.stderr.isTTY);
  if (advice !== undefined) log.warn(advice);
  const bridge = await startBridge({ channels, broker, host, port, folder, maxBytes: MAX_BYTES, log });
  process.stdout.write(`Boards post to http://${host}:${bridge.port}/update\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bridge.close());
}
