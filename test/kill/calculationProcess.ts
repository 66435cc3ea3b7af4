import { readConfig } from '../../server/config.ts';
import { createContext } from '../../server/context.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import { writeDueTables } from '../../server/jobs/money/runTables.ts';
import { createLogger } from '../../server/log.ts';

/** What the parent tells the process that it will kill. */
export type CalculationInput = {
  databaseUrl: string;
  connectionId: string;
  encryptionKeys: { id: string; base64: string }[];
  requestsPerSecond: number;
};

/** A worker that does what waits to be calculated and written into Airtable. Nothing here expects an end. */
const input = JSON.parse(process.argv[2] ?? '{}') as CalculationInput;
const read = readConfig({ DATABASE_POOL_SIZE: '4', WORKER: 'web' }, 'demo');
if (!read.ok) throw new Error(read.error.join('\n'));
const context = await createContext({
  config: {
    ...read.value,
    encryptionKeys: input.encryptionKeys,
    buildiumRequestsPerSecond: input.requestsPerSecond,
    airtableRequestsPerSecond: input.requestsPerSecond,
  },
  databaseUrl: input.databaseUrl,
  log: createLogger('error'),
});
const job = await context.jobFor(input.connectionId);
if (!job) throw new Error('The connection is gone.');
process.once('message', () => {
  void advanceCalculations(job)
    .then(() => writeDueTables(job))
    .then(() => process.send?.('done'));
});
process.send?.('ready');
