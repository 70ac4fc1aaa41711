import { checkBackup } from '../storage/backup/check.ts';
import { BackupError } from '../storage/backup/error.ts';
import { readBackupFile } from '../storage/backup/backup-file.ts';
import type { Contents, Manifest } from '../storage/backup/format.ts';
import { restoreBackup } from '../storage/backup/restore.ts';
import { readLeftoverSize } from '../storage/database-facts.ts';
import type { Connection } from '../storage/pool.ts';
import { bytesText } from '../telemetry/bytes-text.ts';
import { type Command, type Context, JSON_OPTION } from './command.ts';
import { countText, createProgress } from './progress.ts';

/** An empty database has less than that beside its tables. */
const TOLD_LEFTOVER_BYTES = 16 * 1024 ** 2;

const OPTIONS = {
  check: {
    type: 'boolean',
    description: 'only look whether FILE is complete and can be restored by this version',
  },
  json: JSON_OPTION,
} as const;

export const restoreCommand: Command<typeof OPTIONS> = {
  name: 'restore',
  operands: ['FILE'],
  summary: 'Takes back what "backup" has written, into an empty database',
  details: `Into an empty DATA_DIR, or an empty database of DATABASE_URL, that no service runs on. The file is read through before anything
is done, and a damaged one refused. What it holds is stored as a whole or not at all: when this is interrupted, start it
again.

With --json: {"file","rows","takenAt","thermograph","migration","spooled","tables":[{"name","rows"}],"seconds"}. "spooled" is how many
messages waited in the spool then, which are not in it; null where nobody could say.`,
  options: OPTIONS,
  leavesSchema: true,
  async run(context) {
    const file = context.operands[0]!;
    const { check = false, json = false } = context.options;
    const startedAt = performance.now();
    const progress = createProgress({ screen: context.stderr, isQuiet: json, counted: 'rows' });
    let leftover = 0;
    let done: { readonly manifest: Manifest; readonly contents: Contents };
    try {
      done = await checkBackup(file, (share, rows) => progress.show(check ? share : share / 4, rows));
      if (!check) {
        const { leftoverBytes, connection } = await target(context);
        leftover = leftoverBytes;
        const share = { read: 0 };
        const parts = readBackupFile(file, (read) => (share.read = read));
        const onRows = (rows: number): void => progress.show(0.25 + share.read * 0.75, rows);
        done = await restoreBackup(parts, { connection, log: context.log, onRows });
      }
    } finally {
      progress.end();
    }
    report(context, done, Math.round((performance.now() - startedAt) / 100) / 10);
    if (leftover > TOLD_LEFTOVER_BYTES) context.tell(leftoverNote(leftover));
  },
};

async function target(
  context: Context<typeof OPTIONS>,
): Promise<{ readonly connection: Connection; readonly leftoverBytes: number }> {
  const { pool, connection, isServed } = await context.database();
  if (!isServed) {
    const isEmbedded = context.config.databaseUrl === undefined;
    return { connection, leftoverBytes: isEmbedded ? await readLeftoverSize(pool) : 0 };
  }
  throw new BackupError(
    'database-in-use',
    'A service runs on this database.',
    'Stop it first. A backup is restored into an empty database, which is rarely the one of a service that runs.',
  );
}

function leftoverNote(bytes: number): string {
  return `${bytesText(bytes)} on the disk are of an earlier restore whose PostgreSQL was killed, and count as part of the database. To have them back, remove DATA_DIR/postgres and restore once more.`;
}

function report(
  context: Context<typeof OPTIONS>,
  { manifest, contents }: { readonly manifest: Manifest; readonly contents: Contents },
  seconds: number,
): void {
  const { operands, options } = context;
  const file = operands[0]!;
  const { takenAt, thermograph, migrations, spooled } = manifest;
  const rows = contents.tables.reduce((sum, table) => sum + table.rows, 0);
  if (options.json) {
    const tables = contents.tables.map((table) => ({ name: table.name, rows: table.rows }));
    context.print(
      JSON.stringify({
        file,
        rows,
        takenAt,
        thermograph,
        migration: migrations.at(-1),
        spooled: spooled ?? null,
        tables,
        seconds,
      }),
    );
    return;
  }
  const what = `${countText(rows)} rows as of ${takenAt}, taken by Thermograph ${thermograph}`;
  context.print(
    options.check
      ? `${file} is complete: ${what}.`
      : `Restored ${what} (${seconds} s). Start the service with this DATA_DIR or DATABASE_URL now.`,
  );
  if (spooled)
    context.tell(
      `Not in it: ${countText(spooled)} messages that waited in the spool when it was taken. A service on the DATA_DIR of then stores them.`,
    );
}
