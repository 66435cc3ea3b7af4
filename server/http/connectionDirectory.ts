import type { Clock } from '../clock.ts';
import { openWebhookSecrets } from '../connectionSecrets.ts';
import {
  connectionByWebhookPath,
  listConnections,
  type ConnectionRow,
  type ConnectionState,
} from '../db/connections.ts';
import { isDatabaseUnavailable, type Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Keyring } from '../secrets.ts';

/** What a webhook is checked against. */
export type WebhookTarget = {
  connectionId: string;
  buildiumAccountId: number | null;
  /** null where they are stored and do not open: nothing can be said of a signature. */
  webhookSecrets: readonly string[] | null;
  state: ConnectionState;
};

export type ConnectionDirectory = {
  /**
   * The connection behind the unguessable part of a webhook address; null when there is none.
   * With the database away it answers from what it knew last.
   * @throws when the database is away and the address was never seen.
   */
  byWebhookPath(path: string): Promise<WebhookTarget | null>;
};

type Known = { target: WebhookTarget | null; readAtMs: number };

/** A rolled secret or a new connection is seen by every process within this time. */
const FRESH_MS = 10_000;

/** A database that does not answer must not keep Buildium waiting: what was known last is used instead. */
const REFRESH_WITHIN_MS = 500;

const ASK_AGAIN_MS = 1_000;

/** Guessed addresses are remembered too, but never so many that they fill the memory. */
const REMEMBERED_AT_MOST = 10_000;

export type DirectoryParts = { database: Database; keyring: Keyring; clock: Clock; log: Logger };

/** Reads all connections first, so that a database that goes away later costs no event. */
export async function openConnectionDirectory(parts: DirectoryParts): Promise<ConnectionDirectory> {
  const { database, clock } = parts;
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<Known>>();

  const remember = (path: string, target: WebhookTarget | null): Known => {
    if (known.size >= REMEMBERED_AT_MOST) forgetGuesses(known);
    const entry = { target, readAtMs: clock.nowMs() };
    known.set(path, entry);
    return entry;
  };
  const read = (path: string): Promise<Known> => {
    const running = reading.get(path);
    if (running) return running;
    const started = connectionByWebhookPath(database, path)
      .then((row) => remember(path, row ? targetOf(parts, row) : null))
      .finally(() => reading.delete(path));
    reading.set(path, started);
    return started;
  };

  for (const row of await listConnections(database)) remember(row.webhookPath, targetOf(parts, row));
  return {
    byWebhookPath: async (path) => {
      const entry = known.get(path);
      if (!entry) return (await read(path)).target;
      if (clock.nowMs() - entry.readAtMs < FRESH_MS) return entry.target;
      const answer = await readInTime(read(path), entry);
      if (answer === entry) entry.readAtMs = clock.nowMs() - FRESH_MS + ASK_AGAIN_MS;
      return answer.target;
    },
  };
}

async function readInTime(fresh: Promise<Known>, stale: Known): Promise<Known> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Known>((resolve) => {
    timer = setTimeout(() => resolve(stale), REFRESH_WITHIN_MS);
  });
  const orStale = fresh.catch((error: unknown) => {
    if (!isDatabaseUnavailable(error)) throw error;
    return stale;
  });
  try {
    return await Promise.race([orStale, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function targetOf({ keyring, log }: DirectoryParts, row: ConnectionRow): WebhookTarget {
  const secrets = openWebhookSecrets(keyring, row.connectionId, row.sealedWebhookSecrets);
  if (!secrets.ok) log.error({ connectionId: row.connectionId }, secrets.error.message);
  return {
    connectionId: row.connectionId,
    buildiumAccountId: row.buildiumAccountId,
    webhookSecrets: secrets.ok ? secrets.value : null,
    state: row.state,
  };
}

function forgetGuesses(known: Map<string, Known>): void {
  for (const [path, entry] of known) if (!entry.target) known.delete(path);
}
