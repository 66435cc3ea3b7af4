import { createServer } from 'node:http';
import { startServer } from './start.ts';
import { readConfig } from './config.ts';
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
  log.fatal({ error }, 'The server could not start.');
  process.exit(1);
}
