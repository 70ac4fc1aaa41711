import { expect, test } from 'vitest';
import { createPartitions } from '../../src/storage/partitions.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';

const START = Date.UTC(2026, 8) * 1000;
/** As in docs/storage.md, with what Grafana puts in for its macro. */
const GRAFANA = `
  SELECT measured_at AS "time", station AS metric, value
  FROM readings_view
  WHERE station IN ('s3', 's4') AND metric = 'temperature'
    AND measured_at BETWEEN '2026-09-10T00:00:00Z' AND '2026-09-11T00:00:00Z'
  ORDER BY measured_at`;

test('readings are read under their names', async () => {
  const { pool } = await useTestDatabase();
  const row = { measuredAt: START, value: 21.5 };
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, [row]);
  const { rows, fields } = await pool.query('SELECT * FROM readings_view');
  expect(fields.map(({ name }) => name)).toEqual([
    'station',
    'metric',
    'unit',
    'measured_at',
    'value',
    'received_at',
  ]);
  expect(rows).toEqual([
    {
      station: 'outside',
      metric: 'temperature',
      unit: '°C',
      measured_at: new Date('2026-09-01T00:00:00Z'),
      value: 21.5,
      received_at: new Date('2026-09-01T00:00:01Z'),
    },
  ]);
});

test('whoever may read the view need not be able to read the tables', async () => {
  const { pool } = await useTestDatabase();
  const row = { measuredAt: START, value: 21.5 };
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, [row]);
  const client = await pool.connect();
  const role = `reader_${crypto.randomUUID().replaceAll('-', '')}`;
  await client.query(
    `BEGIN; CREATE ROLE ${role}; GRANT SELECT ON readings_view TO ${role}; SET ROLE ${role}`,
  );
  expect((await client.query('SELECT FROM readings_view')).rowCount).toBe(1);
  await expect(client.query('SELECT FROM readings')).rejects.toThrow('permission denied');
  await client.query('ROLLBACK');
  client.release();
});

/** Twenty stations of two metrics, a reading every ten minutes of three months: 500,000. */
async function fill({ pool }: TestDatabase): Promise<void> {
  const months = [8, 9, 10].map((month) => ({ measuredAt: Date.UTC(2026, month) * 1000 }));
  const partitions = createPartitions(pool);
  await partitions.create(partitions.missing(months));
  await pool.query(`
    INSERT INTO stations (station) SELECT 's' || n FROM generate_series(1, 20) AS n;
    INSERT INTO series (station_id, metric)
    SELECT id, metric FROM stations, unnest(ARRAY['temperature', 'humidity']) AS metric;
    INSERT INTO readings
    SELECT series.id, time, 1, time
    FROM generate_series('2026-09-01Z'::timestamptz, '2026-11-30Z', '10 min') AS time, series`);
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

test.each(['known', 'not known'])(
  'of a station, a metric and a time only those readings are touched, by the key: statistics are %s',
  async (statistics) => {
    const database = await useTestDatabase();
    await fill(database);
    if (statistics === 'known') await database.pool.query('ANALYZE');
    const { rows } = await database.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${GRAFANA}`);
    const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan as Plan);
    const scans = nodes.filter((node) => node['Relation Name']?.startsWith('readings'));
    const indexes = nodes.map((node) => node['Index Name']).filter((name) => name?.startsWith('readings'));
    expect([...new Set(indexes)]).toEqual(['readings_2026_09_pkey']);
    expect(scans).toHaveLength(1);
    expect(scans[0]!['Node Type']).toMatch(/^(?:Index Scan|Index Only Scan|Bitmap Heap Scan)$/);
    expect(scans[0]!['Actual Rows'] * scans[0]!['Actual Loops']).toBe(2 * 145);
    expect(scans[0]!['Rows Removed by Filter'] ?? 0).toBe(0);
  },
);
