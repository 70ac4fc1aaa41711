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

-- Down Migration

DROP TABLE database_sizes;
DROP TABLE dropped_partitions;
DROP TABLE retention_policies;
