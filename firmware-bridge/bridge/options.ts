import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../src/storage/failure.ts';
import type { Broker } from './connect.ts';

/** What the command line and the environment ask for. */
export interface Asked {
  readonly channelsFile: string;
  readonly broker: Broker;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  /** What the owner had better do otherwise. */
  readonly advice: string | undefined;
}

/** The command line or the environment can't be followed; the message says why. */
export class UsageError extends Error {}

export const HELP = `Takes what boards write to ThingSpeak, keeps it on disk, and publishes it to an MQTT broker.

  npm run bridge -- --channels FILE --url URL [options]

  --channels FILE       the channels: [{"id":254616,"writeKey":"…","fields":{"1":"outside:temperature"}}]
  --url URL             the broker: mqtt://, mqtts://, ws:// or wss:// (or MQTT_URL)
  --user NAME           the user at the broker (or MQTT_USERNAME)
  --password-file FILE  the file that holds the password, and nothing else (or the password itself in MQTT_PASSWORD)
  --host ADDRESS        where boards find it (default 127.0.0.1; 0.0.0.0 for boards)
  --port N              (default 8080; boards ask at 80)
  --folder PATH         where readings are kept until they are delivered (default ./bridge-data)
  --help                this text
`;

const SCHEMES: ReadonlySet<string> = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);
const LAST_PORT = 65_535;
const ADVICE =
  'The password in --url can be seen by everybody on this machine who lists its processes. MQTT_PASSWORD and ' +
  '--password-file keep it from them.';

/** @returns `'help'` where that is asked for. @throws UsageError */
export async function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Asked | 'help'> {
  const values = parse(args);
  if (values.help === true) return 'help';
  const { channels, host, folder } = values;
  const url = values.url ?? env['MQTT_URL'];
  if (channels === undefined || url === undefined) throw new UsageError('--channels and --url are needed.');
  if (!URL.canParse(url) || !SCHEMES.has(new URL(url).protocol))
    throw new UsageError(
      '--url must be like mqtt://weather.example, or begin with mqtts://, ws:// or wss://.',
    );
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > LAST_PORT)
    throw new UsageError(`--port must be 0 to ${LAST_PORT}, and not ${values.port}.`);
  return {
    channelsFile: channels,
    broker: { url, username: values.user ?? env['MQTT_USERNAME'], password: await password(values, env) },
    host,
    port,
    folder,
    advice: values.url !== undefined && new URL(values.url).password !== '' ? ADVICE : undefined,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        channels: { type: 'string' },
        url: { type: 'string' },
        user: { type: 'string' },
        'password-file': { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8080' },
        folder: { type: 'string', default: './bridge-data' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

/** `undefined`: there is none, or it is in the URL. */
async function password(
  values: Pick<ReturnType<typeof parse>, 'password-file'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const file = values['password-file'];
  if (file === undefined) return env['MQTT_PASSWORD'];
  try {
    // Editors end a file with a line end.
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new UsageError(`--password-file can't be read: ${reasonOf(error)}.`);
  }
}
