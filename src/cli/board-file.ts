import { open, rm } from 'node:fs/promises';
import { boardConfig } from '../../firmware-bridge/station/board-config.ts';
import { reasonOf } from '../storage/failure.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { Context, Option } from './command.ts';
import { type Issued, whereItIs } from './issued.ts';

export const CONFIG_OPTION = {
  type: 'string',
  mayBeBare: true,
  placeholder: 'FILE',
  description: 'write config.json of firmware-bridge/station; without FILE, print it instead of text',
} as const satisfies Option;

/** Why no configuration of a board can be written. */
export class BoardFileError extends Error {
  readonly code = 'board-file';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BoardFileError';
    this.hint = hint;
  }
}

/** A new file, which only its owner can read. */
interface PrivateFile {
  write(text: string): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

const OWNER_ONLY = 0o600;

/**
 * Hands out a password within the board's settings. All that can fail comes before it is made, for it can't be shown again.
 * @param path '': they are printed
 * @param effect what has happened then, in a sentence
 */
export async function handOutToBoard(
  context: Context,
  { path, effect, make }: { path: string; effect: string; make: () => Promise<Issued> },
): Promise<void> {
  const file = path === '' ? undefined : await createPrivateFile(path);
  try {
    const address = await whereItIs(context);
    const makeText = fileForBoard(address);
    const text = makeText(await make());
    if (file === undefined) context.print(text);
    else await file.write(text);
    const where = file === undefined ? 'its config.json' : path;
    const note = address.obstacle === undefined ? '' : `\n${address.obstacle}`;
    context.tell(`${effect} Fill the Wi-Fi into ${where}; it holds the password.${note}`);
  } catch (error) {
    await file?.remove();
    throw error;
  } finally {
    await file?.close();
  }
}

/** @throws BoardFileError, also for one that is there already: it may hold the only copy of another password */
async function createPrivateFile(path: string): Promise<PrivateFile> {
  try {
    const handle = await open(path, 'wx', OWNER_ONLY);
    return {
      write: (text) => handle.writeFile(text),
      remove: () => rm(path, { force: true }),
      close: () => handle.close(),
    };
  } catch (error) {
    throw new BoardFileError(
      `${path} can't be made: ${reasonOf(error)}`,
      'Name a file that is not there yet, in a folder that you can write to. Nothing was changed.',
      error,
    );
  }
}

/** @throws BoardFileError where nobody knows the broker's port yet */
function fileForBoard({ host, port }: BrokerAddress): (issued: Issued) => string {
  if (port === undefined) {
    throw new BoardFileError(
      "The broker's port is not known: MQTT_PORT is 0, and no running service tells its own.",
      'Start the service first, or set MQTT_PORT. Nothing was changed.',
    );
  }
  return ({ name, secret }) => boardConfig({ station: name, user: name, password: secret, host, port });
}
