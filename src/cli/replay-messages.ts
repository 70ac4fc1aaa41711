import type { Pool } from 'pg';
import type { Importer } from '../storage/import-readings.ts';
import type { RejectedRow } from '../storage/rejected-query.ts';
import {
  noteStillRejected,
  readFitting,
  type RejectedFilter,
  removeRejected,
} from '../storage/rejected-replay.ts';
import { assumeZone } from '../telemetry/assume-zone.ts';
import { decode } from '../telemetry/decode.ts';
import type { FileReading } from '../telemetry/file-reading.ts';
import type { Rejection } from '../telemetry/reading.ts';
import type { Zone } from '../telemetry/zone.ts';

/** How messages are to be understood this time. */
export interface ReplayAs {
  /** In place of the topic that they came on. */
  readonly topic: string | undefined;
  /** That of times that name none. */
  readonly zone: Zone | undefined;
}

export interface ReplayTotals {
  /** Looked at. */
  messages: number;
  /** Of which everything is stored now, and which are rejected no more. */
  replayed: number;
  /** Readings. */
  stored: number;
  duplicates: number;
  /** Messages that are rejected as before, in whole or in part, by reason. */
  readonly reasons: Map<string, number>;
}

export interface ReplayNeeds {
  readonly pool: Pool;
  /** `undefined`: nothing is stored, only looked at. */
  readonly importer: Importer | undefined;
  readonly filter: RejectedFilter;
  readonly as: ReplayAs;
  readonly signal: AbortSignal;
  readonly onProgress: (totals: ReplayTotals) => void;
}

const MESSAGES_AT_A_TIME = 50;

interface Understood {
  readonly row: RejectedRow;
  readonly readings: readonly FileReading[];
  readonly rejections: Rejection[];
}

/**
 * Reads rejected messages once more, and stores what is understood now, as of the time when they came. What is stored already is
 * not stored again. A message that is understood as a whole is taken away after its readings are committed; one of which
 * nothing, or a part, is understood stays.
 * @throws what the database reports, or the reason of the signal; a repetition goes on from there
 */
export async function replayMessages(needs: ReplayNeeds): Promise<ReplayTotals> {
  const { pool, importer, filter, as, signal, onProgress } = needs;
  const totals: ReplayTotals = { messages: 0, replayed: 0, stored: 0, duplicates: 0, reasons: new Map() };
  for (let afterId = 0; ; ) {
    signal.throwIfAborted();
    const rows = await readFitting(pool, filter, afterId, MESSAGES_AT_A_TIME);
    const last = rows.at(-1);
    if (last === undefined) return totals;
    afterId = last.id;
    const understood = rows.map((row) => understand(row, as));
    if (importer === undefined) {
      totals.stored += understood.reduce((sum, { readings }) => sum + readings.length, 0);
    } else await store(importer, understood, totals);
    await settle(importer && pool, understood, totals);
    onProgress(totals);
  }
}

function understand(row: RejectedRow, { topic, zone }: ReplayAs): Understood {
  const payload = zone === undefined ? row.payload : assumeZone(row.payload, zone);
  const { receivedAt } = row;
  // Whether a time is in the future is a question of now: our clock may have been behind when the message came.
  const readAt = Math.max(receivedAt, Date.now() * 1000);
  const message = {
    topic: topic ?? row.topic,
    payload,
    qos: 1 as const,
    clientId: row.clientId,
    receivedAt: readAt,
    firstReceivedAt: readAt,
  };
  const { readings, rejections } = decode(message);
  return {
    row,
    readings: readings.map((reading) => ({
      ...reading,
      measuredAt: reading.hasOwnTime ? reading.measuredAt : reading.measuredAt - readAt + receivedAt,
      receivedAt,
    })),
    rejections: [...rejections],
  };
}

async function store(
  importer: Importer,
  understood: readonly Understood[],
  totals: ReplayTotals,
): Promise<void> {
  const origin = new Map(understood.flatMap((one) => one.readings.map((reading) => [reading, one] as const)));
  const { stored, duplicates } = await importer.store(
    [...origin.keys()],
    Date.now() * 1000,
    (reading, rejection) => origin.get(reading)!.rejections.push(rejection),
  );
  totals.stored += stored;
  totals.duplicates += duplicates;
}

/** @param pool `undefined`: nothing is changed */
async function settle(
  pool: Pool | undefined,
  understood: readonly Understood[],
  totals: ReplayTotals,
): Promise<void> {
  const done: number[] = [];
  for (const { row, readings, rejections } of understood) {
    totals.messages += 1;
    const [rejection] = rejections;
    if (rejection === undefined) {
      done.push(row.id);
      continue;
    }
    // Other dialects' topics are not read here; why theirs were rejected is known better already.
    const reason = rejection.reason === 'topic-unknown' ? row.reason : rejection.reason;
    totals.reasons.set(reason, (totals.reasons.get(reason) ?? 0) + 1);
    // Of what is stored now only the rest is to be spoken of; where nothing is, the first verdict stands.
    if (pool !== undefined && readings.length > 0) await noteStillRejected(pool, row.id, rejection);
  }
  totals.replayed += done.length;
  if (pool !== undefined && done.length > 0) await removeRejected(pool, done);
}
