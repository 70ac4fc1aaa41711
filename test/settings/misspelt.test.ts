import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config.ts';
import { misspeltSettings } from '../../src/settings/misspelt.ts';

test.each([
  ['HTPT_PORT', 'HTTP_PORT'],
  ['MQTT_PROT', 'MQTT_PORT'],
  ['DATA_DRI', 'DATA_DIR'],
  ['DATADIR', 'DATA_DIR'],
  ['TIMEZONE', 'TIME_ZONE'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['RETENTION_ROWS', 'RETENTION_RAW'],
  ['ALOW_ANONYMUS', 'ALLOW_ANONYMOUS'],
  ['RETENTION_ROLUP', 'RETENTION_ROLLUPS'],
])('%s was meant for %s', (name, meant) => {
  expect(misspeltSettings({ [name]: 'x' })).toEqual([`${name} is not a setting; did you mean ${meant}?`]);
  // Whoever has set that one, too, has it right.
  expect(misspeltSettings({ [name]: 'x', [meant]: 'x' })).toEqual([]);
});

test('settings, and what shells, npm, containers, PostgreSQL and our other programs set, are no misspelt ones', () => {
  const usual = `PATH HOME HOSTNAME HOST_NAME USER LOGNAME SHELL SHLVL PWD OLDPWD LANG LC_ALL LC_TIME TZ TERM DISPLAY EDITOR PAGER UNIT
    NODE NODE_ENV NODE_OPTIONS NODE_VERSION YARN_VERSION INIT_CWD COLOR npm_config_http_port npm_lifecycle_event npm_package_json
    PGHOST PGPORT PGDATA PGDATABASE POSTGRES_DB POSTGRES_USER HTTP_PROXY HTTPS_PROXY NO_PROXY HTTP_HOST HTTPS_HOST MQTT_HOST
    MQTT_URL MQTT_USER MQTT_USERNAME MQTT_PASSWORD BIND XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR SSH_AUTH_SOCK DBUS_SESSION_BUS_ADDRESS
    INVOCATION_ID JOURNAL_STREAM STATE_DIRECTORY NOTIFY_SOCKET LISTEN_PID KUBERNETES_PORT KUBERNETES_SERVICE_PORT LOG_FILE DATA_HOME PORT
    TEMP_DIR DATABASE_PORT DATABASE_HOST TLS_CERT SSL_CERT_FILE LS_COLORS`;
  const names = [...usual.split(/\s+/), ...SETTINGS.map(({ env }) => env)];
  for (const name of names) expect(misspeltSettings({ [name]: 'x' })).toEqual([]);
});
