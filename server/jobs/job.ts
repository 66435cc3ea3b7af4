import type { ConnectionSettings } from '../../shared/settings.ts';
import type { AirtableClient } from '../airtable/client.ts';
import type { BuildiumClient } from '../buildium/client.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionState } from '../db/connections.ts';
import type { Database } from '../db/database.ts';
import type { Keyring } from '../secrets.ts';
import type { Logger } from '../log.ts';
import type { Mailer } from '../mailer.ts';
import type { Outbound } from '../outbound.ts';
import type { Queues } from './queues.ts';

/**
 * What every job of one connection works with. A job reads and writes this connection's rows and no others.
 */
export type Job = {
  connectionId: string;
  state: ConnectionState;
  timeZone: string;
  settings: ConnectionSettings;
  /** Keys the digests by which our own writes are known again. */
  digestKey: string;
  buildium: BuildiumClient;
  airtable: AirtableClient;
  /** The Airtable user our token belongs to: payloads of our own writes name it. Null while unknown. */
  airtableUserId(): Promise<string | null>;
  outbound: Outbound;
  /** Null where no mail server is configured. */
  mailer: Mailer | null;
  database: Database;
  queues: Queues;
  keyring: Keyring;
  clock: Clock;
  log: Logger;
  /** Time-ordered unique ids (UUID version 7). */
  newId(): string;
  randomBytes(size: number): Buffer;
  /** Names this process in claims. */
  owner: string;
  /** The server is stopping: end after the batch under way. */
  isStopping(): boolean;
  /** Tells the metrics how long a change took. */
  onDelay(resource: string, delayMs: number): void;
};

/** The moment now, as the database takes it. */
export function nowOf(job: Pick<Job, 'clock'>): string {
  return new Date(job.clock.nowMs()).toISOString();
}

export function laterBy(job: Pick<Job, 'clock'>, ms: number): string {
  return new Date(job.clock.nowMs() + ms).toISOString();
}
