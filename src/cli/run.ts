import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { Environment } from '../settings/setting.ts';
import { asGiven } from './as-given.ts';
import { type Command, type Context, UsageError } from './command.ts';
import { findCommand } from './find-command.ts';
import { helpOn, helpOnAll, usageOf } from './help.ts';
import { takenByNpm, takenText } from './npm-options.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import { parseArguments } from './parse-options.ts';

export interface RunOptions {
  readonly commands: readonly Command[];
  /** Without node's own. */
  readonly args: readonly string[];
  readonly env: Environment;
  /** How the program is called by whoever reads its help. */
  readonly program: string;
  readonly version: string;
  readonly print: (text: string) => void;
  readonly tell: (text: string) => void;
  readonly streams: Pick<Context, 'stdin' | 'stdout' | 'stderr'>;
  /** Ends it; what was opened is closed in order. */
  readonly signal: AbortSignal;
  /** Told how to leave no embedded database behind, for a second Ctrl-C. */
  readonly onOpened: (abandon: () => void) => void;
  readonly startService: Context['startService'];
}

/** Does what the command line asks for. @throws UsageError, ConfigError, what the command throws, or the signal's reason */
export async function run(options: RunOptions): Promise<void> {
  const { commands, args, program, print } = options;
  const found = findCommand(args, commands);
  switch (found.kind) {
    case 'version':
      return print(options.version);
    case 'help':
      return print(
        found.command ? helpOn(found.command, program) : helpOnAll(commands, found.words, program),
      );
    case 'mistake':
      throw new UsageError([
        found.mistake,
        found.begun === undefined
          ? `All commands: ${program} --help`
          : `\n${helpOnAll(commands, found.begun, program)}`,
      ]);
    case 'command':
      return runCommand(found.command, found.rest, options);
  }
}

async function runCommand(command: Command, rest: readonly string[], options: RunOptions): Promise<void> {
  const { operands, options: values, mistakes } = parseArguments(rest, command);
  const { surely, perhaps } = takenByNpm(options.env, command, Object.keys(values));
  // What is wrong beside it follows from it.
  if (surely.length > 0) throw new UsageError([takenText(surely, command, options.program)]);
  if (perhaps.length > 0) options.tell(takenText(perhaps, command, options.program));
  if (mistakes.length > 0)
    throw new UsageError([...mistakes, `Usage: ${options.program} ${usageOf(command)}`]);
  const config = once(() => readConfig(options.env));
  if (!command.judgesSettings) config();
  // What a service tells daily is nothing for one command; problems are.
  const log = once(() => createLog(config().logLevel === 'info' ? 'warn' : config().logLevel, true));
  const { commands, program, env, signal, print, tell, startService, version } = options;
  const database = createLazyDatabase(() => ({ config: config(), log: log() }), command, options);
  const context: Context = {
    get config() {
      return config();
    },
    get log() {
      return log();
    },
    env,
    version,
    operands,
    options: values,
    signal,
    print,
    tell,
    asGiven: (text) => asGiven(text, commands, program),
    startService,
    database: () => database.open(),
    ...options.streams,
  };
  try {
    await Promise.race([command.run(context), rejectWhenAborted(signal)]);
  } finally {
    await database.close();
  }
}

/** Opened when it is first asked for: a command may find out before that it was used wrongly. */
function createLazyDatabase(
  settings: () => Pick<Context, 'config' | 'log'>,
  { needsDatabase, leavesSchema }: Command,
  { signal, tell, onOpened }: RunOptions,
): { open(): Promise<OpenDatabase>; close(): Promise<void> } {
  let opening: Promise<OpenDatabase> | undefined;
  async function open(): Promise<OpenDatabase> {
    const opened = await openDatabase({
      ...settings(),
      signal,
      tell,
      mayCreate: !needsDatabase,
      leavesSchema: leavesSchema === true,
    });
    onOpened(() => opened.abandon());
    return opened;
  }
  return {
    open: () => (opening ??= open()),
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.close();
    },
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

async function rejectWhenAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
  }
  signal.throwIfAborted();
}
