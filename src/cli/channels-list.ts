import { readChannels } from '../storage/channels-query.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const channelsList: Command<typeof OPTIONS> = {
  name: 'channels list',
  operands: [],
  summary: 'Shows the channels of boards that speak ThingSpeak',
  details: `Without keys, for only hashes of them are kept.

With --json: {"channels":[{"id","name","isPublic","createdAt","fields":[{"field","station","metric","label"}]}]}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { pool } = await context.database();
    const found = await readChannels(pool);
    if (context.options.json) {
      const channels = found.map(({ id, name, isPublic, createdAt, fields }) => ({
        id,
        name,
        isPublic,
        createdAt: createdAt.toISOString(),
        fields,
      }));
      context.print(JSON.stringify({ channels }));
      return;
    }
    if (found.length === 0)
      return context.tell('There are no channels yet. Make one: thermograph channels add --help');
    const rows = found.map(({ id, name, isPublic, fields }) => [
      String(id),
      name,
      isPublic ? 'anybody' : 'read key',
      fields.map(({ field, station, metric }) => `${field}=${station}:${metric}`).join(' '),
    ]);
    context.print(alignColumns([['ID', 'NAME', 'READ BY', 'FIELDS'], ...rows]));
  },
};
