import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig, SETTINGS } from '../src/config.ts';
import { isLoopback } from '../src/transport/loopback.ts';
import { METRIC } from '../src/telemetry/unit-system.ts';
import { envExample, settingsTable } from '../src/settings/documentation.ts';
import { mistakesIn } from './support/mistakes-in.ts';

describe('settings', () => {
  test('have defaults that need nothing', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      httpPort: 3000,
      mqttPort: 1883,
      httpsPort: undefined,
      mqttsPort: undefined,
      tlsCertFile: undefined,
      tlsKeyFile: undefined,
      tlsOldBoards: false,
      allowedOrigins: [],
      trustProxy: [],
      dataDir: resolve('data'),
      databaseUrl: undefined,
      spoolMaxBytes: 1024 ** 3,
      shutdownTimeoutMs: 10_000,
      retentionRaw: 'forever',
      retentionRollups: 'forever',
      retentionRejected: 'forever',
      maxDatabaseBytes: undefined,
      allowAnonymous: true,
      homeAssistant: undefined,
      isPrivate: false,
      frameAncestors: [],
      httpMaxBodyBytes: 262_144,
      httpMaxWritesPerSecond: 1000,
      wrongSecretsPerMinute: 20,
      units: METRIC,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      logLevel: 'info',
      maxConnections: 20_000,
      maxConnectionsPerAddress: 2_000,
      maxConnectsPerSecond: 500,
      connectTimeoutMs: 10_000,
      maxKeepaliveMs: 86_400_000,
      maxPacketBytes: 256 * 1024,
      maxMessagesPerSecond: 20_000,
      maxBytesPerSecond: 32 * 1024 * 1024,
      maxOverPaceMs: 600_000,
      maxTopicBytes: 512,
      maxConnectBytes: 4_096,
      maxUnfinishedBytes: 67_108_864,
      maxStreamsPerAddress: 50,
      maxExports: 4,
      httpMaxConnections: 10_000,
      httpMaxConnectionsPerAddress: 256,
      httpMaxConnectsPerSecond: 500,
      httpMaxHeaderBytes: 16_384,
      httpHeadersTimeoutMs: 10_000,
      httpRequestTimeoutMs: 30_000,
      maxTopicLevels: 100,
      maxSubscriptions: 1_000,
      maxQueuedMessages: 10_000,
      backupSchedule: undefined,
      backupDir: resolve('data/backups'),
      backupKeep: 7,
    });
  });

  test('of backups are checked, and BACKUP_DIR goes with DATA_DIR', () => {
    const mistake = 'not @daily, @weekly or five fields of cron that come true, such as 30 3 * * *';
    for (const text of ['daily', '* * * * * *', '61 3 * * *', '0 0 31 2 *'])
      expect(mistakesIn({ BACKUP_SCHEDULE: text })).toEqual([`BACKUP_SCHEDULE="${text}": ${mistake}`]);
    expect(mistakesIn({ BACKUP_KEEP: '0' })).toEqual(['BACKUP_KEEP="0": not a whole number of at least 1']);
    expect(mistakesIn({ TIME_ZONE: 'x/y', BACKUP_SCHEDULE: '@daily' })).toContain(
      'TIME_ZONE="x/y": not a time zone such as Europe/Paris',
    );
    expect(readConfig({ DATA_DIR: '/srv/tg', BACKUP_SCHEDULE: '@daily' })).toMatchObject({
      backupDir: '/srv/tg/backups',
      backupSchedule: { text: '@daily' },
    });
  });

  test('that are empty count as not set', () => {
    const empty = Object.fromEntries(SETTINGS.map(({ env }) => [env, '']));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test('report every mistake at once, each with its name', () => {
    const mistakes = mistakesIn({
      HTTP_PORT: '65536',
      MQTT_PORT: '1e3',
      UNITS: 'stone',
      TIME_ZONE: 'Mars/Olympus',
      SPOOL_MAX_BYTES: '1048575',
      SHUTDOWN_TIMEOUT: '0',
    });
    expect(mistakes).toEqual([
      'HTTP_PORT="65536": not a port from 0 to 65535',
      'MQTT_PORT="1e3": not a port from 0 to 65535',
      'SPOOL_MAX_BYTES="1048575": not a whole number of at least 1048576',
      'SHUTDOWN_TIMEOUT="0": not a whole number from 1 to 3600',
      'UNITS="stone": not metric, imperial, or a list such as metric,km/h,inHg',
      'TIME_ZONE="Mars/Olympus": not a time zone such as Europe/Paris',
    ]);
  });

  test('take the origins that may frame pages, and nothing that would say more in a header', () => {
    const read = (text: string): readonly string[] => readConfig({ FRAME_ANCESTORS: text }).frameAncestors;
    expect(read('http://homeassistant.local:8123, https://Example.org')).toEqual([
      'http://homeassistant.local:8123',
      'https://example.org',
    ]);
    for (const text of [
      '*',
      "https://a.org; script-src 'unsafe-inline'",
      'https://a.org/x',
      'ftp://a.org',
      ',',
    ]) {
      expect(mistakesIn({ FRAME_ANCESTORS: text }), `of ${text}`).toHaveLength(1);
    }
  });

  test.each<[Record<string, string>, string[]]>([
    [
      { MQTTS_PORT: '8883', HTTPS_PORT: '0' },
      [
        'HTTPS_PORT="0": needs a certificate: set TLS_CERT_FILE and TLS_KEY_FILE',
        'MQTTS_PORT="8883": needs a certificate: set TLS_CERT_FILE and TLS_KEY_FILE',
      ],
    ],
    [{ TLS_CERT_FILE: 'c' }, ['TLS_KEY_FILE: not set, and TLS_CERT_FILE is of no use alone']],
    [{ TLS_KEY_FILE: 'k', MQTTS_PORT: '0' }, ['TLS_CERT_FILE: not set, and TLS_KEY_FILE is of no use alone']],
    [
      { MQTTS_PORT: 'on', TLS_CERT_FILE: 'c', TLS_KEY_FILE: 'k' },
      ['MQTTS_PORT="on": not a port from 0 to 65535'],
    ],
    [
      { ALLOWED_ORIGINS: 'https://example.org/page' },
      [
        'ALLOWED_ORIGINS="https://example.org/page": https://example.org/page is not an origin such as https://example.org',
      ],
    ],
    [
      { TRUST_PROXY: 'loopback, nginx' },
      [
        'TRUST_PROXY="loopback, nginx": nginx is neither an address, nor a network such as 10.0.0.0/8, nor loopback',
      ],
    ],
  ])('of transports are checked: %j', (env, mistakes) => {
    expect(mistakesIn(env)).toEqual(mistakes);
  });

  test.each<[Record<string, string>, string[]]>([
    [{ HTTP_PORT: '1883' }, ['MQTT_PORT: 1883 is that of HTTP_PORT, too; each needs its own']],
    [
      { MQTTS_PORT: '3000', HTTPS_PORT: '1883', TLS_CERT_FILE: 'c', TLS_KEY_FILE: 'k' },
      [
        'HTTPS_PORT: 1883 is that of MQTT_PORT, too; each needs its own',
        'MQTTS_PORT: 3000 is that of HTTP_PORT, too; each needs its own',
      ],
    ],
    [{ HTTP_PORT: '0', MQTT_PORT: '0' }, []],
    [{ PRIVATE: 'yes' }, ['PRIVATE="yes": use true or false']],
  ])('of ports and switches are checked: %j', (env, mistakes) => {
    expect(mistakesIn(env)).toEqual(mistakes);
  });

  test('of transports take lists, and paths from where the service starts', () => {
    expect(
      readConfig({
        MQTTS_PORT: '8883',
        HTTPS_PORT: '0',
        TLS_CERT_FILE: 'tls/cert.pem',
        TLS_KEY_FILE: '/etc/key.pem',
        ALLOWED_ORIGINS: 'https://Example.org:443, http://localhost:8080',
        TRUST_PROXY: 'loopback,10.0.0.0/8 , fd00::1',
      }),
    ).toMatchObject({
      mqttsPort: 8883,
      httpsPort: 0,
      tlsCertFile: resolve('tls/cert.pem'),
      tlsKeyFile: '/etc/key.pem',
      allowedOrigins: ['https://example.org', 'http://localhost:8080'],
      trustProxy: ['loopback', '10.0.0.0/8', 'fd00::1'],
    });
  });

  test('with a secret in them are not repeated in the error', () => {
    const mistakes = mistakesIn({ DATABASE_URL: 'mysql://me:hunter2@host/db' });
    expect(mistakes).toEqual(['DATABASE_URL: does not begin with postgres://']);
  });

  test.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.5', false],
    ['127.example.com', false],
  ])('without ALLOW_ANONYMOUS, HOST=%s allows anonymous clients: %s', (host, allowed) => {
    expect(isLoopback(host)).toBe(allowed);
    expect(readConfig({ HOST: host }).allowAnonymous).toBe(allowed);
    expect(readConfig({ HOST: host, ALLOW_ANONYMOUS: String(!allowed) }).allowAnonymous).toBe(!allowed);
  });

  test.each([{ TRUST_PROXY: 'loopback' }, { PRIVATE: 'true' }])(
    'without ALLOW_ANONYMOUS, %j allows no anonymous clients, though HOST is loopback',
    (env) => {
      expect(readConfig(env).allowAnonymous).toBe(false);
      expect(readConfig({ ...env, ALLOW_ANONYMOUS: 'true' }).allowAnonymous).toBe(true);
    },
  );
});

describe('the documentation of the settings', () => {
  test('in README.md is what config.ts says (npm run docs writes it)', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(settingsTable('common'));
    expect(readFileSync('docs/settings.md', 'utf8')).toContain(settingsTable('all'));
  });

  test('in .env.example is what config.ts says (npm run docs writes it)', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });
});
