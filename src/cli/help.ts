import type { Command, Option } from './command.ts';
import { alignColumns } from './table.ts';

const HELP_OPTION = ['--help, -h', 'this text'];

/** All commands, or those whose names begin with `words`. */
export function helpOnAll(commands: readonly Command[], words: readonly string[], program: string): string {
  const shown = commands.filter(({ name }) => `${name} `.startsWith([...words, ''].join(' ')));
  const rows = shown.map((command) => [
    `  ${[command.name, ...command.operands].join(' ')}`,
    command.summary,
  ]);
  const group = words.length === 0 ? 'COMMAND' : `${words.join(' ')} …`;
  const intro =
    words.length > 0
      ? ''
      : `
Commands take the settings from the environment, the same as the service, and work through its database: beside a running
service, and without one, too. Results go to standard output, all else to standard error.
`;
  const version = words.length > 0 ? '' : `\n${program} --version`;
  return `Usage: ${program} ${group}
${intro}
${alignColumns(rows)}

${program} COMMAND --help says more of one.${version}

Exit codes: 0 done, 1 failed, 2 wrong use or settings, 3 done but for a part, 130 ended by Ctrl-C or SIGTERM.
`;
}

export function helpOn(command: Command, program: string): string {
  const rows = Object.entries(command.options).map(([name, option]) => [
    `--${name}${valueOf(option)}`,
    option.description,
  ]);
  const options = [...rows, HELP_OPTION].map(([left = '', right = '']) => [`  ${left}`, right]);
  return `${command.summary}.

Usage: ${program} ${usageOf(command)}

${withProgram(command, program)}

${alignColumns(options)}
`;
}

/** Its examples stand in lines of their own. */
function withProgram({ name, details }: Command, program: string): string {
  return details.trim().replaceAll(`\n  ${name} `, `\n  ${program} ${name} `);
}

/** `station add NAME [--json]` */
export function usageOf({ name, operands, options }: Command): string {
  const optional = Object.entries(options).map(([word, option]) => {
    const written = `--${word}${valueOf(option)}`;
    return `${option.isRequired ? written : `[${written}]`}${option.multiple ? '...' : ''}`;
  });
  return [name, ...operands, ...optional].join(' ');
}

function valueOf({ placeholder, mayBeBare }: Option): string {
  if (placeholder === undefined) return '';
  return mayBeBare ? ` [${placeholder}]` : ` ${placeholder}`;
}
