import { readFile, rename, writeFile } from 'node:fs/promises';

/** What was last known of something in the database, on this machine's disk: for a start while the database is away. */
export interface RememberedList<T> {
  /** @returns `undefined` when there is none, or none that makes sense */
  read(): Promise<readonly T[] | undefined>;
  /** One after the other, whoever asks. @throws what the system reports */
  write(items: readonly T[]): Promise<void>;
}

/** How an item is written as JSON, and read again. */
export interface RowForm<T> {
  readonly toRow: (item: T) => object;
  /** `undefined` for what makes no sense. */
  readonly parseRow: (row: Readonly<Record<string, unknown>>) => T | undefined;
}

const OWNER_ONLY = 0o600;

/** @param path in a folder that exists */
export function createRememberedList<T>(path: string, { toRow, parseRow }: RowForm<T>): RememberedList<T> {
  let last: Promise<unknown> = Promise.resolve();

  async function replace(items: readonly T[]): Promise<void> {
    const draft = `${path}.new`;
    await writeFile(draft, JSON.stringify(items.map(toRow)), { mode: OWNER_ONLY });
    await rename(draft, path);
  }

  return {
    async read() {
      try {
        const rows: unknown = JSON.parse(await readFile(path, 'utf8'));
        if (!Array.isArray(rows)) return undefined;
        const items = rows.map((row: unknown) =>
          typeof row === 'object' && row !== null ? parseRow({ ...row }) : undefined,
        );
        return items.every((item) => item !== undefined) ? items : undefined;
      } catch {
        return undefined;
      }
    },
    write(items) {
      // Two at once would write into one draft.
      const written = last.then(() => replace(items));
      last = written.catch(() => undefined);
      return written;
    },
  };
}
