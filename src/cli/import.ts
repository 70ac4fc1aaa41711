import type { Pool } from 'pg';
import { ChannelError, type ChannelField, readChannels } from '../storage/channels-query.ts';
import { readDueTest } from '../storage/expiry/bounds.ts';
import { readClock } from '../storage/expiry/state.ts';
import { createImporter } from '../storage/import-readings.ts';
import type { Rejection } from '../telemetry/reading.ts';
import type { FileDialect } from '../telemetry/file-dialects.ts';
import { createLocalDays } from '../telemetry/local-days.ts';
import type { FileRecord } from '../telemetry/records.ts';
import { FIELD_OPTIONS, parseFields } from './channel-field.ts';
import { LARGEST_CHANNEL_ID, parseChannelId } from './channel-id.ts';
import { type Command, type Context, JSON_OPTION, PartlyDoneError, UsageError } from './command.ts';
import { dialectOf } from './import-dialect.ts';
import { type ImportTotals, importRecords, newTotals } from './import-records.ts';
import { checkInput, InputError, readTexts } from './input-file.ts';
import { countOf, countText, createProgress, isOrAre, type Progress, storedText } from './progress.ts';
import { createRejectedFile } from './rejected-file.ts';
import { settingsOf } from './retention-options.ts';

const OPTIONS = {
  strict: { type: 'boolean', description: 'end at the first line that is rejected' },
  rejected: {
    type: 'string',
    placeholder: 'FILE',
    description: 'where rejected lines are kept; unless told, FILE.rejected beside the file',
  },
  channel: {
    type: 'string',
    placeholder: 'ID',
    description: "for a file of ThingSpeak: its fields go where this channel's do",
  },
  ...FIELD_OPTIONS,
  json: JSON_OPTION,
} as const;

type Given = Context<typeof OPTIONS>;

export const importCommand: Command<typeof OPTIONS> = {
  name: 'import',
  operands: ['FILE'],
  summary: 'Stores the readings of a file',
  details: `Takes what "export" writes, CSV or NDJSON; CSV of readings_view; and the CSV that ThingSpeak exports, with --channel ID or --field1
outside:temperature. - for FILE is standard input; a FILE that ends in .gz is unpacked.

What is stored already is not stored again, so a command that was interrupted is simply repeated. Lines that are not
understood are told and kept in FILE.rejected, where they can be mended and imported; then the exit code is 3.

With --json: {"file","lines","stored","duplicates","rejected","due","rejectedFile","reasons","seconds"}; rejected counts lines,
due readings that are older than they are kept.`,
  options: OPTIONS,
  async run(context) {
    const startedAt = performance.now();
    const { channelId, fields: given } = check(context.options);
    await checkInput(context.operands[0]!);
    const { pool } = await context.database();
    const fields = channelId === undefined ? given : await fieldsOf(pool, channelId);
    const { totals, rejectedFile, unused } = await importFile(context, pool, fields);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    if (context.options.json) {
      const { lines, stored, duplicates, rejected, due } = totals;
      const [file, reasons] = [context.operands[0]!, Object.fromEntries(totals.reasons)];
      const counts = { file, lines, stored, duplicates, rejected, due };
      context.print(JSON.stringify({ ...counts, rejectedFile: rejectedFile ?? null, reasons, seconds }));
    } else {
      const { stored, duplicates } = totals;
      context.print(`${storedText({ stored, duplicates })} (${seconds} s).`);
      if (totals.due > 0) context.tell(dueText(totals.due));
      if (unused.length > 0) context.tell(`Of no series, and left out: ${unused.join(', ')}.`);
    }
    if (totals.rejected > 0) throw new PartlyDoneError(rejectionText(totals, rejectedFile));
  },
};

interface Finished {
  readonly totals: ImportTotals;
  readonly rejectedFile: string | undefined;
  readonly unused: readonly string[];
}

