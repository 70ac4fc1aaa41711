-- Up Migration

-- What a series is rolled up as beside the rest, set by the worker, which knows from names and units; null: as nothing else. In the transaction
-- that changes it all that is rolled up of the series is marked.
ALTER TABLE series ADD COLUMN kind text CHECK (kind IN ('direction', 'counter'));

-- Null for series of another kind. Of directions, as unit vectors: the sums of their sines and cosines; 0 where no value is a direction.
-- Of counters: how much they have risen from one count to the next within the bucket, and the first and the last count; null where
-- no value is a count.
ALTER TABLE rollups_hour
  ADD COLUMN sine_sum float8, ADD COLUMN cosine_sum float8,
  ADD COLUMN rise float8, ADD COLUMN rise_from float8, ADD COLUMN rise_to float8;
ALTER TABLE rollups_day
  ADD COLUMN sine_sum float8, ADD COLUMN cosine_sum float8,
  ADD COLUMN rise float8, ADD COLUMN rise_from float8, ADD COLUMN rise_to float8;

-- With what history is made of in them, as the primary keys have it of all series; rows of other kinds are not in them.
CREATE INDEX rollups_hour_directions ON rollups_hour (series_id, bucket) INCLUDE (count, sine_sum, cosine_sum)
  WHERE sine_sum IS NOT NULL;
CREATE INDEX rollups_day_directions ON rollups_day (series_id, bucket) INCLUDE (count, sine_sum, cosine_sum)
  WHERE sine_sum IS NOT NULL;
CREATE INDEX rollups_hour_rises ON rollups_hour (series_id, bucket) INCLUDE (rise, rise_from, rise_to)
  WHERE rise IS NOT NULL;
CREATE INDEX rollups_day_rises ON rollups_day (series_id, bucket) INCLUDE (rise, rise_from, rise_to)
  WHERE rise IS NOT NULL;

-- Down Migration

ALTER TABLE rollups_day DROP COLUMN sine_sum, DROP COLUMN cosine_sum, DROP COLUMN rise, DROP COLUMN rise_from, DROP COLUMN rise_to;
ALTER TABLE rollups_hour DROP COLUMN sine_sum, DROP COLUMN cosine_sum, DROP COLUMN rise, DROP COLUMN rise_from, DROP COLUMN rise_to;
ALTER TABLE series DROP COLUMN kind;
