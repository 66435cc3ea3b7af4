import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../../db/database.ts';
import { startEmbeddedPostgres } from '../../db/embeddedPostgres.ts';

export type DemoDatabase = { url: string; close(): Promise<void> };

const PREFIX = 'demo_';

/**
 * A new, empty database on a PostgreSQL server under `folder`. The server's files stay for the next start, which
 * is then quicker; the database goes when the demo ends, since the simulated services forget everything too.
 */
export async function startDemoDatabase(folder: string): Promise<DemoDatabase> {
  const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, 'postgres') });
  const name = `${PREFIX}${randomBytes(6).toString('hex')}`;
  await onServer(postgres.url, async (execute, leftOver) => {
    for (const old of await leftOver()) await execute(`drop database if exists ${old}`);
    await execute(`create database ${name}`);
  });
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: async () => {
      await onServer(postgres.url, (execute) => execute(`drop database if exists ${name} with (force)`));
      await postgres.stop();
    },
  };
}

async function onServer(
  url: string,
  work: (execute: (sql: string) => Promise<unknown>, leftOver: () => Promise<string[]>) => Promise<unknown>,
): Promise<void> {
  const server = openDatabase(url, { max: 1 });
  try {
    await work(
      (sql) => server.execute(sql),
      async () => {
        // One that somebody is connected to belongs to a demo that runs beside this one.
        const rows = await server.query<{ name: string }>(
          `select datname as name from pg_database d where datname like $1
             and not exists (select 1 from pg_stat_activity a where a.datname = d.datname)`,
          [`${PREFIX}%`],
        );
        return rows.map((row) => row.name);
      },
    );
  } finally {
    await server.close();
  }
}
