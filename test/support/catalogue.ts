import type { ClientBase } from 'pg';

// What PostgreSQL writes itself when it is asked for the making of a thing; columns in the order in which they stand.
const READ = `
  WITH ours AS (
    SELECT oid, relname AS name, relkind AS kind, relpersistence, relispartition, reloptions FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'thermograph_migrations%'
  ), lines (line) AS (
    SELECT format('relation %s %s %s %s %s %s', name, kind, relpersistence, relispartition, reloptions, pg_get_partkeydef(oid))
    FROM ours
    UNION ALL
    SELECT format('column %s %s %s %s %s %s %s %s %s %s', name, row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname,
      format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstattarget, attcollation::regcollation,
      pg_get_expr(adbin, adrelid))
    FROM pg_attribute JOIN ours ON ours.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN ours ON ours.oid = indexrelid
    UNION ALL
    SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN ours ON ours.oid = conrelid
    UNION ALL
    SELECT format('%s %s', pg_get_triggerdef(pg_trigger.oid), tgenabled)
    FROM pg_trigger JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('view %s %s', name, pg_get_viewdef(oid)) FROM ours WHERE kind IN ('v', 'm')
    UNION ALL
    SELECT format('sequence %s %s', name, to_jsonb(pg_sequence) - 'seqrelid') FROM pg_sequence JOIN ours ON ours.oid = seqrelid
    UNION ALL
    SELECT format('comment %s %s', objoid::regclass, description) FROM pg_description JOIN ours ON ours.oid = objoid
    UNION ALL
    SELECT format('type %s', typname) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typrelid = 0 AND typcategory <> 'A'
  )
  SELECT line FROM lines ORDER BY line COLLATE "C"`;

/** All that migrations have made of a database, but for what is in the tables; a line for each thing. */
export async function readCatalogue(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ line: string }>(READ);
  return rows.map(({ line }) => line);
}
