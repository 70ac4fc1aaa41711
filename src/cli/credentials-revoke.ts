import { revokeCredential } from '../storage/credentials-query.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { article } from './issued.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const credentialsRevoke: Command<typeof OPTIONS> = {
  name: 'credentials revoke',
  operands: ['NAME'],
  summary: 'Takes a credential away',
  details: `Whoever has it is cut off at once, and can't come back with it. What a station has published stays. Nothing is asked
before; the name can be given again, with another password.

With --json: {"kind","username"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [name = ''] = context.operands;
    const { pool } = await context.database();
    const { kind } = await revokeCredential(pool, name);
    if (context.options.json) {
      context.print(JSON.stringify({ kind, username: name }));
    } else {
      const rest = kind === 'station' ? ' What it has published stays.' : '';
      context.print(
        `${name} is not ${article(kind)} with a credential any more. Its connections are cut.${rest}`,
      );
    }
  },
};
