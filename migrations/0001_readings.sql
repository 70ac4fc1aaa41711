-- Up Migration

CREATE TABLE stations (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station text NOT NULL UNIQUE,
  title text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE series (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station_id int NOT NULL REFERENCES stations (id),
  metric text NOT NULL,
  unit text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (station_id, metric)
);

-- The value is part of the key: a redelivered reading collapses into the first one, while two different values
-- under one coarse device time are both kept. There is no foreign key to series, for it would be checked once a
-- row on the acknowledged path; series are only made by the writer, which has read the id from that table.
CREATE TABLE readings (
  series_id int NOT NULL,
  measured_at timestamptz NOT NULL,
  value float8 NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (series_id, measured_at, value)
) PARTITION BY RANGE (measured_at);

CREATE TABLE rejected_messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  received_at timestamptz NOT NULL,
  topic text NOT NULL,
  payload bytea NOT NULL,
  qos smallint NOT NULL,
  client_id text,
  reason text NOT NULL,
  detail text NOT NULL
);

CREATE INDEX rejected_messages_reason ON rejected_messages (reason, id);

-- Down Migration

DROP TABLE rejected_messages;
DROP TABLE readings;
DROP TABLE series;
DROP TABLE stations;
