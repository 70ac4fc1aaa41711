import { createSecret, hashSecret } from '../access/credential.ts';
import { rotateChannelKeys } from '../storage/channels-query.ts';
import { channelIdOf } from './channel-id.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { alignColumns } from './table.ts';

const OPTIONS = {
  write: { type: 'boolean', description: 'only the write key' },
  read: { type: 'boolean', description: 'only the read key' },
  json: JSON_OPTION,
} as const;

export const channelsRotate: Command<typeof OPTIONS> = {
  name: 'channels rotate',
  operands: ['ID'],
  summary: 'Replaces the keys of a channel',
  details: `Both keys, unless one of them is named. The old ones are of no use from then on, and a connection of MQTT that was made with an
old write key is closed at its next message. The new ones are shown this once.

With --json: {"id","writeKey","readKey"}, without the one that was left as it is`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const id = channelIdOf(context.operands);
    const { write = false, read = false, json } = context.options;
    const isBoth = write === read;
    const keys = {
      ...((write || isBoth) && { writeKey: createSecret() }),
      ...((read || isBoth) && { readKey: createSecret() }),
    };
    const { pool } = await context.database();
    await rotateChannelKeys(pool, id, { write: hashOf(keys.writeKey), read: hashOf(keys.readKey) });
    context.print(json ? JSON.stringify({ id, ...keys }) : describe(id, keys));
  },
};

interface Keys {
  readonly writeKey?: string;
  readonly readKey?: string;
}

function hashOf(key: string | undefined): Buffer | undefined {
  return key === undefined ? undefined : hashSecret(key);
}

function describe(id: number, { writeKey, readKey }: Keys): string {
  const rows = [
    ['  Write key', writeKey],
    ['  Read key', readKey],
  ].flatMap(([label = '', key]) => (key === undefined ? [] : [[label, key]]));
  return `The channel ${id} has new keys; what they replace does not count any more:

${alignColumns(rows)}

Keys are shown this once: only hashes of them are kept.`;
}
