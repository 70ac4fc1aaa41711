import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../settings/setting.ts';
import type { Command, Option } from './command.ts';

/** An option of npm's, too, whose value many machines set for npm in the environment. */
const OFTEN_SET = new Set(['yes']);

/** Options of a command that were given before npm's `--`, and so to npm. */
export interface TakenByNpm {
  readonly surely: readonly string[];
  /** npm may have them from its own settings. */
  readonly perhaps: readonly string[];
}

/**
 * What `npm run thermograph COMMAND --option` has lost: npm keeps options for itself, and tells scripts of them by variables.
 * @param given the options that did arrive: whoever gives some behind `--` knows how
 */
export function takenByNpm(env: Environment, { options }: Command, given: readonly string[]): TakenByNpm {
  if (env['npm_lifecycle_event'] !== 'thermograph') return { surely: [], perhaps: [] };
  const settings = readNpmSettings(env);
  const taken = Object.keys(options).filter((name) => {
    const isSet = Boolean(env[`npm_config_${name.replaceAll('-', '_')}`]);
    return isSet && !given.includes(name) && !isIn(settings, name);
  });
  return {
    surely: taken.filter((name) => !OFTEN_SET.has(name)),
    perhaps: taken.filter((name) => OFTEN_SET.has(name)),
  };
}

/** What has become of them, for a person. */
export function takenText(
  taken: readonly string[],
  { name, operands, options }: Command,
  program: string,
): string {
  const words = taken.map((option) => `--${option}`).join(' and ');
  const typed = taken.map((option) => `--${option}${hasValue(options[option]) ? ' …' : ''}`).join(' ');
  return `npm has ${words} for itself: what is meant for the command stands behind a --, as in\n  ${program} ${[name, ...operands, typed].join(' ')}`;
}

function hasValue(option: Option | undefined): boolean {
  return option?.placeholder !== undefined && !option.mayBeBare;
}

/** All that npm has read; what can't be read says nothing. */
function readNpmSettings(env: Environment): string {
  const project = env['npm_config_local_prefix'];
  const files = [
    env['npm_config_userconfig'],
    env['npm_config_globalconfig'],
    project && path.join(project, '.npmrc'),
  ];
  return files.map((file) => (file ? readIfThere(file) : '')).join('\n');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isIn(settings: string, name: string): boolean {
  return settings.split('\n').some((line) => line.split('=')[0]?.trim() === name);
}
