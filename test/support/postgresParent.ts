import { startEmbeddedPostgres } from '../../server/db/embeddedPostgres.ts';

/**
 * A program with an embedded Postgres, for tests to kill or to run as another user:
 * `node postgresParent.ts <data folder>`. Says where it runs, as JSON on one line, and stays.
 */
const said: string[] = [];
const server = await startEmbeddedPostgres({
  dataFolder: process.argv[2] ?? '',
  durable: false,
  log: { info: (message) => said.push(message) },
});
process.stdout.write(`${JSON.stringify({ url: server.url, dataFolder: server.dataFolder, said })}\n`);
setInterval(() => undefined, 60_000);
