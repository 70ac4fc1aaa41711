-- Up Migration

-- Names of all kinds share one space, for they are MQTT user names. The collation keeps the index right whatever becomes of
-- the server's locale. Of a secret only its SHA-256 is kept.
CREATE TABLE credentials (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('station', 'integrator', 'admin')),
  name text COLLATE "C" NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  secret_hash bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
  filters text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  rotated_at timestamptz
);

-- Told with the commit, whoever makes the change: a command, another node, an owner with psql.
CREATE FUNCTION notify_credentials() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY thermograph_credentials;
  RETURN NULL;
END
$$;

CREATE TRIGGER credentials_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credentials
  FOR EACH STATEMENT EXECUTE FUNCTION notify_credentials();

-- What the nodes of one service share and nobody else may know, such as the key that signs cookies.
CREATE TABLE service_secrets (
  name text PRIMARY KEY,
  value bytea NOT NULL
);

-- Down Migration

DROP TABLE service_secrets;
DROP TABLE credentials;
DROP FUNCTION notify_credentials();
