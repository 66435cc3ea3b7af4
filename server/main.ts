import { createServer } from 'node:http';
import { startServer } from './start.ts';
import { readConfig } from './config.ts';
import { databaseFailure } from './db/databaseFailure.ts';
import { createLogger } from './log.ts';
import { logStanding } from './jobs/watch/logStanding.ts';

/**
 * `npm start`: the production server. The only module that ends the process; everything it was in the middle of
 * is marked in the database and goes on at the next start.
 */
const config = readConfig(process.env, 'start');
if (!config.ok) {
  process.stderr.write(`The server cannot start:\n${config.error.map((line) => `  - ${line}`).join('\n')}\n`);
  process.exit(1);
}
const log = createLogger(config.value.logLevel);
try {
  const server = await startServer({ config: config.value, log, createServer });
  log.info({ address: server.url, role: config.value.worker }, 'The server is up.');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'Stopping: what runs is finished first.');
      void server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ error }, 'The stop did not go well; nothing is lost, it goes on at the next start.');
          process.exit(1);
        },
      );
    });
  }
  await logStanding(server.context.database, log, config.value.publicUrl);
} catch (error) {
  const why = databaseFailure(error) ?? listenFailure(error);
  if (why === null) log.fatal({ error }, 'The server could not start.');
  else log.fatal(why);
  process.exit(1);
}

function listenFailure(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen') return null;
  return `The server cannot listen: ${error.message}. Set PORT (and HOST) to a free address of this machine; each process needs its own.`;
}
