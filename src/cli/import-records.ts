import type { Importer } from '../storage/import-readings.ts';
import type { FileDialect } from '../telemetry/file-dialects.ts';
import type { FileReading } from '../telemetry/file-reading.ts';
import type { Micros, Rejection, RejectReason } from '../telemetry/reading.ts';
import { createRecordSplitter, type FileRecord, MAX_RECORD_LENGTH } from '../telemetry/records.ts';

/** What has become of a file so far. */
export interface ImportTotals {
  /** Records of readings. */
  lines: number;
  stored: number;
  duplicates: number;
  /** Records of which at least a part was rejected. */
  rejected: number;
  /** Readings that are older than readings of their series are kept. */
  due: number;
  readonly reasons: Map<RejectReason, number>;
}

export function newTotals(): ImportTotals {
  return { lines: 0, stored: 0, duplicates: 0, rejected: 0, due: 0, reasons: new Map() };
}

export interface ImportNeeds {
  readonly importer: Importer;
  /** By the first line of a file of CSV; `undefined` for JSON. @throws when it is none of those that are known */
  readonly chooseDialect: (head: string | undefined) => FileDialect;
  /** Called after each batch. @throws when the import is to end */
  readonly onRejected: (rejected: ReadonlyMap<FileRecord, readonly Rejection[]>) => Promise<void>;
  readonly onProgress: () => void;
  /** Whether a reading is older than those of its series are kept; `undefined`: none is. */
  readonly isDue?: ((reading: FileReading) => boolean) | undefined;
  readonly now: () => Micros;
  /** Is filled in. */
  readonly totals: ImportTotals;
}

/** As many go into one statement. */
const BATCH_READINGS = 5_000;
/** So many records are kept before they are told. */
const BATCH_REJECTED = 1_000;

type PlacedReading = FileReading & { readonly record: FileRecord };

/** Stores what a file says, batch by batch, in its order. @throws what the needs throw, and the database reports */
export async function importRecords(
  texts: AsyncIterable<string>,
  { importer, chooseDialect, onRejected, onProgress, isDue, now, totals }: ImportNeeds,
): Promise<void> {
  const splitter = createRecordSplitter();
  let dialect: FileDialect | undefined;
  let batch: PlacedReading[] = [];
  let rejected = new Map<FileRecord, Rejection[]>();

  function reject(record: FileRecord, rejection: Rejection): void {
    const others = rejected.get(record);
    if (others === undefined) rejected.set(record, [rejection]);
    else others.push(rejection);
    totals.reasons.set(rejection.reason, (totals.reasons.get(rejection.reason) ?? 0) + 1);
  }

  function read(record: FileRecord): void {
    if (dialect === undefined) {
      const isJson = splitter.isJson() === true;
      dialect = chooseDialect(isJson ? undefined : record.text);
      if (!isJson) return;
    }
    totals.lines += 1;
    if (record.isBroken) {
      reject(record, broken(record));
      return;
    }
    const { readings, rejections } = dialect.read(record.text, now());
    for (const reading of readings) {
      if (isDue?.(reading)) totals.due += 1;
      batch.push({ ...reading, record });
    }
    for (const rejection of rejections) reject(record, rejection);
  }

  async function flush(): Promise<void> {
    const readings = batch;
    batch = [];
    const { stored, duplicates } = await importer.store(readings, now(), ({ record }, rejection) =>
      reject(record, rejection),
    );
    totals.stored += stored;
    totals.duplicates += duplicates;
    totals.rejected += rejected.size;
    const told = [...rejected].toSorted(([one], [other]) => one.line - other.line);
    rejected = new Map();
    await onRejected(new Map(told));
    onProgress();
  }

  async function take(records: readonly FileRecord[]): Promise<void> {
    for (const record of records) {
      read(record);
      if (batch.length >= BATCH_READINGS || rejected.size >= BATCH_REJECTED) await flush();
    }
  }

  for await (const text of texts) {
    await take(splitter.push(text));
  }
  await take(splitter.end());
  await flush();
}

function broken({ text }: FileRecord): Rejection {
  return text.length >= MAX_RECORD_LENGTH
    ? {
        reason: 'payload-too-large',
        detail: `the line has more than ${MAX_RECORD_LENGTH} characters, and is cut`,
      }
    : { reason: 'payload-not-understood', detail: 'a quote is not closed' };
}
