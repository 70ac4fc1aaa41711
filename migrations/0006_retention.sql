-- Up Migration

-- Exceptions from RETENTION_RAW and RETENTION_ROLLUPS; null stands for all stations, all metrics, and what is left open. By name,
-- for a policy may be there before the first reading.
CREATE TABLE retention_policies (
  station text COLLATE "C",
  metric text COLLATE "C",
  raw text CHECK (raw ~ '^([1-9][0-9]{0,5}(d|w|mo|y)|forever)$'),
  rollups text CHECK (rollups ~ '^([1-9][0-9]{0,5}(d|w|mo|y)|forever)$'),
  CHECK (raw IS NOT NULL OR rollups IS NOT NULL)
);
CREATE UNIQUE INDEX retention_policies_series ON retention_policies (coalesce(station, ''), coalesce(metric, ''));

-- Months of readings that have gone as a whole.
CREATE TABLE dropped_partitions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  month date NOT NULL,
  -- All of it had expired; or the database was larger than it may be.
  reason text NOT NULL CHECK (reason IN ('expired', 'size')),
  bytes bigint NOT NULL,
  dropped_at timestamptz NOT NULL DEFAULT now()
);

-- What the database took on disk at the first look on each day (UTC): how fast it grows is seen from that.
CREATE TABLE database_sizes (
  day date PRIMARY KEY,
  measured_at timestamptz NOT NULL DEFAULT now(),
  bytes bigint NOT NULL
);

-- One row: how expiry gets on, whichever of the nodes is at it.
CREATE TABLE expiry_state (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- The time that the last run went by. A clock that is far from it may be wrong, and nothing expires by it until it is back there or
  -- somebody has said that it is right.
  looked_at timestamptz NOT NULL,
  -- When it was found to be so; null while it is not.
  held_at timestamptz,
  -- The last run that came to its end, and how long it took.
  ran_at timestamptz,
  run_ms float8,
  -- Months that should have gone with it, and that somebody was at work on.
  months_waiting int NOT NULL DEFAULT 0,
  -- Since when there is more to do than is done at a time; null when all was done.
  unfinished_since timestamptz
);
-- The newest reading tells when the service was last at work, by a clock that may have been another.
INSERT INTO expiry_state (looked_at)
SELECT least(max(newest.measured_at), now()) FROM series, LATERAL (
  SELECT measured_at FROM readings WHERE series_id = series.id ORDER BY measured_at DESC LIMIT 1
) AS newest;

-- Down Migration

DROP TABLE expiry_state;
DROP TABLE database_sizes;
DROP TABLE dropped_partitions;
DROP TABLE retention_policies;
