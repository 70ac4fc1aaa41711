import type { Micros } from '../telemetry/reading.ts';
import type { LineFormat } from '../telemetry/reading-lines.ts';
import { formatMicros } from '../telemetry/format-time.ts';

/** What readings are answered as. */
export type ReplyFormat = 'json' | LineFormat;

export const CONTENT_TYPES: Readonly<Record<LineFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

const BY_TYPE: ReadonlyMap<string, ReplyFormat> = new Map([
  ['application/json', 'json'],
  ['text/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
]);

/** The format that `Accept` asks for by name [RFC 9110, 12.5.1], JSON of those that it likes as well; `undefined`: none of ours. */
export function acceptedFormat(accept: string | undefined): ReplyFormat | undefined {
  let best: ReplyFormat | undefined;
  let most = 0;
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const format = BY_TYPE.get(type);
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice('q='.length));
    const isBetter = quality > most || (quality === most && best !== undefined && format === 'json');
    if (format !== undefined && isBetter) [best, most] = [format, quality];
  }
  return best;
}

/** What a browser saves it as: `thermograph-outside-temperature-from-2026-11-01.csv`. Names need no escaping; `what` stands for those of all. */
export function fileName(
  asked: {
    readonly station?: string | undefined;
    readonly metric?: string | undefined;
    readonly from?: Micros | undefined;
    readonly to?: Micros | undefined;
  },
  format: LineFormat,
  what = 'readings',
): string {
  const { station, metric, from, to } = asked;
  const parts = [
    ...(station === undefined && metric === undefined ? [what] : []),
    ...[station, metric].filter((name) => name !== undefined),
    ...(from === undefined ? [] : ['from', day(from)]),
    ...(to === undefined ? [] : ['to', day(to)]),
  ];
  return `thermograph-${parts.join('-')}.${format}`;
}

function day(time: Micros): string {
  return formatMicros(time).slice(0, 'YYYY-MM-DD'.length);
}
