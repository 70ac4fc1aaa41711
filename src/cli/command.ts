import type { Readable, Writable } from 'node:stream';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Environment } from '../settings/setting.ts';
import type { OpenDatabase } from './open-database.ts';
import type { ProgressScreen } from './progress.ts';

/** A word that begins with `--`, as `node:util`'s parseArgs takes it, and what the help says of it. */
export interface Option {
  readonly type: 'boolean' | 'string';
  /** Of strings only: may stand without a value, and is '' then. */
  readonly mayBeBare?: true;
  /** Must be given: the help says so, the command looks. */
  readonly isRequired?: true;
  /** May be given several times. */
  readonly multiple?: true;
  /** What stands for the value in the usage line; of strings only. */
  readonly placeholder?: string;
  readonly description: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given, by the options' names. */
export type Values<O extends Options> = { readonly [Name in keyof O]?: Value<O[Name]> };

type Value<T extends Option> = Option extends T
  ? boolean | string | readonly string[]
  : T extends { readonly type: 'boolean' }
    ? boolean
    : T extends { readonly multiple: true }
      ? readonly string[]
      : string;

/** One command of the command line. Those that there are stand in commands.ts. */
export interface Command<O extends Options = Options> {
  /** As it is typed: `station add`. */
  readonly name: string;
  /** What must follow it, in capitals. */
  readonly operands: readonly string[];
  /** One line. */
  readonly summary: string;
  /** What else its help says. */
  readonly details: string;
  readonly options: O;
  /** Whether it is about what is there already, so that it makes no database to look into. */
  readonly needsDatabase?: true;
  /** Whether it finds the schema as it is, rather than up to date. */
  readonly leavesSchema?: true;
  /** Whether it is about the settings, too: it is run with wrong ones, and `config` throws then. */
  readonly judgesSettings?: true;
  /**
   * Does it; has failed when it throws.
   * @throws UsageError, errors with a `hint`, what the database reports
   */
  // A method, for the table holds commands with different options.
  run(context: Context<O>): Promise<void>;
}

/** What a command is given. */
export interface Context<O extends Options = Options> {
  /** @throws ConfigError, to commands that judge the settings */
  readonly config: Config;
  /** What the settings are read from. */
  readonly env: Environment;
  /** Of the program. */
  readonly version: string;
  readonly log: Logger;
  /** As many as the command has. */
  readonly operands: readonly string[];
  readonly options: Values<O>;
  /** Opens the database, with its schema up to date unless the command leaves it as it is; closed when the command has ended. @throws errors with a `hint` */
  database(): Promise<OpenDatabase>;
  /** A text in which commands are named, such as `thermograph station list`, as whoever reads it gives them; of errors and what is told, that is done. */
  asGiven(text: string): string;
  /** The result, to standard output. */
  print(text: string): void;
  /** What is going on, and what to mind, to standard error. */
  tell(text: string): void;
  /** Aborted by Ctrl-C; nobody waits for the command then. */
  readonly signal: AbortSignal;
  /** Makes this process the service: with its signals and exit codes. */
  startService(): Promise<void>;
  /** For a command whose operand `-` stands for one of them, and for a progress bar. */
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: ProgressScreen;
}

export const JSON_OPTION = {
  type: 'boolean',
  description: 'print one JSON document instead of text',
} as const satisfies Option;

/** An option with a value. */
export function textOption(placeholder: string, description: string) {
  return { type: 'string', placeholder, description } as const satisfies Option;
}

/** A command has done what it could, and a part is left to whoever called it. */
export class PartlyDoneError extends Error {
  readonly code = 'partly-done';

  constructor(message: string) {
    super(message);
    this.name = 'PartlyDoneError';
  }
}

/** Wrong use of a command; each mistake is a sentence. */
export class UsageError extends Error {
  readonly code = 'wrong-use';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'UsageError';
    this.mistakes = mistakes;
  }
}
