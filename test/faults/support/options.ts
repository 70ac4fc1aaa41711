import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';
import type { Form } from './stage.ts';

export interface Options {
  readonly form: Form;
  /** So many rounds of each scenario; `undefined`: as the form has it. */
  readonly wantedRounds: number | undefined;
  readonly scenarios: readonly Scenario[];
  /** Where to write the results, too. */
  readonly json: string | undefined;
}

/** What the command line asks for; `undefined` when it asks for help. @throws Error that names every mistake */
export function readOptions(args: readonly string[], all: readonly Scenario[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      full: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(',');
  const unknown = (only ?? []).filter((name) => !all.some((scenario) => scenario.name === name));
  const mistakes = unknown.map((name) => `There is no scenario ${name}.`);
  if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds)) {
    mistakes.push(`--rounds ${values.rounds} is not a number of rounds.`);
  }
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return {
    form: values.full ? 'full' : 'short',
    wantedRounds: values.rounds === undefined ? undefined : Number(values.rounds),
    scenarios: all.filter(({ name }) => only?.includes(name) ?? true),
    json: values.json,
  };
}

export function usage(all: readonly Scenario[]): string {
  return `npm run test:faults -- [--full] [--rounds N] [--only SCENARIO,…] [--json FILE]

Breaks what the service rests on, under load, and then holds what was acknowledged against what is stored.
  --full           as many rounds and as long faults as the promise is held against: about an hour and a half
  --rounds N       so many rounds of each scenario
  --only SCENARIO  some of these:
${all.map(({ name, about }) => `                   ${name.padEnd(17)} ${about}`).join('\n')}
  --json FILE      writes the results there, too
`;
}
