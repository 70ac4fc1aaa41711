import { Client } from 'pg';
import type { Logger } from 'pino';
import type { Connection } from '../pool.ts';
import { copyOut } from './copy-out.ts';
import { CONTENTS_NAME, type Contents, MANIFEST_NAME, type Manifest, pieceName } from './format.ts';
import { beginSnapshot, type Snapshot } from './snapshot.ts';
import { createTally } from './tally.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export interface DumpOptions {
  readonly connection: Connection;
  /** Of the program, for the manifest. */
  readonly version: string;
  readonly log: Pick<Logger, 'warn'>;
  /** How many messages wait in the spool; `undefined` where nobody says. */
  readonly countSpooled?: () => Promise<number | undefined>;
  /** Called once, when the moment has come that the backup is of. */
  readonly onBegin?: (manifest: Manifest) => void;
  /** @param share from 0 to 1, as far as it can be guessed */
  readonly onProgress?: (share: number | undefined, rows: number) => void;
  readonly pieceBytes?: number;
}

/**
 * The bytes of a tar file with all that the database holds at one moment; see format.ts. Over a connection of its own, which is held
 * until the last byte is taken.
 * @throws BackupError; what the database reports
 */
export async function* dumpDatabase(options: DumpOptions): AsyncGenerator<Buffer, void, void> {
  const client = new Client({
    ...options.connection,
    application_name: 'thermograph backup',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', ({ message }) =>
    options.log.warn({ reason: message }, 'the connection for a backup broke'),
  );
  await client.connect();
  try {
    yield* dump(client, options);
  } finally {
    // In the middle of something its connection is cut, which ends the transaction, too.
    await client.end();
  }
}

async function* dump(client: Client, options: DumpOptions): AsyncGenerator<Buffer, void, void> {
  const { manifest, estimatedRows } = await begin(client, options);
  options.onBegin?.(manifest);
  const takenAt = new Date(manifest.takenAt);
  const entry = (name: string, bytes: Buffer): Buffer[] => [
    tarHeader(name, bytes.length, takenAt),
    bytes,
    tarPadding(bytes.length),
  ];
  yield* entry(MANIFEST_NAME, json(manifest));
  const tables: Contents['tables'] = [];
  let rows = 0;
  for (const table of manifest.tables) {
    const tally = createTally(table.name);
    let number = 0;
    for await (const piece of copyOut(client, table, options.pieceBytes)) {
      rows += tally.add(piece);
      number += 1;
      yield* entry(pieceName(table.name, number), piece);
      options.onProgress?.(estimatedRows > 0 ? Math.min(rows / estimatedRows, 0.99) : undefined, rows);
    }
    tables.push(tally.result());
  }
  await client.query('COMMIT');
  yield* entry(CONTENTS_NAME, json({ tables } satisfies Contents));
  yield tarEnd();
}

/** What waits in the spool is counted before and after the moment: until the end of the backup it may long be stored. */
async function begin(client: Client, { version, countSpooled }: DumpOptions): Promise<Snapshot> {
  const before = await countSpooled?.();
  const snapshot = await beginSnapshot(client, version);
  const after = await countSpooled?.();
  // Who could not say once may have had some then.
  if (before === undefined || after === undefined) return snapshot;
  return { ...snapshot, manifest: { ...snapshot.manifest, spooled: Math.max(before, after) } };
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
