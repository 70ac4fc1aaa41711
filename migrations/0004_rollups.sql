-- Up Migration

-- What readings come to by hour (UTC) and by day (of the owner's time zone); it can be made again from readings at any time.
-- Of equal values the earlier one counts as the lowest or highest; of readings of one time, the lower value is the first.
CREATE TABLE rollups_hour (
  series_id int NOT NULL,
  bucket timestamptz NOT NULL,
  count bigint NOT NULL,
  sum float8 NOT NULL,
  min float8 NOT NULL,
  max float8 NOT NULL,
  first float8 NOT NULL,
  last float8 NOT NULL,
  min_at timestamptz NOT NULL,
  max_at timestamptz NOT NULL,
  -- With what history is made of in it: rows of all series lie in the order of their coming, so that nearly each one of a series is on
  -- another page of the disk.
  PRIMARY KEY (series_id, bucket) INCLUDE (count, sum, min, max)
) WITH (
  -- An index alone is enough for pages that have been vacuumed: not to be put off until a fifth of all years is new.
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000
);

CREATE TABLE rollups_day (LIKE rollups_hour INCLUDING ALL)
WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000);

-- One row. Up to rolled_until there is a roll-up for every hour that has readings, but where a mark says that it is out of
-- date. What comes for a time before closed_until is marked; what comes for a later one need not be, for it is not rolled up
-- before closed_until has passed it. rolled_until is not after closed_until.
CREATE TABLE rollup_state (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  closed_until timestamptz NOT NULL,
  rolled_until timestamptz NOT NULL CHECK (rolled_until <= closed_until),
  -- Once all transactions with a lesser number have ended, nobody can store a reading for a time before fenced_until without a mark.
  fence xid8,
  fenced_until timestamptz,
  -- That of rollups_day; null before the first one.
  time_zone text,
  -- The last run of the worker, and what it came to.
  ran_at timestamptz,
  run_ms float8,
  run_hours bigint
);
INSERT INTO rollup_state (closed_until, rolled_until) VALUES ('-infinity', '-infinity');

-- Spans whose roll-ups are out of date, both ends included; at most a day each. Only ever inserted and deleted: nobody who stores readings
-- waits for the worker, which deletes a mark in the transaction that has mended what it speaks of.
CREATE TABLE rollup_marks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  series_id int NOT NULL,
  from_time timestamptz NOT NULL,
  to_time timestamptz NOT NULL
);
CREATE INDEX rollup_marks_series ON rollup_marks (series_id, from_time);

ALTER TABLE series
  -- Counted up with each change to what is rolled up: an answer about the past is still right while this is the same.
  ADD COLUMN rollup_version bigint NOT NULL DEFAULT 0,
  -- Readings before have expired; their roll-ups stay as they are.
  ADD COLUMN raw_from timestamptz NOT NULL DEFAULT '-infinity';

-- Called by the triggers below, each with its rows as "changed". Above READ COMMITTED a transaction may see a state that is not
-- the latest one, and marks everything. Nearly always there is nothing to be marked: then it takes two looks, which costs less
-- than one that joins the two.
CREATE FUNCTION mark_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  closed timestamptz := 'infinity';
BEGIN
  IF current_setting('transaction_isolation') = 'read committed' THEN
    closed := (SELECT closed_until FROM rollup_state);
  END IF;
  IF EXISTS (SELECT FROM changed WHERE measured_at < closed) THEN
    INSERT INTO rollup_marks (series_id, from_time, to_time)
    SELECT series_id, min(measured_at), max(measured_at) FROM changed
    WHERE measured_at < closed
    GROUP BY series_id, date_bin('1 day', measured_at, '2000-01-01Z');
  END IF;
  RETURN NULL;
END
$$;

-- What expired readings came to is kept: nothing could bring it back.
CREATE FUNCTION forget_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'readings can be truncated at the isolation level READ COMMITTED only'
      USING HINT = 'At others this transaction may not see all roll-ups that have to go, too.';
  END IF;
  DELETE FROM rollups_hour AS hour USING series WHERE series.id = series_id AND bucket >= raw_from;
  DELETE FROM rollups_day AS day USING series WHERE series.id = series_id AND bucket >= raw_from;
  -- In the order in which others lock series.
  UPDATE series SET rollup_version = rollup_version + 1
  WHERE id IN (SELECT id FROM series ORDER BY station_id, metric FOR NO KEY UPDATE);
  RETURN NULL;
END
$$;

CREATE TRIGGER readings_inserted AFTER INSERT ON readings
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_rollups();
CREATE TRIGGER readings_deleted AFTER DELETE ON readings
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_rollups();
CREATE TRIGGER readings_updated_from AFTER UPDATE ON readings
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_rollups();
CREATE TRIGGER readings_updated_to AFTER UPDATE ON readings
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_rollups();
CREATE TRIGGER readings_truncated AFTER TRUNCATE ON readings
  FOR EACH STATEMENT EXECUTE FUNCTION forget_rollups();

-- Down Migration

DROP TRIGGER readings_inserted ON readings;
DROP TRIGGER readings_deleted ON readings;
DROP TRIGGER readings_updated_from ON readings;
DROP TRIGGER readings_updated_to ON readings;
DROP TRIGGER readings_truncated ON readings;
DROP FUNCTION mark_rollups();
DROP FUNCTION forget_rollups();
ALTER TABLE series DROP COLUMN rollup_version, DROP COLUMN raw_from;
DROP TABLE rollup_marks;
DROP TABLE rollup_state;
DROP TABLE rollups_day;
DROP TABLE rollups_hour;
