import { type Command, type Context, JSON_OPTION } from './command.ts';
import { type Issued, issue, loginLines } from './issued.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const stationAdd: Command<typeof OPTIONS> = {
  name: 'station add',
  operands: ['NAME'],
  summary: 'Lets a station publish: makes its password',
  details: `NAME is the station's name in topics, and its MQTT user name. With the password, which is shown this once, it may
publish to stations/NAME/… and read that and live/NAME/…, and nothing else.

With --json: {"station","username","password"}`,
  options: OPTIONS,
  async run(context) {
    const [name = ''] = context.operands;
    await show(await issue(context, { kind: 'station', name, filters: [] }), context);
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
