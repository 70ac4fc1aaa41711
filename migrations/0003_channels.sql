-- Up Migration

-- What boards know as a ThingSpeak channel. The number of the last entry is counted up with each entry, in its transaction; of
-- the keys only the SHA-256 is kept.
CREATE TABLE channels (
  id int PRIMARY KEY CHECK (id > 0),
  name text NOT NULL,
  description text,
  write_key_hash bytea NOT NULL UNIQUE CHECK (octet_length(write_key_hash) = 32),
  read_key_hash bytea NOT NULL CHECK (octet_length(read_key_hash) = 32),
  is_public boolean NOT NULL DEFAULT true,
  latitude float8,
  longitude float8,
  elevation float8,
  last_entry_id bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Which series a field's numbers go to. By name, for the series is made with its first reading.
CREATE TABLE channel_fields (
  channel_id int NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  field smallint NOT NULL CHECK (field BETWEEN 1 AND 8),
  station text NOT NULL,
  metric text NOT NULL,
  label text NOT NULL,
  UNIQUE (channel_id, field)
);

-- What boards sent, as they sent it: values are texts, by the number of their field.
CREATE TABLE channel_entries (
  channel_id int NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  entry_id bigint NOT NULL,
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  has_own_time boolean NOT NULL,
  fields jsonb NOT NULL,
  status text,
  latitude text,
  longitude text,
  elevation text,
  PRIMARY KEY (channel_id, entry_id)
);

-- A repetition of what carries its own time is known by it.
CREATE UNIQUE INDEX channel_entries_own_time ON channel_entries (channel_id, created_at) WHERE has_own_time;
CREATE INDEX channel_entries_time ON channel_entries (channel_id, created_at, entry_id);

-- Told with the commit, whoever makes the change. Entries, which count up last_entry_id, are no change of a channel.
CREATE FUNCTION notify_channels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY thermograph_channels;
  RETURN NULL;
END
$$;

CREATE TRIGGER channels_changed
  AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF
    id, name, description, write_key_hash, read_key_hash, is_public, latitude, longitude, elevation, created_at, updated_at
  ON channels FOR EACH STATEMENT EXECUTE FUNCTION notify_channels();

CREATE TRIGGER channel_fields_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON channel_fields
  FOR EACH STATEMENT EXECUTE FUNCTION notify_channels();

-- Down Migration

DROP TABLE channel_entries;
DROP TABLE channel_fields;
DROP TABLE channels;
DROP FUNCTION notify_channels();
