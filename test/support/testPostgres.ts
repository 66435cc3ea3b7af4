import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../server/db/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/db/embeddedPostgres.ts';
import { isAlive } from '../../server/db/postmasterPid.ts';
import { migrate } from '../../server/db/migrate.ts';
import { openQueues } from '../../server/jobs/queues.ts';
import { silentLogger } from '../../server/log.ts';

/** The migrated database that every test file's own is copied from. */
export const TEMPLATE = 'template_migrated';

/** What carries the server's address from jest's process to its workers. */
export const ADDRESS_VARIABLE = 'TEST_POSTGRES_URL';

const FOLDER_PREFIX = 'buildium-airtable-sync-test-';
const OWNER_FILE = 'owner-process';

export type TestPostgres = EmbeddedPostgres & { folder: string };

/** One server without fsync for the whole run, in a folder of its own. */
export async function startTestPostgres(): Promise<TestPostgres> {
  removeLeftFolders();
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, OWNER_FILE), String(process.pid));
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'postgres'), durable: false });
  const template = databaseUrl(server.url, TEMPLATE);
  await onServer(server.url, (client) => client.query(`create database ${TEMPLATE}`));
  const database = openDatabase(template, { max: 1 });
  try {
    await migrate(database, { nowMs: Date.parse('2026-01-01T00:00:00Z') });
    // The queue's own tables take longer than all of ours.
    const queues = await openQueues({ url: template, log: silentLogger(), sendsOnly: true });
    await queues.stop(0);
  } finally {
    await database.close();
  }
  return { ...server, folder };
}

/** Stops the server and tells which test files left a database or a connection behind. */
export async function stopTestPostgres(server: TestPostgres): Promise<string[]> {
  const left = await onServer(server.url, async (client) => {
    const { rows } = await client.query<{ datname: string; connections: number }>(
      `select datname, (select count(*)::int from pg_stat_activity a where a.datname = d.datname) as connections
         from pg_database d where datname like 'test\\_%' order by datname`,
    );
    return rows.map(({ datname, connections }) => `${datname} (${connections} connections still open)`);
  });
  await server.stop();
  rmSync(server.folder, { recursive: true, force: true });
  return left;
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function onServer<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A run that was killed could not remove its folder; its server ended with it. */
function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const owner = join(folder, OWNER_FILE);
    try {
      if (statSync(folder).uid !== process.getuid?.()) continue;
      if (existsSync(owner) && !isAlive(Number(readFileSync(owner, 'utf8'))))
        rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another run removes it at this moment.
    }
  }
}
