import { type RenamedStation, renameStation } from '../storage/station-rename.ts';
import { type Command, JSON_OPTION, UsageError } from './command.ts';
import { checkName } from './issued.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const stationRename: Command<typeof OPTIONS> = {
  name: 'station rename',
  operands: ['NAME', 'NEW'],
  summary: 'Gives a station another name, with its readings and its credential',
  details: `The name is that of its topics, its page and its MQTT user name. To show it under another name only: station edit --title.

Readings, credential (with the same password), fields of channels, exceptions of retention, and filters of integrators that name it go
over to NEW, which must not be in use: two stations can't become one. Beside a running service nothing is lost or refused for it.

Its board has to be told: it must log in as NEW and publish to stations/NEW/…. If it has a credential it is cut off at once.
Where credentials are needed it is not let in until then; where they are not, what it publishes under the old name makes a station with
that name again. So does what still waits in the spool.

With --json: {"station","formerly","series","hasCredential","channels":[1],"integrators":["name"],"retentionPolicies"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const [from = '', to = ''] = context.operands;
    checkName('station', to);
    if (from === to) throw new UsageError(['The two names are the same.']);
    const { pool } = await context.database();
    const renamed = await renameStation(pool, from, to);
    context.print(
      context.options.json
        ? JSON.stringify({ station: to, formerly: from, ...renamed })
        : describe(from, to, renamed),
    );
  },
};

function describe(from: string, to: string, renamed: RenamedStation): string {
  const { hasCredential, channels, integrators, retentionPolicies } = renamed;
  return [
    `${from} is ${to} now, with all its readings.`,
    hasCredential
      ? `Its board has to log in as ${to}, with the same password, and to publish to stations/${to}/….\nUntil then it is not let in, or, where nobody needs a credential, makes a station ${from} again.`
      : `Its board has to publish to stations/${to}/…. What it still publishes as ${from} makes a station with that name again.`,
    ...(channels.length > 0 ? [`Fields of these channels are of ${to}: ${channels.join(', ')}`] : []),
    ...(integrators.length > 0
      ? [`Filters of these integrators name ${to}; they have to subscribe to that: ${integrators.join(', ')}`]
      : []),
    ...(retentionPolicies > 0 ? ['What retention set says of it holds on.'] : []),
  ].join('\n');
}
