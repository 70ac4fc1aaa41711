import { CONFIG_OPTION, handOutToBoard } from './board-file.ts';
import { type Command, type Context, JSON_OPTION, UsageError } from './command.ts';
import { checkName, type Issued, issue, loginLines } from './issued.ts';

const OPTIONS = {
  config: CONFIG_OPTION,
  json: JSON_OPTION,
} as const;

export const stationAdd: Command<typeof OPTIONS> = {
  name: 'station add',
  operands: ['NAME'],
  summary: 'Lets a station publish: makes its password',
  details: `NAME is the station's name in topics, and its MQTT user name. With the password, which is shown this once, it may
publish to stations/NAME/… and read that and live/NAME/…, and nothing else.

For a board with the program of firmware-bridge/station, --config makes its config.json, in which only the Wi-Fi is to be
filled in. FILE must not be there yet, and is for its owner alone to read; it holds the password:

  station add outside --config outside.json

A station that has a password already gets such a file with a new one by credentials rotate NAME --config FILE.

With --json: {"station","username","password"}`,
  options: OPTIONS,
  async run(context) {
    const [name = ''] = context.operands;
    const { config, json } = context.options;
    if (config !== undefined && json) throw new UsageError(['--config and --json exclude each other.']);
    const make = (): Promise<Issued> => issue(context, { kind: 'station', name, filters: [] });
    if (config === undefined) return show(await make(), context);
    checkName('station', name);
    const effect = `The station ${name} may publish now.`;
    return handOutToBoard(context, { path: config, effect, make });
  },
};

/** The forms that a new station's password can be handed out in. */
async function show(issued: Issued, context: Context<typeof OPTIONS>): Promise<void> {
  if (context.options.json) context.print(JSON.stringify(stationDocument(issued)));
  else
    context.print(
      `The station ${issued.name} may publish now. What its board needs:\n${await loginLines(issued, context)}`,
    );
}

export function stationDocument({ name, secret }: Issued): object {
  return { station: name, username: name, password: secret };
}
