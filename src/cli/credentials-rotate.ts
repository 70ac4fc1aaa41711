import { readCredentials } from '../storage/credentials-query.ts';
import { CONFIG_OPTION, handOutToBoard } from './board-file.ts';
import { type Command, type Context, JSON_OPTION, UsageError } from './command.ts';
import { article, type Issued, issueAgain, loginLines } from './issued.ts';

const OPTIONS = { config: CONFIG_OPTION, json: JSON_OPTION } as const;
const EFFECT = 'The old one does not count any more, and connections made with it are cut.';

export const credentialsRotate: Command<typeof OPTIONS> = {
  name: 'credentials rotate',
  operands: ['NAME'],
  summary: 'Replaces the password of a credential',
  details: `The old password is of no use from then on, and connections that were made with it are cut. For a password that was lost
or seen by others, and before a board changes hands.

For the board of a station with the program of firmware-bridge/station, --config makes its config.json with the new password, in
which only the Wi-Fi is to be filled in. FILE must not be there yet, and is for its owner alone to read:

  credentials rotate outside --config outside.json

With --json: {"kind","username","password"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [name = ''] = context.operands;
    const { config, json } = context.options;
    if (config !== undefined && json) throw new UsageError(['--config and --json exclude each other.']);
    if (config !== undefined) {
      const make = (): Promise<Issued> => issueAgain(context, name);
      await requireStation(context, name);
      return handOutToBoard(context, { path: config, effect: `${name} has a new password. ${EFFECT}`, make });
    }
    const issued = await issueAgain(context, name);
    if (json) {
      context.print(JSON.stringify({ kind: issued.kind, username: name, password: issued.secret }));
    } else {
      context.print(`${name} has a new password. ${EFFECT}\n${await loginLines(issued, context)}`);
    }
  },
};

/** Who has no credential at all is told so by what would replace it. @throws UsageError */
async function requireStation(context: Context, name: string): Promise<void> {
  const { pool } = await context.database();
  const found = (await readCredentials(pool)).find((credential) => credential.name === name);
  if (found === undefined || found.kind === 'station') return;
  throw new UsageError([`${name} is ${article(found.kind)}: --config is for the boards of stations.`]);
}
