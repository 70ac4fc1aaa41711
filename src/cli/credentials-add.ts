import { DEFAULT_FILTERS } from '../access/credential.ts';
import { filterMistake } from '../access/filter-mistake.ts';
import { type Command, type Context, JSON_OPTION, UsageError } from './command.ts';
import { article, type Issued, issue, loginLines } from './issued.ts';
import { stationAdd } from './station-add.ts';

const OPTIONS = { json: JSON_OPTION } as const;
const INTEGRATOR_OPTIONS = {
  filter: {
    type: 'string',
    multiple: true,
    placeholder: 'FILTER',
    description: `an MQTT filter of what it may read; several times for several (default: ${DEFAULT_FILTERS.join(' and ')})`,
  },
  json: JSON_OPTION,
} as const;

export const credentialsAddIntegrator: Command<typeof INTEGRATOR_OPTIONS> = {
  name: 'credentials add integrator',
  operands: ['NAME'],
  summary: 'Lets a program read, and publish nothing',
  details: `NAME is its MQTT user name. It may subscribe to, and read over HTTP, what its filters take in. Quote them, for # begins a
comment in a shell:

  credentials add integrator panel --filter 'live/garden/#' --filter 'live/shed/temperature'

With --json: {"kind","username","password","filters"}`,
  options: INTEGRATOR_OPTIONS,
  async run(context) {
    const [name = ''] = context.operands;
    const filters = [...new Set(context.options.filter ?? DEFAULT_FILTERS)];
    checkFilters(filters);
    const issued = await issue(context, { kind: 'integrator', name, filters });
    await show(issued, context, context.options.json);
  },
};

export const credentialsAddAdmin: Command<typeof OPTIONS> = {
  name: 'credentials add admin',
  operands: ['NAME'],
  summary: 'Lets a person read everything, and change things over HTTP',
  details: `NAME is who it is for.

With --json: {"kind","username","password"}`,
  options: OPTIONS,
  async run(context) {
    const [name = ''] = context.operands;
    const issued = await issue(context, { kind: 'admin', name, filters: [] });
    await show(issued, context, context.options.json);
  },
};

export const credentialsAddStation: Command<typeof stationAdd.options> = {
  ...stationAdd,
  name: 'credentials add station',
  summary: 'The same as station add',
};

function checkFilters(filters: readonly string[]): void {
  const mistakes = filters.flatMap((filter) => {
    const mistake = filterMistake(filter);
    return mistake === undefined
      ? []
      : [`The filter ${JSON.stringify(filter)} can't be granted: ${mistake}.`];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

async function show(issued: Issued, context: Context, isJson = false): Promise<void> {
  const { kind, name, filters, secret } = issued;
  if (isJson) {
    const document = { kind, username: name, password: secret };
    context.print(JSON.stringify(kind === 'integrator' ? { ...document, filters } : document));
  } else {
    context.print(`${name} is known as ${article(kind)} now:\n${await loginLines(issued, context)}`);
  }
}
