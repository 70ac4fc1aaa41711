-- Up Migration

-- As it was, but for a database whose owner has chosen another isolation level for all: whoever has waited there for a removal still sees
-- things as they were before, and would store readings that go with it. To lock a series that has been deleted since is refused with
-- a serialization failure, after which it is tried again.
CREATE OR REPLACE FUNCTION mark_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  closed timestamptz := 'infinity';
BEGIN
  IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM removed_series)
    AND EXISTS (SELECT FROM changed JOIN removed_series USING (series_id)) THEN
    RAISE EXCEPTION 'the station of these readings was removed' USING ERRCODE = 'TG001';
  END IF;
  IF TG_OP = 'INSERT' AND current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM FROM series WHERE id IN (SELECT series_id FROM changed) FOR KEY SHARE;
  END IF;
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

-- Down Migration

CREATE OR REPLACE FUNCTION mark_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  closed timestamptz := 'infinity';
BEGIN
  IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM removed_series)
    AND EXISTS (SELECT FROM changed JOIN removed_series USING (series_id)) THEN
    RAISE EXCEPTION 'the station of these readings was removed' USING ERRCODE = 'TG001';
  END IF;
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
