import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Queues } from '../jobs/queues.ts';
import type { Logger } from '../log.ts';
import type { Keyring, Secret } from '../secrets.ts';
import type { ConnectionDirectory } from './connectionDirectory.ts';
import type { Metrics } from './metrics.ts';

export type HttpConfig = {
  /** Where Buildium and Airtable reach us, without a slash at the end. */
  publicUrl: string;
  /** Origins that a browser may call the API from, beside Airtable's extensions. */
  corsOrigins: readonly (string | RegExp)[];
  /** How many reverse proxies in front of us are believed about the caller's address. */
  trustProxy: number;
  spoolFolder: string;
  spoolMaxBytes: number;
  /** null: everybody may read the figures. */
  metricsToken: Secret | null;
  version: string;
};

export type AppParts = {
  database: Database;
  queues: Queues;
  keyring: Keyring;
  clock: Clock;
  log: Logger;
  newId: () => string;
  config: HttpConfig;
  metrics: Metrics;
  connections: ConnectionDirectory;
};
