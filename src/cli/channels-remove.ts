import { removeChannel } from '../storage/channels-query.ts';
import { channelIdOf } from './channel-id.ts';
import { type Command, JSON_OPTION } from './command.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const channelsRemove: Command<typeof OPTIONS> = {
  name: 'channels remove',
  operands: ['ID'],
  summary: 'Takes a channel away, with its keys and entries',
  details: `What was written to it can't be read as a channel any more; the readings of its stations stay. Nothing is asked before.

With --json: {"id"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const id = channelIdOf(context.operands);
    const { pool } = await context.database();
    await removeChannel(pool, id);
    context.print(
      context.options.json
        ? JSON.stringify({ id })
        : `There is no channel ${id} any more. The readings of its stations stay.`,
    );
  },
};
