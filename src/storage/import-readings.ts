import type { Pool } from 'pg';
import type { FileReading } from '../telemetry/file-reading.ts';
import type { Micros, Rejection } from '../telemetry/reading.ts';
import { isMissingPartition, isSeriesRemoved } from './failure.ts';
import { insertIsolating } from './isolate.ts';
import { createPartitions } from './partitions.ts';
import { insertReadings, type ReadingRow } from './readings-insert.ts';
import { createUnknownSeries, makeSeries, placeReading, seriesKey } from './reading-series.ts';
import { loadSeriesCatalog, type WantedSeries } from './series-catalog.ts';

/** A station is not removed as often as that while a file is imported. */
const MOST_ATTEMPTS = 5;

/** Stores readings that were measured long ago, as those of stations are stored. */
export interface Importer {
  /**
   * Stores them in one statement. A reading that is there already is left out; the key is series, time and value.
   * @param receivedAt of those that tell no time of receipt
   * @param refuse is told of each that can't be stored; the others are
   * @throws what the database reports; a repetition stores nothing twice
   */
  store<T extends FileReading>(
    readings: readonly T[],
    receivedAt: Micros,
    refuse: (reading: T, rejection: Rejection) => void,
  ): Promise<Imported>;
  /** Tells a running service that there may be newer readings than those that it knows, if there were any. @throws what the database reports */
  announce(): Promise<void>;
}

export interface Imported {
  readonly stored: number;
  /** There already, or more than once among these. */
  readonly duplicates: number;
}

interface Row<T> extends ReadingRow {
  readonly reading: T;
}

/** @throws what the database reports */
export async function createImporter(pool: Pool): Promise<Importer> {
  const catalog = await loadSeriesCatalog(pool);
  const partitions = createPartitions(pool);
  let isToldOf = false;

  /** Retention may take a partition away that was there a moment ago. */
  async function inPartitions<T>(rows: readonly ReadingRow[], insert: () => Promise<T>): Promise<T> {
    await partitions.create(partitions.missing(rows));
    try {
      return await insert();
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      partitions.forget();
      await partitions.create(partitions.missing(rows));
      return insert();
    }
  }

  const storeOnce: Importer['store'] = async (readings, receivedAt, refuse) => {
    const findUnknown = (): readonly WantedSeries[] => {
      const unknown = createUnknownSeries(catalog);
      for (const reading of readings) unknown.note(reading);
      return unknown.all();
    };
    const refused = await makeSeries(findUnknown, catalog);
    const rows: Row<(typeof readings)[number]>[] = [];
    for (const reading of readings) {
      const placed = placeReading(reading, catalog);
      if ('reason' in placed) {
        refuse(reading, refused.get(seriesKey(reading)) ?? placed);
        continue;
      }
      const { series, value } = placed;
      const { measuredAt } = reading;
      const received = reading.receivedAt ?? receivedAt;
      rows.push({ seriesId: series.id, measuredAt, value, receivedAt: received, reading });
    }
    let stored = 0;
    let duplicates = 0;
    await insertIsolating(
      rows,
      async (some) => {
        if (some.length === 0) return;
        const inserted = await inPartitions(some, () => insertReadings(pool, some));
        const fresh = inserted === 'all' ? some.length : inserted.size;
        stored += fresh;
        duplicates += some.length - fresh;
      },
      ({ reading }, message) => refuse(reading, { reason: 'refused-by-database', detail: message }),
    );
    return { stored, duplicates };
  };

  return {
    async store(readings, receivedAt, refuse) {
      for (let attempts = 1; ; attempts += 1) {
        const refused: Parameters<typeof refuse>[] = [];
        try {
          const imported = await storeOnce(readings, receivedAt, (...refusal) => void refused.push(refusal));
          for (const refusal of refused) refuse(...refusal);
          isToldOf ||= readings.length > 0;
          return imported;
        } catch (error) {
          // Somebody has removed a station since: what comes now makes it anew.
          if (!isSeriesRemoved(error) || attempts === MOST_ATTEMPTS) throw error;
          await catalog.refresh();
        }
      }
    },
    async announce() {
      if (isToldOf) await pool.query('NOTIFY thermograph_stations');
    },
  };
}
