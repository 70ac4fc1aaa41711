import type { Pool } from 'pg';
import { type ExportedChunk, exportReadings } from '../storage/export-readings.ts';
import { exportText } from '../storage/export-text.ts';
import { type NamedSeries, readSeries } from '../storage/series-query.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { LineFormat } from '../telemetry/reading-lines.ts';
import { type Command, type Context, JSON_OPTION, UsageError, textOption } from './command.ts';
import { NotFoundError } from './not-found-error.ts';
import { checkOutput, writeTexts } from './output-file.ts';
import { countOf, createProgress, isOrAre, type Progress } from './progress.ts';
import { readTimeOption } from './time-option.ts';

const OPTIONS = {
  station: textOption('STATION', 'only this one'),
  metric: textOption('METRIC', 'only this one'),
  from: textOption(
    'TIME',
    'from then on, by the time of measuring: a day of TIME_ZONE, 2026-11-01, or 2026-11-01T06:00:00Z',
  ),
  to: textOption('TIME', 'until before then; of a day, until it has ended'),
  format: textOption('csv|ndjson', "unless told, what the file's name ends in, or csv"),
  json: JSON_OPTION,
} as const;

type Options = Context<typeof OPTIONS>['options'];

export const exportCommand: Command<typeof OPTIONS> = {
  name: 'export',
  operands: ['FILE'],
  summary: 'Writes readings to a file of CSV or NDJSON',
  details: `- for FILE is standard output; a FILE that ends in .gz is compressed. It has its name when it is complete, and replaces one that
has it. Readings come month by month (UTC), in each by station, metric and time. What "import" takes back.

With --json: {"file","format","series","readings","seconds"}; with - on standard error.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const file = context.operands[0]!;
    const { format, from, to } = check(file, context.options, context.config.timeZone);
    await checkOutput(file);
    const startedAt = performance.now();
    const { pool } = await context.database();
    const series = await requireSeries(pool, context.options);
    const progress = createProgress({ screen: context.stderr, isQuiet: context.options.json === true });
    const counted = { readings: 0 };
    const chunks = count(exportReadings(pool, { series, order: 'asc', from, to }), counted, progress);
    try {
      await writeTexts(exportText(chunks, format), { file, stdout: context.stdout, signal: context.signal });
    } finally {
      progress.end();
    }
    const { readings } = counted;
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const summary = context.options.json
      ? JSON.stringify({ file, format, series: series.length, readings, seconds })
      : `${countOf(readings, 'reading')} of ${countOf(series.length, 'series')} ${isOrAre(readings)} in ${file} (${seconds} s).`;
    if (file !== '-') context.print(summary);
    else if (context.options.json) context.tell(summary);
  },
};

async function* count(
  chunks: AsyncIterable<ExportedChunk>,
  counted: { readings: number },
  progress: Progress,
): AsyncGenerator<ExportedChunk, void, void> {
  for await (const exported of chunks) {
    counted.readings += exported.chunk.value.length;
    progress.show(exported.progress, counted.readings);
    yield exported;
  }
}

interface Checked {
  readonly format: LineFormat;
  readonly from: Micros | undefined;
  readonly to: Micros | undefined;
}

/** @throws UsageError */
function check(file: string, options: Options, timeZone: string): Checked {
  const mistakes: string[] = [];
  const from = readTimeOption('from', options.from, timeZone, mistakes);
  const to = readTimeOption('to', options.to, timeZone, mistakes);
  const isNamedNdjson = /\.(?:ndjson|jsonl)(?:\.gz)?$/.test(file);
  const { format = isNamedNdjson ? 'ndjson' : 'csv' } = options;
  if (format === 'csv' || format === 'ndjson') {
    if (mistakes.length === 0) return { format, from, to };
  } else mistakes.push('--format must be csv or ndjson.');
  throw new UsageError(mistakes);
}

/** There may be none where everything is asked for. */
async function requireSeries(pool: Pool, { station, metric }: Options): Promise<readonly NamedSeries[]> {
  const found = await readSeries(pool, { station, metric });
  if (found.length > 0 || (station === undefined && metric === undefined)) return found;
  const whose = station === undefined ? 'No station' : `No station named ${JSON.stringify(station)}`;
  throw new NotFoundError(
    metric === undefined
      ? `${whose} has sent readings.`
      : `${whose} has sent readings of a metric named ${JSON.stringify(metric)}.`,
    'Look with: thermograph metric list',
  );
}
