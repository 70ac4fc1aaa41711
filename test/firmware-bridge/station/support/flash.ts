import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** How the power goes in the middle of a write. */
export interface Cut {
  /** Which write from the start on, from 1. */
  readonly atWrite: number;
  /** How much of it arrives, from 0 (as littlefs has it: nothing) to 1. */
  readonly part: number;
}

/** The files of the ring, with names as Python has them. Results are those of the calls on a board, errors negative numbers. */
export interface Flash {
  readonly bridge: {
    flash_read(path: string): string | number;
    flash_create(path: string): void;
    flash_append(path: string, hex: string): number;
    flash_remove(path: string): number;
    flash_list(): string;
    flash_size(path: string): number;
    flash_is_folder(path: string): boolean;
  };
}

const ENOENT = 2;
const EISDIR = 21;
const ENOSPC = 28;
const ENOTEMPTY = 39;

/** @param powerOff does not return */
export function createFlash(
  folder: string,
  { cut, capacity = Infinity }: { readonly cut?: Cut | undefined; readonly capacity?: number | undefined },
  powerOff: () => never,
): Flash {
  let writes = 0;
  const at = (path: string): string => join(folder, path);
  const isFolder = (path: string): boolean => existsSync(at(path)) && statSync(at(path)).isDirectory();
  const used = (): number => readdirSync(folder).reduce((sum, name) => sum + statSync(at(name)).size, 0);
  return {
    bridge: {
      flash_read(path) {
        if (!existsSync(at(path))) return -ENOENT;
        return isFolder(path) ? -EISDIR : readFileSync(at(path)).toString('hex');
      },
      flash_create: (path) => writeFileSync(at(path), ''),
      flash_append(path, hex) {
        writes += 1;
        const bytes = Buffer.from(hex, 'hex');
        if (writes === cut?.atWrite) {
          appendFileSync(at(path), bytes.subarray(0, Math.floor(bytes.length * cut.part)));
          powerOff();
        }
        if (used() + bytes.length > capacity) return -ENOSPC;
        appendFileSync(at(path), bytes);
        return 0;
      },
      flash_remove(path) {
        if (!existsSync(at(path))) return -ENOENT;
        if (isFolder(path)) return -ENOTEMPTY;
        rmSync(at(path));
        return 0;
      },
      flash_list: () => readdirSync(folder).join(' '),
      flash_size: (path) => (existsSync(at(path)) ? statSync(at(path)).size : -ENOENT),
      flash_is_folder: isFolder,
    },
  };
}
