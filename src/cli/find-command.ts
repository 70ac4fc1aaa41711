import { closest } from '../closest.ts';
import type { Command } from './command.ts';

/** What a command line asks for, apart from the command's own options. */
export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly rest: readonly string[] }
  /** Help on one command, or on those that begin with `words`, which may be all. */
  | { readonly kind: 'help'; readonly command: Command }
  | { readonly kind: 'help'; readonly command: undefined; readonly words: readonly string[] }
  | { readonly kind: 'version' }
  /** `begun`: the words that commands begin with, where nothing else is wrong. */
  | { readonly kind: 'mistake'; readonly mistake: string; readonly begun?: readonly string[] };

/** The words before the first option name the command; help may be asked for anywhere. */
export function findCommand(args: readonly string[], commands: readonly Command[]): Found {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const isHelp = own.some((word) => word === '--help' || word === '-h') || own[0] === 'help';
  const words = leadingWords(own[0] === 'help' ? own.slice(1) : own);
  const command = commands.findLast(({ name }) => startsWith(words, name.split(' ')));
  if (command !== undefined) {
    return isHelp
      ? { kind: 'help', command }
      : { kind: 'command', command, rest: args.slice(command.name.split(' ').length) };
  }
  const isGroup = commands.some(({ name }) => startsWith(name.split(' '), words));
  if (isHelp && isGroup) return { kind: 'help', command, words };
  if (own[0] === '--version' && own.length === 1) return { kind: 'version' };
  return { kind: 'mistake', ...explain(own, words, isGroup, commands) };
}

/** `--help station add` is as good as `station add --help`. */
function leadingWords(args: readonly string[]): readonly string[] {
  const from = args[0] === '--help' || args[0] === '-h' ? args.slice(1) : args;
  const option = from.findIndex((word) => word.startsWith('-'));
  return option === -1 ? from : from.slice(0, option);
}

function explain(
  args: readonly string[],
  words: readonly string[],
  isGroup: boolean,
  commands: readonly Command[],
): { readonly mistake: string; readonly begun?: readonly string[] } {
  if (args.length === 0) return { mistake: 'A command is missing.', begun: [] };
  if (words.length === 0) return { mistake: `${args[0]} is not a command; options follow the command.` };
  if (isGroup) return { mistake: `"${words.join(' ')}" is not all of a command.`, begun: words };
  // Whose first word is right is not sent to commands about something else, and is held against what follows it.
  const alike = commands.filter(({ name }) => name.split(' ')[0] === words[0]);
  const right = alike.length > 0 ? 1 : 0;
  const rest = (all: readonly string[], length: number): string => all.slice(right, length).join(' ');
  // Each against as many words as it has, for operands follow.
  const meant = (right === 0 ? commands : alike).flatMap(({ name }) => {
    const typed = rest(words, name.split(' ').length);
    return closest(typed, [rest(name.split(' '), Infinity)]) === undefined ? [] : [{ name, typed }];
  });
  const nearest = closest(
    meant[0]?.typed ?? '',
    meant.map(({ name }) => rest(name.split(' '), Infinity)),
  );
  const found = meant.find(({ name }) => rest(name.split(' '), Infinity) === nearest);
  if (found === undefined) return unknown(words, commands);
  const typed = words.slice(0, found.name.split(' ').length).join(' ');
  return { mistake: `There is no command "${typed}". Did you mean "${found.name}"?` };
}

/** The longest beginning that commands have, and what may follow it. */
function unknown(
  words: readonly string[],
  commands: readonly Command[],
): { readonly mistake: string; readonly begun?: readonly string[] } {
  const isBegun = (length: number): boolean =>
    commands.some(({ name }) => startsWith(name.split(' '), words.slice(0, length)));
  const begun = words.findIndex((_, index) => !isBegun(index + 1));
  const mistake = `There is no command "${words.slice(0, begun + 1).join(' ')}".`;
  if (begun <= 0) return { mistake };
  const beginning = words.slice(0, begun);
  return { mistake: `${mistake} Those that begin with "${beginning.join(' ')}":`, begun: beginning };
}

function startsWith(words: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, index) => word === words[index]);
}
