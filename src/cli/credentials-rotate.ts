import { type Command, JSON_OPTION } from './command.ts';
import { issueAgain, loginLines } from './issued.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const credentialsRotate: Command<typeof OPTIONS> = {
  name: 'credentials rotate',
  operands: ['NAME'],
  summary: 'Replaces the password of a credential',
  details: `The old password is of no use from then on, and connections that were made with it are cut. For a password that was lost
or seen by others, and before a board changes hands.

With --json: {"kind","username","password"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [name = ''] = context.operands;
    const issued = await issueAgain(context, name);
    if (context.options.json) {
      context.print(JSON.stringify({ kind: issued.kind, username: name, password: issued.secret }));
    } else {
      const effect = 'The old one does not count any more, and connections made with it are cut.';
      context.print(`${name} has a new password. ${effect}\n${await loginLines(issued, context)}`);
    }
  },
};
