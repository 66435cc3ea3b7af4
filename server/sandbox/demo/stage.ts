import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { ROOT_RESOURCES } from '../../../shared/resources/index.ts';
import { storeNewToken } from '../../cli/token.ts';
import { createLogger, type Logger } from '../../log.ts';
import type { CallRecord } from '../../outboundCounts.ts';
import { repair } from '../../jobs/connect/repair.ts';
import { startDevNetwork, type DevNetwork, type DevNetworkOptions } from '../devNetwork.ts';
import { demoApi, type DemoApi } from './api.ts';
import { startDemoDatabase, type DemoDatabase } from './database.ts';
import { peopleOf, type People } from './people.ts';

/** The running demo: both services, the server between them, its API, and the people who use them. */
export type Stage = {
  network: DevNetwork;
  api: DemoApi;
  people: People;
  /** What `npm run cli -- repair` does. @returns what was set right. */
  repair(): Promise<string[]>;
  log: Logger;
  logFile: string;
  close(): Promise<void>;
};

export type StageOptions = {
  /** Where the database's files, the log and the spool lie. */
  folder: string;
  say(line: string): void;
  /** Minutes between sweeps; each resource's own pace where absent. */
  sweepMinutes?: number;
  onCall?: (call: CallRecord) => void;
  /** An empty database to use; a new one on an embedded server where absent. */
  database?: DemoDatabase;
  /** Other services than the demo's own, such as quicker ones. */
  network?: Partial<DevNetworkOptions>;
};

/** What a call to either service takes, about as it does with the real ones. */
export const LATENCY_MS = 120;

export async function openStage(options: StageOptions): Promise<Stage> {
  const { folder, say, sweepMinutes, onCall } = options;
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'server.log');
  rmSync(logFile, { force: true });
  const log = createLogger('info', pino.destination({ dest: logFile, sync: true }));
  if (!options.database) say('Starting PostgreSQL …');
  const database = options.database ?? (await startDemoDatabase(folder));
  const spoolFolder = join(folder, `spool-${process.pid}`);
  const shut = async (): Promise<void> => {
    await database.close();
    rmSync(spoolFolder, { recursive: true, force: true });
  };
  say('Starting simulated Buildium and Airtable, and the server between them …');
  const pace = sweepMinutes === undefined ? {} : { sweepMinutes };
  const settings = { resources: Object.fromEntries(ROOT_RESOURCES.map(({ name }) => [name, pace])) };
  const network = await startDevNetwork({
    databaseUrl: database.url,
    log,
    seed: 'story',
    latencyMs: LATENCY_MS,
    spoolFolder,
    settings,
    environment: { SHUTDOWN_GRACE_MS: '8000' },
    ...(onCall ? { onCall } : {}),
    ...options.network,
  }).catch(async (error: unknown) => {
    await shut();
    throw error;
  });
  const wish = { name: 'demo', role: 'admin', expiresInDays: 1 } as const;
  const { token } = await storeNewToken(network.server.context, network.connectionId, wish);
  return {
    network,
    api: demoApi(() => network.server.url, token.reveal()),
    people: peopleOf(network),
    repair: () => repairBase(network),
    log,
    logFile,
    close: async () => {
      await network.close();
      await shut();
    },
  };
}

async function repairBase(network: DevNetwork): Promise<string[]> {
  const job = await network.job();
  const repaired = await repair(
    job,
    'person:demo',
    `${network.server.url}/webhooks/airtable/${job.digestKey}`,
  );
  if (!repaired.ok) throw new Error(`The base could not be repaired: ${repaired.error.message}`);
  return [...repaired.value.tablesCreated, ...repaired.value.fieldsCreated];
}
