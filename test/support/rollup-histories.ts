import fc from 'fast-check';
import type { Pool, PoolClient } from 'pg';
import { formatMicros } from '../../src/telemetry/format-time.ts';
import type { Micros } from '../../src/telemetry/reading.ts';

const HOUR: Micros = 3_600_000_000;
const MINUTE: Micros = 60_000_000;

export const SERIES = [1, 2, 3] as const;
/** Those of which more is rolled up, unless their unit is °C. */
export const METRICS = ['t', 'wind_dir', 'rain_counter'] as const;
/** Transactions that may be open at a time. */
const SLOTS = 2;

/** What may happen to readings. */
export type Change =
  | {
      readonly kind: 'insert';
      readonly slot: number;
      readonly since: Since;
      readonly rows: readonly Reading[];
    }
  | { readonly kind: 'redeliver'; readonly slot: number }
  | { readonly kind: 'begin'; readonly slot: number; readonly level: string }
  | { readonly kind: 'end'; readonly slot: number; readonly how: 'COMMIT' | 'ROLLBACK' }
  | {
      readonly kind: 'delete' | 'update';
      readonly slot: number;
      readonly range: Range;
      readonly byMinutes: number;
    }
  | { readonly kind: 'truncate' };

/** That, or what may happen to the worker, to time, and to what the owner wants. */
export type Event =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'pass'; readonly hours: number }
  | { readonly kind: 'run'; readonly workers: number; readonly meanwhile: readonly Change[] }
  | { readonly kind: 'break'; readonly statement: number; readonly isHeard: boolean }
  | { readonly kind: 'rezone'; readonly zone: number }
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'reunit'; readonly series: number }
  | { readonly kind: 'expire'; readonly series: number; readonly days: number };

/** What minutes count from: mostly from two hours before the present, where hours are closed, or else from the beginning of the history. */
type Since = 'start' | 'now';

interface Reading {
  readonly series: number;
  readonly minute: number;
  readonly quarters: number;
}

interface Range {
  readonly series: number;
  readonly since: Since;
  readonly from: number;
  readonly minutes: number;
}

const LEVELS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'];

export function histories(days: number): fc.Arbitrary<readonly Event[]> {
  const { change, insert } = changes(days);
  const pass = fc.record({
    kind: fc.constant('pass' as const),
    // Seldom a clock that was wrong.
    hours: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 4, arbitrary: fc.integer({ min: 4, max: 60 }) },
      { weight: 1, arbitrary: fc.constantFrom(-30, -1, 400) },
    ),
  });
  const run = fc.record({
    kind: fc.constant('run' as const),
    workers: fc.integer({ min: 1, max: 3 }),
    meanwhile: fc.array(change, { maxLength: 3 }),
  });
  const cut = fc.record({
    kind: fc.constant('break' as const),
    // Mostly where marks are mended and days made anew, with which every run begins.
    statement: fc.oneof(fc.integer({ min: 3, max: 17 }), fc.integer({ min: 1, max: 60 })),
    isHeard: fc.boolean(),
  });
  const rezone = fc.record({ kind: fc.constant('rezone' as const), zone: fc.nat(10) });
  const reunit = fc.record({ kind: fc.constant('reunit' as const), series: fc.constantFrom(...SERIES) });
  const expired = fc.record({
    kind: fc.constant('expire' as const),
    series: fc.constantFrom(...SERIES),
    days: fc.integer({ min: 1, max: days }),
  });
  const event = fc.oneof<fc.WeightedArbitrary<Event>[]>(
    { weight: 12, arbitrary: change.map(asEvent) },
    { weight: 5, arbitrary: pass },
    { weight: 6, arbitrary: run },
    { weight: 4, arbitrary: cut },
    { weight: 1, arbitrary: rezone },
    { weight: 1, arbitrary: fc.constant({ kind: 'rebuild' as const }) },
    { weight: 1, arbitrary: reunit },
    { weight: 1, arbitrary: expired },
  );
  // What happens while a transaction is open that has stored something.
  const overtaken = fc
    .record({
      slot: fc.nat(SLOTS - 1),
      level: fc.constantFrom(...LEVELS),
      inserts: fc.array(insert, { minLength: 1, maxLength: 2 }),
      events: fc.array(fc.oneof<fc.Arbitrary<Event>[]>(event, pass, run), { maxLength: 6 }),
    })
    .map(({ slot, level, inserts, events }): readonly Event[] => [
      asEvent({ kind: 'begin', slot, level }),
      ...inserts.map((each) => asEvent({ ...each, slot })),
      ...events,
      asEvent({ kind: 'end', slot, how: 'COMMIT' }),
    ]);
  const episode = fc.oneof<fc.WeightedArbitrary<readonly Event[]>[]>(
    { weight: 3, arbitrary: fc.array(event, { minLength: 1, maxLength: 6 }) },
    { weight: 3, arbitrary: overtaken },
    { weight: 1, arbitrary: fc.tuple(insert.map(asEvent), cut) },
    { weight: 1, arbitrary: fc.tuple(run, rezone, cut) },
  );
  return fc.array(episode, { minLength: 2, maxLength: 10 }).map((episodes) => episodes.flat());
}

