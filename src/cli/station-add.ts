import { type Command, type Context, JSON_OPTION, UsageError } from './command.ts';
import { checkName, type Issued, issue, loginLines, whereItIs } from './issued.ts';
import { createPrivateFile, fileForBoard } from './board-file.ts';

const OPTIONS = {
  config: {
    type: 'string',
    mayBeBare: true,
    placeholder: 'FILE',
    description: 'write config.json of firmware-bridge/station; without FILE, print it instead of text',
  },
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

With --json: {"station","username","password"}`,
  options: OPTIONS,
  async run(context) {
    const [name = ''] = context.operands;
    const { config, json } = context.options;
    if (config !== undefined && json) throw new UsageError(['--config and --json exclude each other.']);
    if (config !== undefined) return addWithConfig(name, config, context);
    return show(await issue(context, { kind: 'station', name, filters: [] }), context);
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

/** All that can fail comes before the password is made, for it can't be shown again. */
async function addWithConfig(name: string, path: string, context: Context<typeof OPTIONS>): Promise<void> {
  checkName('station', name);
  const file = path === '' ? undefined : await createPrivateFile(path);
  try {
    const address = await whereItIs(context);
    const makeText = fileForBoard(address);
    const issued = await issue(context, { kind: 'station', name, filters: [] });
    const text = makeText(issued);
    if (file === undefined) context.print(text);
    else await file.write(text);
    const where = file === undefined ? 'its config.json' : path;
    const note = address.obstacle === undefined ? '' : `\n${address.obstacle}`;
    context.tell(
      `The station ${name} may publish now. Fill the Wi-Fi into ${where}; it holds the password.${note}`,
    );
  } catch (error) {
    await file?.remove();
    throw error;
  } finally {
    await file?.close();
  }
}

export function stationDocument({ name, secret }: Issued): object {
  return { station: name, username: name, password: secret };
}
