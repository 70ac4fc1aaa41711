import { readCredentials } from '../storage/credentials-query.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const credentialsList: Command<typeof OPTIONS> = {
  name: 'credentials list',
  operands: [],
  summary: 'Shows who has a credential',
  details: `Without passwords, for only hashes of them are kept.

With --json: {"credentials":[{"kind","username","filters","createdAt","rotatedAt"}]}; rotatedAt is null where the password
was never replaced.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { pool } = await context.database();
    const found = await readCredentials(pool);
    if (context.options.json) {
      const credentials = found.map(({ kind, name, filters, createdAt, rotatedAt }) => ({
        kind,
        username: name,
        filters,
        createdAt: createdAt.toISOString(),
        rotatedAt: rotatedAt?.toISOString() ?? null,
      }));
      context.print(JSON.stringify({ credentials }));
      return;
    }
    if (found.length === 0)
      return context.tell('There are no credentials yet. Make one: thermograph station add NAME');
    const rows = found.map(({ kind, name, filters, createdAt, rotatedAt }) => [
      name,
      kind,
      createdAt.toISOString().slice(0, 10),
      rotatedAt?.toISOString().slice(0, 10) ?? '-',
      filters.join(' '),
    ]);
    context.print(alignColumns([['NAME', 'KIND', 'CREATED', 'ROTATED', 'READS'], ...rows]));
  },
};
