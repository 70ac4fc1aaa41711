import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { findDebianPostgres, startDebianPostgres } from '../support/debian-postgres.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram, useFolder } from '../support/program.ts';

const bin = findDebianPostgres();

test.skipIf(bin === undefined && process.env['CI'] === undefined)(
  "DATABASE_URL takes a server of the owner's: Debian's package, over TCP with a password (skipped where it is not installed)",
  async () => {
    const url = await startDebianPostgres(bin!, await freePort());
    // Two services at once on an empty database: one migrates, the other waits for it.
    const [one, two] = await Promise.all([
      startProgram({ DATABASE_URL: url, DATA_DIR: await useFolder() }),
      startProgram({ DATABASE_URL: url, DATA_DIR: await useFolder() }),
    ]);
    expect(one.stdout()).toContain('Data    the PostgreSQL of DATABASE_URL');
    const posts = [one, two].map(({ httpPort }, index) =>
      fetch(`http://127.0.0.1:${httpPort}/api/stations/a/readings`, {
        method: 'POST',
        body: JSON.stringify({ temperature: index, time: 1_700_000_000 + index }),
      }),
    );
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual([201, 201]);
    const response = await fetch(`http://127.0.0.1:${one.httpPort}/api/stations/a/readings?order=asc`);
    expect(await response.json()).toMatchObject({ unit: '°C', readings: [{ value: 0 }, { value: 1 }] });
    const client = new Client(url);
    await client.connect();
    const { rows } = await client.query<{ name: string }>('SELECT name FROM thermograph_migrations');
    await client.end();
    // Each of them once.
    const migrations = (await readdir('migrations')).map((file) => file.replace(/\.sql$/, ''));
    expect(rows.map(({ name }) => name).toSorted()).toEqual(migrations.toSorted());
  },
);
