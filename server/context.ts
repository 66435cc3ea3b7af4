import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { connectionSettings } from '../shared/settings.ts';
import { createAirtableClient } from './airtable/client.ts';
import { createBuildiumClient, type StoredToken, type TokenStore } from './buildium/client.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Config } from './config.ts';
import { openCredentials, openToken, SecretsDoNotOpen } from './connectionSecrets.ts';
import { connectionById, type ConnectionRow } from './db/connections.ts';
import { openDatabase, type Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { saveSealedToken, sealedTokenOf } from './db/oauthTokens.ts';
import type { Job } from './jobs/job.ts';
import { openQueues, type Queues } from './jobs/queues.ts';
import type { Logger } from './log.ts';
import { createMailer, type Mailer } from './mailer.ts';
import { createOutbound, type CallRecord, type Outbound } from './outbound.ts';
import { createRateBudget, type RateBudget } from './rateBudget.ts';
import { openKeyring, type Keyring } from './secrets.ts';
import { timeOrderedId } from './timeOrderedId.ts';

/** Everything that lives as long as the process, wired once. */
export type Context = {
  config: Config;
  clock: Clock;
  log: Logger;
  database: Database;
  keyring: Keyring;
  queues: Queues;
  outbound: Outbound;
  rateBudget: RateBudget;
  newId(): string;
  randomBytes(size: number): Buffer;
  /** What jobs of a connection work with; null when there is no such connection. */
  jobFor(connectionId: string): Promise<Job | null>;
  /** Jobs end after the batch that they are in. */
  stopJobs(): void;
  close(): Promise<void>;
};

export type ContextOptions = {
  config: Config;
  databaseUrl: string;
  /** Where LISTEN works; the database itself when it stands behind a pooler. */
  listenUrl?: string;
  log: Logger;
  clock?: Clock;
  /** A statement that takes longer counts as one that the database does not answer. Default: two minutes. */
  answersWithinMs?: number;
  onCall?: (record: CallRecord) => void;
  /** Told how long each change took from one side to the other. */
  onDelay?: (resource: string, delayMs: number) => void;
};

/**
 * Far above what any statement takes. What was sent to a host that vanishes is sent again for a quarter of an hour and
 * longer before the network gives up, though the database may be back under its name within a minute.
 */
const ANSWERS_WITHIN_MS = 120_000;

export async function createContext(options: ContextOptions): Promise<Context> {
  const { config, log, databaseUrl, clock = systemClock, answersWithinMs = ANSWERS_WITHIN_MS } = options;
  // A pooler may give each transaction another connection, which knows none of them.
  const prepares = options.listenUrl === undefined;
  await migrateBefore(databaseUrl, { prepares, nowMs: clock.nowMs() });
  const database = openDatabase(databaseUrl, {
    max: config.databasePoolSize,
    queryTimeoutMs: answersWithinMs,
    prepares,
  });
  const keyring = openKeyring(config.encryptionKeys);
  const rateBudget = createRateBudget({ database, clock, log });
  const outbound = createOutbound({
    rateBudget,
    clock,
    log,
    ...(options.onCall ? { onCall: options.onCall } : {}),
  });
  const queues = await openQueues({
    url: options.listenUrl ?? databaseUrl,
    log,
    sendsOnly: config.worker === 'web',
    answersWithinMs,
  });
  // Two containers may well share a host name and both be process 1.
  const owner = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  const mailer =
    config.smtpUrl && config.mailFrom
      ? await createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom })
      : null;
  const parts = { config, clock, log, database, keyring, queues, outbound, rateBudget, owner, mailer };
  const jobs = new Map<string, { row: string; job: Job }>();
  const stopping = new AbortController();
  const ids = timeOrderedId(clock);
  return {
    ...parts,
    newId: ids,
    randomBytes,
    jobFor: async (connectionId) => {
      const row = await connectionById(database, connectionId);
      if (!row) return null;
      const known = jobs.get(connectionId);
      if (known?.row === JSON.stringify(row)) return known.job;
      const job = jobOf(parts, row, ids, stopping.signal, options.onDelay);
      jobs.set(connectionId, { row: JSON.stringify(row), job });
      return job;
    },
    stopJobs: () => stopping.abort(),
    close: async () => {
      stopping.abort();
      await queues.stop(config.shutdownGraceMs);
      await outbound.flushCallCounts(database).catch(() => undefined);
      await outbound.close();
      mailer?.close();
      rateBudget.close();
      await database.close();
    },
  };
}

