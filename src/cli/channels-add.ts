import { createSecret, hashSecret } from '../access/credential.ts';
import { addChannel, type ChannelField } from '../storage/channels-query.ts';
import { FIELD_OPTIONS, hasFieldOption, parseFields } from './channel-field.ts';
import { LARGEST_CHANNEL_ID, parseChannelId } from './channel-id.ts';
import { type Command, type Context, JSON_OPTION, UsageError, textOption } from './command.ts';
import { alignColumns } from './table.ts';

const KEY = /^[A-Za-z0-9_-]{8,64}$/;

const OPTIONS = {
  id: { ...textOption('ID', "the channel's number, as boards and pages have it"), isRequired: true },
  name: { ...textOption('NAME', 'what the channel is called'), isRequired: true },
  description: textOption('TEXT', 'what else there is to say of it'),
  ...FIELD_OPTIONS,
  private: { type: 'boolean', description: 'whoever reads it needs the read key' },
  'write-key': textOption('KEY', 'the key that a board has in its flash already, instead of a new one'),
  latitude: textOption('DEGREES', 'where it is'),
  longitude: textOption('DEGREES', 'where it is'),
  elevation: textOption('METRES', 'where it is'),
  json: JSON_OPTION,
} as const;

type Given = Context<typeof OPTIONS>['options'];

export const channelsAdd: Command<typeof OPTIONS> = {
  name: 'channels add',
  operands: [],
  summary: 'Lets boards that speak ThingSpeak write and read a channel',
  details: `It needs a field, and may have eight. Each is a series; --field1 outside:temperature makes numbers of field 1 temperatures of the
station outside. The keys are shown this once. With --write-key a key that is in use already goes on to be; it is no better than it
was, for whoever has seen it before can write.

With --json: {"id","writeKey","readKey"}`,
  options: OPTIONS,
  async run(context) {
    const { options } = context;
    const { id, fields, mistakes } = check(options);
    if (mistakes.length > 0) throw new UsageError(mistakes);
    const writeKey = options['write-key'] ?? createSecret();
    const readKey = createSecret();
    const { pool } = await context.database();
    await addChannel(pool, {
      id,
      name: options.name ?? '',
      description: options.description ?? null,
      writeKeyHash: hashSecret(writeKey),
      readKeyHash: hashSecret(readKey),
      isPublic: options.private !== true,
      latitude: degrees(options.latitude),
      longitude: degrees(options.longitude),
      elevation: degrees(options.elevation),
      fields,
    });
    if (options.json) context.print(JSON.stringify({ id, writeKey, readKey }));
    else context.print(describe(id, writeKey, readKey, fields, options));
  },
};

interface Checked {
  readonly id: number;
  readonly fields: readonly ChannelField[];
  readonly mistakes: readonly string[];
}

function check(options: Given): Checked {
  const mistakes: string[] = [];
  const id = parseChannelId(options.id ?? '') ?? 0;
  if (id === 0) mistakes.push(`--id must be a number from 1 to ${LARGEST_CHANNEL_ID}.`);
  if (!options.name) mistakes.push('--name is missing.');
  const fields = parseFields(options, mistakes);
  if (fields.length === 0 && !hasFieldOption(options))
    mistakes.push('A channel needs a field, such as --field1 outside:temperature.');
  const key = options['write-key'];
  if (key !== undefined && !KEY.test(key))
    mistakes.push('--write-key must be 8 to 64 letters, digits, _ and -.');
  for (const name of ['latitude', 'longitude', 'elevation'] as const) {
    const given = options[name];
    if (given !== undefined && (given.trim() === '' || !Number.isFinite(Number(given)))) {
      mistakes.push(`--${name} must be a number.`);
    }
  }
  return { id, fields, mistakes };
}

function degrees(given: string | undefined): number | null {
  return given === undefined ? null : Number(given);
}

function describe(
  id: number,
  writeKey: string,
  readKey: string,
  fields: readonly ChannelField[],
  options: Given,
): string {
  const rows = [
    ['  Write key', writeKey],
    ['  Read key', `${readKey}${options.private ? '' : '  (not needed unless PRIVATE is true)'}`],
    ...fields.map(({ field: number, station, metric }) => [`  Field ${number}`, `${metric} of ${station}`]),
  ];
  return `The channel ${id} is there now:\n\n${alignColumns(rows)}\n\nThe keys are shown this once: only hashes of them are kept.`;
}
