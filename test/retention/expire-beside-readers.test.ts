import { expect, test } from 'vitest';
import { bucketWidthNamed } from '../../src/telemetry/bucket-width.ts';
import { readHistory } from '../../src/storage/history/read-history.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import { useTestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { duration, useMaintenance } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';

const NOW = at('2026-06-15T10:20Z');
const ROWS = hourly('2026-02-20T00:00Z', '2026-06-15T10:00Z');

// The first is made of readings, as long as they are there; the other of days.
test.each(['30m', '1d'])(
  'whoever asks for the history in buckets of %s while readings go misses none, and gets none twice',
  async (every) => {
    const database = await useTestDatabase();
    const id = await seedSeries(
      database.pool,
      { station: 'outside', metric: 'temperature', unit: '°C' },
      ROWS,
    );
    const timeZone = 'America/New_York';
    const maintenance = await useMaintenance(database, timeZone);
    await maintenance.roll(NOW);
    const request = {
      seriesIds: [id],
      asked: { from: at('2026-02-01T00:00Z'), to: NOW },
      width: { every: bucketWidthNamed(every)! },
      timeZone,
      days: createLocalDays(timeZone),
    };
    const counts = new Set<number>();
    let asked = 0;
    const over = new AbortController();
    async function askOn(): Promise<void> {
      while (!over.signal.aborted) {
        const history = await readHistory(database.pool, request);
        if (history.kind !== 'found') throw new Error(history.kind);
        counts.add((history.buckets.get(id) ?? []).reduce((sum, { count }) => sum + count, 0));
        asked += 1;
      }
    }
    const askers = [askOn(), askOn()];
    let dropped = 0;
    for (let days = 115; days > 20; days -= 5) {
      dropped += (await maintenance.expire(NOW, { raw: duration(`${days}d`) })).partitions_dropped;
    }
    over.abort();
    await Promise.all(askers);
    dropped += (await maintenance.expire(NOW, { raw: duration('20d') })).partitions_dropped;
    expect(dropped).toBe(3);
    expect(asked).toBeGreaterThan(1);
    expect([...counts]).toEqual([ROWS.length]);
  },
);
