-- Up Migration

-- Series whose station was removed; what is left of them in readings and roll-ups goes step by step. A row stays for as long as a
-- service may still think that its series is there: see mark_rollups.
CREATE TABLE removed_series (
  series_id int PRIMARY KEY,
  -- The name that it had.
  station text COLLATE "C" NOT NULL,
  removed_at timestamptz NOT NULL DEFAULT now(),
  -- Whether nothing is left of it.
  is_empty boolean NOT NULL DEFAULT false
);

-- Names that stations had before they were renamed or removed, for services that were not there to hear of it.
CREATE TABLE former_stations (
  station text COLLATE "C" PRIMARY KEY,
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- As it was, but that nothing is stored for a removed series: a service that has not heard of the removal yet looks for the series
-- again, and makes the station anew. Readings have no foreign key, which would be looked up for each row; this is one look for a statement,
-- and while it runs nobody can remove a station, who needs a lock on readings for that.
-- Where the owner has chosen another isolation level for all of the database, whoever has waited for a removal still sees things as they were
-- before; to lock a series that has been deleted since is refused there with a serialization failure, after which it is tried again.
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

DROP TRIGGER stations_changed ON stations;
CREATE TRIGGER stations_changed
  AFTER UPDATE OF station, title, display_group, position ON stations
  FOR EACH STATEMENT EXECUTE FUNCTION notify_stations();
CREATE TRIGGER stations_removed
  AFTER DELETE OR TRUNCATE ON stations
  FOR EACH STATEMENT EXECUTE FUNCTION notify_stations();

-- Down Migration

DROP TRIGGER stations_removed ON stations;
DROP TRIGGER stations_changed ON stations;
CREATE TRIGGER stations_changed
  AFTER UPDATE OF title, display_group, position ON stations
  FOR EACH STATEMENT EXECUTE FUNCTION notify_stations();
CREATE OR REPLACE FUNCTION mark_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TABLE former_stations;
DROP TABLE removed_series;
