import { BACKUP_TABLES } from '../../src/storage/backup/tables.ts';
import type { Queryable } from '../../src/storage/queryable.ts';

/** Every row of every table of ours as text, sorted, by the table's name. */
export async function allRows(database: Queryable): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables: Record<string, readonly string[]> = {};
  for (const table of BACKUP_TABLES) {
    const { rows } = await database.query<{ row: string }>({
      text: `SELECT ${table}::text AS row FROM ${table} ORDER BY ${table}::text COLLATE "C"`,
    });
    tables[table] = rows.map(({ row }) => row);
  }
  return tables;
}

/** Something of everything, and of what is hard to write down. */
export async function fillWithEverything(database: Queryable): Promise<void> {
  const text = `
    INSERT INTO stations (station, title, display_group, position) VALUES
      ('outside', E'a\\ttab, a\\nline, a \\\\ and \\\\. and "quotes"', '', -1), ('shed', NULL, E'\\u00fc\\u4e2d\\U0001f321', NULL);
    INSERT INTO series (station_id, metric, unit, kind)
      SELECT id, 'temperature', CASE station WHEN 'shed' THEN '' ELSE '°C' END, 'counter' FROM stations;
    CREATE TABLE readings_2025_01 PARTITION OF readings FOR VALUES FROM ('2025-01-01Z') TO ('2025-02-01Z');
    CREATE TABLE readings_2026_11 PARTITION OF readings FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z');
    INSERT INTO readings SELECT series.id, time, value, time + interval '1 microsecond'
      FROM series, unnest(ARRAY['2025-01-01Z', '2025-01-31T23:59:59.999999Z', '2026-11-05T10:00:00.1Z']::timestamptz[]) AS time,
        unnest(ARRAY['NaN', 'Infinity', '-Infinity', 0, 5e-324, -1.7976931348623157e308, 0.1, 1e23]::float8[]) AS value;
    INSERT INTO rejected_messages (received_at, topic, payload, qos, client_id, reason, detail)
      SELECT '2026-11-01Z', 'stations/' || n, decode('00ff5c2e0a0d09', 'hex') || convert_to(repeat('x', n * 1000), 'UTF8'), 1,
        nullif(n % 3, 0)::text, 'unreadable', '' FROM generate_series(1, 50) AS n;
    INSERT INTO credentials (kind, name, secret_hash, filters)
      VALUES ('integrator', 'grafana', sha256('x'), ARRAY['live/#', 'with "quotes", and a comma', '']);
    INSERT INTO service_secrets VALUES ('cookie-key', '\\x00');
    INSERT INTO channels (id, name, write_key_hash, read_key_hash, latitude) VALUES (254616, '\\N', sha256('w'), sha256('r'), 51.5);
    INSERT INTO channel_fields VALUES (254616, 1, 'outside', 'temperature', '');
    INSERT INTO channel_entries (channel_id, entry_id, created_at, received_at, has_own_time, fields)
      VALUES (254616, 7, '2026-11-01Z', '2026-11-01Z', true, '{"1": "21.5\\n\\\\"}');
    INSERT INTO retention_policies VALUES ('outside', NULL, '90d', NULL);
    INSERT INTO rollups_hour (series_id, bucket, count, sum, min, max, first, last, min_at, max_at)
      SELECT id, '2020-01-01Z', 9007199254740993, 0.1, -0.0, 1, 2, 3, '2020-01-01Z', '2020-01-01Z' FROM series;
    INSERT INTO rollups_day SELECT * FROM rollups_hour;
    UPDATE rollup_state SET closed_until = '2026-11-20Z', rolled_until = '2026-11-19Z', time_zone = 'Europe/Berlin',
      fence = pg_current_xact_id(), fenced_until = '2026-11-20Z';
    INSERT INTO rollup_marks (series_id, from_time, to_time) VALUES (1, '2026-11-01Z', 'infinity');
    INSERT INTO dropped_partitions (month, reason, bytes) VALUES ('2019-01-01', 'expired', 1);
    INSERT INTO database_sizes (day, bytes) VALUES ('2026-11-01', 1);
    INSERT INTO former_stations VALUES ('attic', '2026-11-01Z');
    INSERT INTO removed_series VALUES (99, 'attic', '2026-11-01Z', false);
    UPDATE expiry_state SET looked_at = '2026-11-20Z', run_ms = 0.1;`;
  await database.query({ text });
}
