import type { ChannelField } from '../storage/channels-query.ts';
import { parseCsvRecord } from '../telemetry/csv.ts';
import {
  csvDialect,
  type FileDialect,
  isThingSpeakHeader,
  jsonDialect,
  thingSpeakDialect,
} from '../telemetry/file-dialects.ts';
import { quote } from '../telemetry/quote.ts';
import { UsageError } from './command.ts';
import { InputError } from './input-file.ts';

/**
 * What a file is written in, by its first line.
 * @param head `undefined`: its lines are JSON
 * @param fields where ThingSpeak's go to; `undefined` where nobody said so
 * @throws InputError, UsageError
 */
export function dialectOf(
  head: string | undefined,
  fields: readonly ChannelField[] | undefined,
): FileDialect {
  // All of the file would be its first line, and its readings columns that are left out.
  if (head?.includes('\r')) {
    throw new InputError(
      'The lines of this file end with CR alone, or the name of a column has one.',
      "Lines end with LF or CR LF; to make them so: tr '\\r' '\\n' < FILE",
    );
  }
  const header = head === undefined ? undefined : (parseCsvRecord(head) ?? []);
  const twice = header?.find((name, index) => name !== '' && header.indexOf(name) < index);
  if (twice !== undefined) {
    throw new InputError(
      `Two columns are named ${quote(twice)}.`,
      'Take one of them out: which of them is meant, nobody can tell.',
    );
  }
  if (header !== undefined && isThingSpeakHeader(header)) {
    if (fields !== undefined) {
      return thingSpeakDialect(header, new Map(fields.map((each) => [`field${each.field}`, each])));
    }
    throw new UsageError([
      'This is a file of ThingSpeak: say where its fields go to, with --channel ID or --field1 STATION:METRIC.',
    ]);
  }
  if (fields !== undefined) {
    throw new UsageError([
      '--channel and --field1 to --field8 are for files of ThingSpeak, which this is not.',
    ]);
  }
  const dialect = header === undefined ? jsonDialect : csvDialect(header);
  if (dialect !== undefined) return dialect;
  throw new InputError(
    `The first line is ${quote(head ?? '')}, which names no columns that are known.`,
    'They are station,metric,unit,measuredAt,value,receivedAt, with commas; or those of ThingSpeak, created_at and field1 to field8.',
  );
}
