import { checkTarget, writeBackupFile, writeBackupTo } from '../storage/backup/backup-file.ts';
import { dumpDatabase } from '../storage/backup/dump.ts';
import type { Manifest } from '../storage/backup/format.ts';
import { bytesText } from '../telemetry/bytes-text.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { countText, createProgress } from './progress.ts';
import { askSpooled } from './spooled.ts';

const OPTIONS = {
  replace: { type: 'boolean', description: 'replace FILE if it is there' },
  json: JSON_OPTION,
} as const;

export const backupCommand: Command<typeof OPTIONS> = {
  name: 'backup',
  operands: ['FILE'],
  summary: 'Writes all that the database holds to one file',
  details: `- for FILE is standard output. All of it is as it was when the backup began; a running service goes on storing meanwhile. It is a
tar file packed by gzip, readable for its owner alone, for it holds the hashes of secrets; call it backup.tar.gz, say. It has
its name when it is complete. What "restore" takes back; docs/backup.md tells what is not in it.

With --json: {"file","bytes","rows","takenAt","migration","spooled","seconds"}; with - on standard error. "spooled" is how many
messages waited in the spool, which are not in it; null where nobody says.`,
  options: OPTIONS,
  needsDatabase: true,
  leavesSchema: true,
  async run(context) {
    const file = context.operands[0]!;
    const { json = false, replace: mayReplace = false } = context.options;
    if (file !== '-') await checkTarget(file, mayReplace);
    const startedAt = performance.now();
    const { connection, service, isServed } = await context.database();
    const progress = createProgress({ screen: context.stderr, isQuiet: json, counted: 'rows' });
    let manifest: Manifest | undefined;
    let rows = 0;
    let bytes: number | undefined;
    try {
      const dumped = dumpDatabase({
        connection,
        version: context.version,
        log: context.log,
        countSpooled: () => askSpooled(context.config.dataDir, { isServed, service }),
        onBegin: (begun) => (manifest = begun),
        onProgress: (share, done) => progress.show(share, (rows = done)),
      });
      if (file === '-') await writeBackupTo(dumped, context.stdout, context.signal);
      else bytes = await writeBackupFile(dumped, { file, mayReplace, signal: context.signal });
    } finally {
      progress.end();
    }
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const { takenAt, migrations, spooled } = manifest!;
    const say = (text: string): void => (file === '-' ? context.tell(text) : context.print(text));
    if (json) {
      const migration = migrations.at(-1);
      say(JSON.stringify({ file, bytes, rows, takenAt, migration, spooled: spooled ?? null, seconds }));
      return;
    }
    const size = bytes === undefined ? '' : `, ${bytesText(bytes)}`;
    say(`${countText(rows)} rows as of ${takenAt} are in ${file} (${seconds} s${size}).`);
    if (spooled) context.tell(spoolNote(spooled));
  },
};

function spoolNote(spooled: number): string {
  return `Not in it: ${countText(spooled)} messages that waited in the spool (DATA_DIR/spool) until they could be stored. Take another backup when they are.`;
}
