import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { exportText } from '../storage/export-text.ts';
import { type ExportedChunk, exportReadings, type ExportRequest } from '../storage/export-readings.ts';
import type { LineFormat } from '../telemetry/reading-lines.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import type { MayStay } from './access/guard.ts';
import { shownUnit, showValue } from './display-units.ts';
import { CONTENT_TYPES } from './export-format.ts';
import type { ExportSlots } from './export-slots.ts';
import type { WebParts } from './parts.ts';
import { askDatabase } from './to-web-error.ts';

export interface ExportNeeds {
  readonly parts: Pick<WebParts, 'pool'>;
  readonly slots: ExportSlots;
  readonly mayStay: MayStay;
}

export interface WantedExport extends ExportRequest {
  /** Whose readings they are, where they are all of one. */
  readonly station: string | undefined;
  readonly format: LineFormat;
  readonly fileName: string;
  readonly units?: UnitSystem | undefined;
}

/**
 * Answers with lines, of which no more than a few pieces are in memory: the next is read when the client has taken the
 * one before. What goes wrong after the first is shown by a connection that breaks off before the end.
 * @throws WebError while there has been no answer yet
 */
export async function replyExport(
  { parts, slots, mayStay }: ExportNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: WantedExport,
): Promise<Readable> {
  const { station, format } = wanted;
  const { visitor } = request;
  const describe = (): void =>
    void reply
      .type(CONTENT_TYPES[format])
      .header('content-disposition', `attachment; filename="${wanted.fileName}"`);
  if (request.method === 'HEAD') {
    describe();
    // Fastify would read all of it, to throw it away.
    return Readable.from([]);
  }
  const goesOn = slots.take({
    response: reply.raw,
    address: request.ip,
    mayStay: () => mayStay(visitor, station),
    isExport: wanted.limit === undefined,
  });
  const texts = exportText(inUnits(exportReadings(parts.pool, wanted), wanted.units), format);
  const first = await askDatabase(texts.next());
  describe();
  return Readable.from(pieces(texts, first, goesOn), { objectMode: true, highWaterMark: 1 });
}

async function* pieces(
  texts: AsyncGenerator<string, void, void>,
  first: IteratorResult<string, void>,
  goesOn: () => void,
): AsyncGenerator<string, void, void> {
  for (let next = first; next.done !== true; next = await texts.next()) {
    goesOn();
    yield next.value;
  }
}

async function* inUnits(
  chunks: AsyncIterable<ExportedChunk>,
  units: UnitSystem | undefined,
): AsyncGenerator<ExportedChunk, void, void> {
  for await (const exported of chunks) {
    const { series, chunk } = exported;
    const unit = shownUnit(series.unit, units);
    const value = (given: number): number => showValue(given, series.unit, units).value;
    yield unit === series.unit
      ? exported
      : { ...exported, series: { ...series, unit }, chunk: { ...chunk, value: chunk.value.map(value) } };
  }
}