async function importFile(
  { operands, options, signal, stdin, stderr, config }: Given,
  pool: Pool,
  fields: readonly ChannelField[] | undefined,
): Promise<Finished> {
  const file = operands[0]!;
  const totals = newTotals();
  const progress = createProgress({ screen: stderr, isQuiet: options.json === true });
  const importer = await createImporter(pool);
  const isDue = await readDueTest(pool, {
    now: await readClock(pool),
    settings: settingsOf(config),
    days: createLocalDays(config.timeZone),
  });
  let dialect: FileDialect | undefined;
  let head: string | undefined;
  const isKept = options.rejected !== undefined || file !== '-';
  const kept = createRejectedFile(isKept ? (options.rejected ?? `${file}.rejected`) : undefined, () => head);
  const told = createTeller(progress, options.json === true);
  let rejectedFile: string | undefined;
  try {
    await readTexts({ file, stdin, signal }, (texts, share) =>
      importRecords(texts, {
        importer,
        chooseDialect: (first) => (dialect = dialectOf((head = first), fields)),
        async onRejected(rejected) {
          if (options.strict) refuse(rejected);
          told(rejected);
          await kept.add(rejected);
        },
        onProgress: () => progress.show(share(), totals.stored + totals.duplicates),
        isDue,
        now: () => Date.now() * 1000,
        totals,
      }),
    );
    if (dialect === undefined && !MAY_BE_EMPTY.test(file)) throw isEmpty(file);
    await importer.announce();
  } catch (error) {
    // The database may be what failed.
    if (!signal.aborted) await importer.announce().catch(() => undefined);
    const done = totals.stored + totals.duplicates;
    if (done > 0) {
      progress.tell(
        `${countOf(done, 'reading')} of it ${isOrAre(done)} in the database; the same command stores the rest.`,
      );
    }
    throw error;
  } finally {
    progress.end();
    rejectedFile = await kept.close();
  }
  return { totals, rejectedFile, unused: dialect?.unused() ?? [] };
}

/** Of no readings at all NDJSON has no line, and CSV that of the names. */
const MAY_BE_EMPTY = /\.(?:ndjson|jsonl)(?:\.gz)?$/;

function isEmpty(file: string): InputError {
  return new InputError(
    `${file === '-' ? 'Standard input' : file} is empty: nothing was imported.`,
    'Look whether what has written it came to its end.',
  );
}

function dueText(due: number): string {
  return `${countText(due)} of them are older than readings are kept (RETENTION_RAW, thermograph retention list): they expire again within minutes. What they come to by
hour and by day stays; hours whose readings had expired before stay as they were. To keep them, set a longer time, and import them again.`;
}

const MOST_TOLD = 10;

/** Tells the first few lines that were rejected. */
function createTeller(
  progress: Progress,
  isQuiet: boolean,
): (rejected: ReadonlyMap<FileRecord, readonly Rejection[]>) => void {
  let count = 0;
  return (rejected) => {
    for (const [{ line }, reasons] of rejected) {
      if (isQuiet || (count += 1) > MOST_TOLD) return;
      progress.tell(reasons.map(({ reason, detail }) => `line ${line}: ${reason}: ${detail}`).join('\n'));
    }
  };
}

/** @throws InputError for the first line that was rejected, if there is one */
function refuse(rejected: ReadonlyMap<FileRecord, readonly Rejection[]>): void {
  for (const [{ line }, reasons] of rejected) {
    throw new InputError(
      `Line ${line} was rejected: ${reasons.map(({ reason, detail }) => `${reason}: ${detail}`).join('; ')}.`,
      'Mend it and repeat the command; without --strict such lines are left out, and kept in a file.',
    );
  }
}

function rejectionText({ rejected, lines, reasons }: ImportTotals, file: string | undefined): string {
  const counted = [...reasons].map(([reason, count]) => `${reason} ${countText(count)}`).join(', ');
  const where =
    file === undefined
      ? 'Give --rejected FILE to keep them.'
      : `They are in ${file}: mend them there, and import that.`;
  const whole = `${countText(rejected)} of ${countOf(lines, 'line')}`;
  const of = rejected === 1 ? 'was rejected, or a part of it' : 'were rejected, or a part of them';
  return `${whole} ${of}: ${counted}.\n${where}`;
}

/** @throws UsageError */
function check(options: Given['options']): {
  readonly channelId: number | undefined;
  readonly fields: readonly ChannelField[] | undefined;
} {
  const mistakes: string[] = [];
  const fields = parseFields(options, mistakes);
  const { channel } = options;
  const channelId = channel === undefined ? undefined : parseChannelId(channel);
  if (channel !== undefined && channelId === undefined) {
    mistakes.push(`--channel must be a channel's number, from 1 to ${LARGEST_CHANNEL_ID}.`);
  }
  if (channel !== undefined && fields.length > 0)
    mistakes.push('--channel and --field1 to --field8 exclude each other.');
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return {
    channelId,
    fields: fields.length === 0 ? undefined : fields,
  };
}

/** @throws ChannelError; what the database reports */
async function fieldsOf(pool: Pool, id: number): Promise<readonly ChannelField[]> {
  const channel = (await readChannels(pool)).find((each) => each.id === id);
  if (channel !== undefined) return channel.fields;
  throw new ChannelError(
    'channel-unknown',
    `There is no channel ${id}.`,
    'Look with: thermograph channels list',
  );
}
