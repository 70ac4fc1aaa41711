import { createLineWriter, type LineFormat } from '../telemetry/reading-lines.ts';
import type { ExportedChunk } from './export-readings.ts';

/** Pieces of fewer characters than this are put together, where many series have few readings each. */
const LEAST_LENGTH = 64 * 1024;

/** Writes what is exported as lines, piece by piece. @throws what `chunks` throws */
export async function* exportText(
  chunks: AsyncIterable<ExportedChunk>,
  format: LineFormat,
): AsyncGenerator<string, void, void> {
  const writer = createLineWriter(format);
  let text = writer.head;
  for await (const { series, chunk } of chunks) {
    text += writer.lines(series, chunk);
    if (text.length < LEAST_LENGTH) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
