import { open, rm } from 'node:fs/promises';
import { boardConfig } from '../../firmware-bridge/station/board-config.ts';
import { reasonOf } from '../storage/failure.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { Issued } from './issued.ts';

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

/** @throws BoardFileError, also for one that is there already: it may hold the only copy of another password */
export async function createPrivateFile(path: string): Promise<PrivateFile> {
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
      'Name a file that is not there yet, in a folder that you can write to. The station was not added.',
      error,
    );
  }
}

/** @throws BoardFileError where nobody knows the broker's port yet */
export function fileForBoard({ host, port }: BrokerAddress): (issued: Issued) => string {
  if (port === undefined) {
    throw new BoardFileError(
      "The broker's port is not known: MQTT_PORT is 0, and no running service tells its own.",
      'Start the service first, or set MQTT_PORT. The station was not added.',
    );
  }
  return ({ name, secret }) => boardConfig({ station: name, user: name, password: secret, host, port });
}
