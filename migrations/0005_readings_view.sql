-- Up Migration

-- For whoever asks by SQL: readings under their names. Whoever may read it need not be able to read the tables.
CREATE VIEW readings_view AS
SELECT station, metric, unit, measured_at, value, received_at
FROM readings
JOIN series ON series.id = series_id
JOIN stations ON stations.id = station_id;

-- Down Migration

DROP VIEW readings_view;