function asEvent(change: Change): Event {
  return { kind: 'change', change };
}

function changes(days: number): {
  change: fc.Arbitrary<Change>;
  insert: fc.Arbitrary<Extract<Change, { kind: 'insert' }>>;
} {
  const minute = fc.integer({ min: 0, max: days * 24 * 60 });
  const series = fc.constantFrom(...SERIES);
  // The last is none: what happens commits by itself.
  const slot = fc.integer({ min: 0, max: SLOTS });
  const since = fc.constantFrom<Since[]>('now', 'now', 'start');
  // Few values, so that some are the lowest or highest twice.
  const row = fc.record({ series, minute, quarters: fc.integer({ min: -6, max: 6 }) });
  const near = fc
    .record({ series, minute, count: fc.integer({ min: 1, max: 40 }), apart: fc.constantFrom(0, 7, 61) })
    .map((at) =>
      Array.from({ length: at.count }, (_, index) => ({
        series: at.series,
        minute: at.minute + index * at.apart,
        quarters: ((index * 5) % 9) - 4,
      })),
    );
  const insert = fc.record({
    kind: fc.constant('insert' as const),
    slot,
    since,
    rows: fc.oneof(fc.array(row, { minLength: 1, maxLength: 10 }), near),
  });
  const begin = fc.record({
    kind: fc.constant('begin' as const),
    slot,
    level: fc.constantFrom(...LEVELS),
  });
  const end = fc.record({
    kind: fc.constant('end' as const),
    slot,
    how: fc.constantFrom('COMMIT' as const, 'COMMIT', 'ROLLBACK'),
  });
  const correct = fc.record({
    kind: fc.constantFrom('delete' as const, 'update'),
    slot,
    range: fc.record({ series, since, from: minute, minutes: fc.integer({ min: 1, max: 3000 }) }),
    byMinutes: fc.constantFrom(0, 45, 3 * 24 * 60, 20 * 24 * 60),
  });
  const change = fc.oneof<fc.WeightedArbitrary<Change>[]>(
    { weight: 6, arbitrary: insert },
    { weight: 3, arbitrary: begin },
    { weight: 2, arbitrary: end },
    { weight: 2, arbitrary: correct },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('redeliver' as const), slot }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'truncate' as const }) },
  );
  return { change, insert };
}

/** Whoever stores, corrects and deletes readings, some in transactions that stay open. */
export interface Owners {
  /** What can't be done, or the database refuses, is left undone. */
  apply(change: Change, now: Micros): Promise<void>;
  isIdle(): boolean;
  /** Ends all that is open, some by COMMIT, and gives the connections back. */
  close(): Promise<void>;
}