/** Over a connection of its own: a change of a large table may take any time, and so may waiting for another process's. */
async function migrateBefore(
  databaseUrl: string,
  { prepares, nowMs }: { prepares: boolean; nowMs: number },
): Promise<void> {
  const database = openDatabase(databaseUrl, { max: 1, prepares });
  try {
    await migrate(database, { nowMs });
  } finally {
    await database.close();
  }
}

export type JobParts = Pick<
  Context,
  'config' | 'clock' | 'log' | 'database' | 'keyring' | 'queues' | 'outbound'
> & {
  owner: string;
  mailer: Mailer | null;
};

/** The wiring of one connection's job; a simulation gives parts of its own. */
export function jobOf(
  parts: JobParts,
  row: ConnectionRow,
  newId: () => string,
  stopping: AbortSignal,
  onDelay: ContextOptions['onDelay'],
): Job {
  const { config, outbound, keyring } = parts;
  const credentials = openCredentials(keyring, row.connectionId, row.sealedBuildiumCredentials);
  if (!credentials.ok) throw new SecretsDoNotOpen(credentials.error.message);
  const token = openToken(keyring, row.connectionId, row.sealedAirtableToken);
  if (!token.ok) throw new SecretsDoNotOpen(token.error.message);
  const buildium = createBuildiumClient({
    outbound,
    connectionId: row.connectionId,
    baseUrl: row.buildiumUrl,
    credentials: credentials.value,
    requestsPerSecond: config.buildiumRequestsPerSecond,
    tokenStore: sealedTokenStore(parts, row.connectionId),
    clock: parts.clock,
  });
  const airtable = createAirtableClient({
    outbound,
    connectionId: row.connectionId,
    baseUrl: row.airtableUrl,
    contentUrl: row.airtableContentUrl,
    baseId: row.airtableBaseId,
    token: token.value,
    requestsPerSecond: config.airtableRequestsPerSecond,
  });
  let userId: string | null = null;
  return {
    connectionId: row.connectionId,
    state: row.state,
    timeZone: row.timeZone,
    settings: connectionSettings.parse(row.settings),
    digestKey: row.webhookPath,
    buildium,
    airtable,
    airtableUserId: async () => {
      if (userId !== null) return userId;
      const who = await airtable.whoami({ priority: 'normal' });
      userId = who.ok ? who.value.id : null;
      return userId;
    },
    outbound,
    mailer: parts.mailer,
    database: parts.database,
    queues: parts.queues,
    keyring,
    clock: parts.clock,
    log: parts.log.child({ connection: row.connectionId }),
    newId,
    randomBytes,
    owner: parts.owner,
    isStopping: () => stopping.aborted,
    onDelay: (resource, delayMs) => onDelay?.(resource, delayMs),
  };
}

/** A gateway's access token is a credential: it is kept sealed, for all processes. */
function sealedTokenStore({ database, keyring }: JobParts, connectionId: string): TokenStore {
  const place = `oauth_tokens:${connectionId}`;
  return {
    load: async () => {
      const sealed = await sealedTokenOf(database, connectionId);
      const opened = sealed === null ? null : keyring.decrypt(sealed, place);
      return opened?.ok ? (JSON.parse(opened.value.reveal()) as StoredToken) : null;
    },
    save: (token) => saveSealedToken(database, connectionId, keyring.encrypt(JSON.stringify(token), place)),
  };
}
