import { Client } from 'pg';
import { runner } from 'node-pg-migrate';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { inProjectFolder } from '../../src/project-folder.ts';
import { knownMigrations, migrate } from '../../src/storage/migrate.ts';
import { readCatalogue } from '../support/catalogue.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';

const log = pino({ level: 'silent' });

async function takeDown(client: Client, count: number): Promise<void> {
  await runner({
    dbClient: client,
    dir: inProjectFolder('migrations'),
    direction: 'down',
    count,
    migrationsTable: 'thermograph_migrations',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

async function useClient({ connection }: TestDatabase): Promise<Client> {
  const client = new Client(connection);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

test('each migration is taken back to what the one before had made, and all of them can be done again', async () => {
  const database = await useTestDatabase();
  const client = await useClient(database);
  const names = await knownMigrations();
  const newest = await readCatalogue(client);
  await seedSeries(database.pool, { station: 'a', metric: 't', unit: null }, [
    { measuredAt: 1e15, value: 1 },
  ]);
  await takeDown(client, names.length);
  const empty = await readCatalogue(client);
  expect(empty).toEqual([]);
  const made: (readonly string[])[] = [empty];
  for (const count of names.keys()) {
    await migrate(database.connection, log, count + 1);
    made.push(await readCatalogue(client));
  }
  expect(made.at(-1)).toEqual(newest);
  const back: Record<string, readonly string[]> = {};
  for (const name of names.toReversed()) {
    await takeDown(client, 1);
    back[name] = await readCatalogue(client);
  }
  for (const [count, name] of names.entries()) expect(back[name], `below ${name}`).toEqual(made[count]);
});
