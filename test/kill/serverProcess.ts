import { createServer } from 'node:http';
import { readConfig } from '../../server/config.ts';
import { createLogger } from '../../server/log.ts';
import { Secret } from '../../server/secrets.ts';
import { startServer } from '../../server/start.ts';
import { serverClock, type SharedTime } from '../bench/sharedTime.ts';
import { ENCRYPTION_KEY } from '../support/encryptionKey.ts';

/** What the parent tells the process that it will kill. */
export type ServerInput = { databaseUrl: string; port: number; spoolFolder: string; time: SharedTime };

/** The product's server as `npm start` runs it, on a clock that its parent shares. Nothing here expects an end. */
const input = JSON.parse(process.argv[2] ?? '{}') as ServerInput;
const read = readConfig(
  { PORT: String(input.port), HOST: '127.0.0.1', ENCRYPTION_KEYS: ENCRYPTION_KEY, DATABASE_POOL_SIZE: '6' },
  'demo',
);
if (!read.ok) throw new Error(read.error.join('\n'));
const server = await startServer({
  config: {
    ...read.value,
    ...{ buildiumRequestsPerSecond: 200, airtableRequestsPerSecond: 200 },
    databaseUrl: new Secret(input.databaseUrl),
    spoolFolder: input.spoolFolder,
    publicUrl: 'http://127.0.0.1',
  },
  log: createLogger('error'),
  createServer,
  clock: serverClock(input.time),
});
process.send?.({ url: server.url });
