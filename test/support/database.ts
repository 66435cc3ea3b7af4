import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { openDatabase, type Database } from '../../server/db/database.ts';
import { ADDRESS_VARIABLE, databaseUrl, TEMPLATE } from './testPostgres.ts';

export type FreshDatabase = {
  url: string;
  database: Database;
  /** Closes `database` and removes it, with any connection that is still open. */
  drop(): Promise<void>;
};

/** A migrated database of its own, for one test file or one test; the caller drops it in `afterAll`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  return createdFrom(TEMPLATE);
}

/** One without our tables. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  return createdFrom('template0');
}

/** A copy of a database that nobody is connected to. */
export async function createdFrom(
  template: string,
  name = `test_${testFileName()}_${randomBytes(4).toString('hex')}`,
): Promise<FreshDatabase> {
  await administer(`create database ${name} template ${template} strategy file_copy`);
  const url = databaseUrl(testServer(), name);
  const database = openDatabase(url);
  const drop = async (): Promise<void> => {
    await database.close();
    await administer(`drop database if exists ${name} with (force)`);
  };
  return { url, database, drop };
}

let administration: Promise<pg.Client> | null = null;

/** Over one connection a thread, which lasts until that or the server ends: to open one costs as much as a small copy. */
async function administer(sql: string): Promise<void> {
  administration ??= connectToServer();
  const client = await administration;
  await client.query(sql);
}

async function connectToServer(): Promise<pg.Client> {
  const forget = (): void => void (administration = null);
  const client = new pg.Client({ connectionString: testServer() });
  client.on('error', forget);
  await client.connect().catch((error: unknown) => {
    forget();
    throw error;
  });
  return client;
}

/** The address of the PostgreSQL that serves the whole run. */
export function testServer(): string {
  const server = process.env[ADDRESS_VARIABLE];
  if (!server) throw new Error('No test database is running: start the tests with npm test.');
  return server;
}

/** Named after its test file, so that a leftover tells where it came from. */
function testFileName(): string {
  const path = expect.getState().testPath ?? 'unknown';
  return basename(path)
    .replace(/\.test\.tsx?$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '_')
    .slice(0, 40);
}
