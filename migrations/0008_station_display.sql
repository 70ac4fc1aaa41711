-- Up Migration

-- How the owner wants stations to be shown: title is what one is called, stations of a group stand together, and those with a
-- position come before those without, by it.
ALTER TABLE stations
  ADD COLUMN display_group text,
  ADD COLUMN position int;

-- Told with the commit, whoever makes the change.
CREATE FUNCTION notify_stations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY thermograph_stations;
  RETURN NULL;
END
$$;

CREATE TRIGGER stations_changed
  AFTER UPDATE OF title, display_group, position ON stations
  FOR EACH STATEMENT EXECUTE FUNCTION notify_stations();

-- Down Migration

DROP TRIGGER stations_changed ON stations;
DROP FUNCTION notify_stations();
ALTER TABLE stations DROP COLUMN display_group, DROP COLUMN position;