export async function createOwners(pool: Pool, start: Micros): Promise<Owners> {
  const clients = await Promise.all(Array.from({ length: SLOTS + 1 }, () => pool.connect()));
  const open = new Set<number>();
  // Of two with the same key the second waits for the first, and here for ever.
  for (const client of clients) await client.query(`SET lock_timeout = '50ms'`);
  const time = (minute: number, slot: number): string => formatMicros(start + minute * MINUTE + slot);

  function sinceStart(since: Since, minute: number, now: Micros): number {
    return since === 'start' ? minute : (now - start) / MINUTE - 120 + (minute % 240);
  }

  async function attempt(slot: number, text: string, values: unknown[] = []): Promise<void> {
    try {
      await clients[slot]!.query(text, values);
    } catch (error) {
      if (!isRefused(error)) throw error;
      await clients[slot]!.query('ROLLBACK');
      open.delete(slot);
    }
  }

  async function correct(
    { slot, range, byMinutes, kind }: Extract<Change, { range: unknown }>,
    now: Micros,
  ): Promise<void> {
    const from = sinceStart(range.since, range.from, now);
    // Rows that another has changed and not committed would be waited for.
    const rows = `SELECT tableoid, ctid FROM readings WHERE series_id = $1 AND measured_at >= $2 AND measured_at < $3 FOR UPDATE SKIP LOCKED`;
    const where = `WHERE (tableoid, ctid) IN (${rows})`;
    const values = [range.series, time(from, 0), time(from + range.minutes, 0)];
    const set =
      byMinutes === 0
        ? 'value = value - 0.25'
        : `measured_at = measured_at + ${byMinutes} * interval '1 minute'`;
    await attempt(
      slot,
      kind === 'delete' ? `DELETE FROM readings ${where}` : `UPDATE readings SET ${set} ${where}`,
      values,
    );
  }

  const insert = `INSERT INTO readings (series_id, measured_at, value, received_at)
    SELECT series, time, CASE WHEN series = 2 THEN quarters * 15 ELSE quarters / 4.0 END, now()
    FROM unnest($1::int[], $2::timestamptz[], $3::int[]) AS row (series, time, quarters) ON CONFLICT DO NOTHING`;
  return {
    async apply(change, now) {
      switch (change.kind) {
        case 'begin':
          if (change.slot === SLOTS || open.has(change.slot)) return;
          open.add(change.slot);
          return attempt(change.slot, `BEGIN ISOLATION LEVEL ${change.level}`);
        case 'end':
          if (!open.delete(change.slot)) return;
          return attempt(change.slot, change.how);
        case 'insert':
          // To the microsecond each slot has times of its own: nobody waits for another's row of the same key.
          return attempt(change.slot, insert, [
            change.rows.map(({ series }) => series),
            change.rows.map(({ minute }) => time(sinceStart(change.since, minute, now), change.slot)),
            change.rows.map(({ quarters }) => quarters),
          ]);
        case 'redeliver':
          if (open.size > 0) return;
          return attempt(change.slot, 'INSERT INTO readings SELECT * FROM readings ON CONFLICT DO NOTHING');
        case 'delete':
        case 'update':
          return correct(change, now);
        case 'truncate':
          if (open.size > 0) return;
          return attempt(SLOTS, 'TRUNCATE readings');
      }
    },
    isIdle: () => open.size === 0,
    async close() {
      for (const slot of open) await attempt(slot, slot === 1 ? 'ROLLBACK' : 'COMMIT');
      for (const client of clients) {
        await client.query('RESET lock_timeout');
        client.release();
      }
    },
  };
}

/** Conflicts, waiting too long, and moving a row onto another or into a month without a partition. */
function isRefused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['40001', '40P01', '23505', '23514', '55P03'].includes(code);
}

/**
 * Lets readings of a series expire, as retention does: what they came to is written down in `frozen_hour` and `frozen_day`, and
 * their going leaves no marks. Only where everything is rolled up.
 */
export async function expire(client: PoolClient | Pool, series: number, before: Micros): Promise<void> {
  const values = [series, formatMicros(before)];
  const { rowCount } = await client.query(
    'UPDATE series SET raw_from = $2 WHERE id = $1 AND raw_from < $2 AND $2 <= (SELECT rolled_until FROM rollup_state)',
    values,
  );
  if (rowCount === 0) return;
  for (const kind of ['hour', 'day']) {
    await client.query(
      `INSERT INTO frozen_${kind} SELECT * FROM rollups_${kind} WHERE series_id = $1 AND bucket < $2 ON CONFLICT DO NOTHING`,
      values,
    );
  }
  const { rows } = await client.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'readings'::regclass`,
  );
  for (const { name } of rows) {
    await client.query(`DELETE FROM ${name} WHERE series_id = $1 AND measured_at < $2`, values);
  }
}

export { HOUR };
