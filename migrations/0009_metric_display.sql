-- Up Migration

-- How the owner wants a metric of a station to be shown: what it is called, in which unit, where among the others, and whether it is on
-- the page of current values at all. Its values stay in the unit of the series.
ALTER TABLE series
  ADD COLUMN display_title text,
  ADD COLUMN display_unit text,
  ADD COLUMN display_position int,
  ADD COLUMN is_hidden boolean NOT NULL DEFAULT false;

-- Heard by those who show stations, with the commit.
CREATE FUNCTION notify_metric_displays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY thermograph_stations;
  RETURN NULL;
END
$$;

CREATE TRIGGER metric_displays_changed
  AFTER UPDATE OF display_title, display_unit, display_position, is_hidden ON series
  FOR EACH STATEMENT EXECUTE FUNCTION notify_metric_displays();

-- Down Migration

DROP TRIGGER metric_displays_changed ON series;
DROP FUNCTION notify_metric_displays();
ALTER TABLE series DROP COLUMN display_title, DROP COLUMN display_unit, DROP COLUMN display_position, DROP COLUMN is_hidden;
