import { parseArgs } from 'node:util';
import { closest } from '../closest.ts';
import type { Command, Values, Options } from './command.ts';

export interface ParsedArguments {
  readonly operands: readonly string[];
  readonly options: Values<Options>;
  /** Sentences. */
  readonly mistakes: readonly string[];
}

/** Reads what follows a command's name, and finds every mistake in it. */
export function parseArguments(
  args: readonly string[],
  { operands: wanted, options }: Command,
): ParsedArguments {
  const mistakes: string[] = [];
  const values: Record<string, boolean | string | string[]> = {};
  const operands: string[] = [];
  // Not strict: its errors come one at a time, and know nothing of what was probably meant.
  const { tokens } = parseArgs({
    args: withEmptyValues(args, options),
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const mistake = takeOption(token, options, values);
    if (mistake !== undefined) mistakes.push(mistake);
  }
  const missing = wanted.slice(operands.length);
  if (missing.length > 0)
    mistakes.push(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`);
  const surplus = operands.slice(wanted.length);
  if (surplus.length > 0) mistakes.push(`Nothing is known to do with ${surplus.map(quoted).join(' and ')}.`);
  return { operands, options: values, mistakes };
}

/** parseArgs knows no option that may stand alone or with a value: alone, it gets an empty one. */
function withEmptyValues(args: readonly string[], options: Options): string[] {
  const end = args.indexOf('--');
  return args.map((arg, index) => {
    const isBare =
      arg.startsWith('--') && Object.hasOwn(options, arg.slice(2)) && options[arg.slice(2)]?.mayBeBare;
    const next = args[index + 1];
    const isAlone = next === undefined || next.startsWith('-');
    return isBare && isAlone && (end === -1 || index < end) ? `${arg}=` : arg;
  });
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** @returns the mistake, if there is one */
function takeOption(
  { name, rawName, value, inlineValue }: OptionToken,
  options: Options,
  values: Record<string, boolean | string | string[]>,
): string | undefined {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const meant = closest(name, [...Object.keys(options), 'help']);
    return `There is no option ${rawName} here.${meant === undefined ? '' : ` Did you mean --${meant}?`}`;
  }
  if (option.type === 'boolean') {
    if (value !== undefined) return `${rawName} takes no value.`;
    values[name] = true;
    return undefined;
  }
  // Not strict, parseArgs takes the next option for the value.
  if (value === undefined || (inlineValue === false && value.startsWith('-'))) {
    return `${rawName} needs a value: ${rawName}=${option.placeholder ?? 'VALUE'}.`;
  }
  const earlier = values[name];
  if (option.multiple) values[name] = [...(Array.isArray(earlier) ? earlier : []), value];
  else if (earlier === undefined) values[name] = value;
  else return `${rawName} is given more than once.`;
  return undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
