import { type ChannelContents, readChannelContents, removeChannel } from '../storage/channels-query.ts';
import { channelIdOf } from './channel-id.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { confirm, REMOVAL_OPTIONS, requireConsent } from './confirm.ts';
import { countText } from './progress.ts';
import { printable } from './rejected-list.ts';

const OPTIONS = { ...REMOVAL_OPTIONS, json: JSON_OPTION } as const;

export const channelsRemove: Command<typeof OPTIONS> = {
  name: 'channels remove',
  operands: ['ID'],
  summary: 'Takes a channel away, with its keys and entries',
  details: `What was written to it can't be read as a channel any more, and can't be brought back; the readings of its stations stay. On a
terminal it asks for the ID first.

With --json: {"id","name","fields","entries","isRemoved"}; it needs --yes or --dry-run.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const id = channelIdOf(context.operands);
    requireConsent(context);
    const { yes, 'dry-run': isDryRun, json } = context.options;
    const { pool } = await context.database();
    const contents = await readChannelContents(pool, id);
    if (isDryRun) return context.print(json ? documentOf(contents, false) : describe(contents, 'would go'));
    if (!yes) {
      context.tell(`${describe(contents, 'will go')}\n`);
      await confirm(context, String(id));
    }
    await removeChannel(pool, id);
    context.print(json ? documentOf(contents, true) : describe(contents, 'are gone'));
  },
};

function documentOf({ id, name, fields, entries }: ChannelContents, isRemoved: boolean): string {
  return JSON.stringify({ id, name, fields, entries, isRemoved });
}

function describe({ id, name, entries }: ChannelContents, what: string): string {
  const counts = `its keys, and all of its entries: ${countText(entries)}`;
  return `Of channel ${id} (${printable(name)}) ${what}: ${counts}. The readings of its stations stay.`;
}
