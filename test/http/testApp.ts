import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../shared/endpoint.ts';
import { createApp, type HttpConfig } from '../../server/app.ts';
import { systemClock, type Clock } from '../../server/clock.ts';
import { sealWebhookSecrets } from '../../server/connectionSecrets.ts';
import { insertToken } from '../../server/db/apiTokens.ts';
import { insertConnection, type ConnectionRow } from '../../server/db/connections.ts';
import type { Database } from '../../server/db/database.ts';
import { redriveParked } from '../../server/db/marks.ts';
import { insertRun } from '../../server/db/runs.ts';
import { openConnectionDirectory } from '../../server/http/connectionDirectory.ts';
import { createMetrics } from '../../server/http/metrics.ts';
import type { UseCases } from '../../server/http/useCases.ts';
import { openQueues } from '../../server/jobs/queues.ts';
import { readStatus } from '../../server/jobs/status.ts';
import { silentLogger } from '../../server/log.ts';
import { createToken, hashToken, openKeyring } from '../../server/secrets.ts';
import { timeOrderedId } from '../../server/timeOrderedId.ts';

export const keyring = openKeyring([{ id: 'test', base64: Buffer.alloc(32, 7).toString('base64') }]);
export const newId = timeOrderedId(systemClock);
export const WEBHOOK_SECRET = 'webhook-secret-of-the-tests';

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** The real app on a real port over a real database; only the engine behind `useCases` is small. */
export async function startTestApp(options: {
  url: string;
  database: Database;
  clock?: Clock;
  config?: Partial<HttpConfig>;
}) {
  const { database, clock = systemClock } = options;
  const log = silentLogger();
  const spoolFolder = await mkdtemp(join(tmpdir(), 'spool-'));
  const queues = await openQueues({ url: options.url, log, sendsOnly: true });
  const connections = await openConnectionDirectory({ database, keyring, clock, log });
  const metrics = createMetrics();
  const config = {
    publicUrl: 'https://sync.example.com',
    corsOrigins: [],
    trustProxy: 0,
    spoolFolder,
    spoolMaxBytes: 1_000_000,
    version: '1.2.3',
    ...options.config,
  };
  const useCases = smallUseCases(database, clock);
  const app = await createApp({
    ...{ database, queues, keyring, clock, log, newId, metrics, connections, useCases, config },
  });
  const server = createServer(app.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    metrics,
    queues,
    spoolFolder: config.spoolFolder,
    fetch: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await app.close();
      await queues.stop(1_000);
      await rm(spoolFolder, { recursive: true, force: true });
    },
  };
}

function smallUseCases(database: Database, clock: Clock): UseCases {
  const now = (): string => new Date(clock.nowMs()).toISOString();
  return {
    triggerSync: async (connectionId, { resources, by }) => {
      const runId = newId();
      const progress = Object.fromEntries(
        (resources ?? ['leases']).map((name) => [name, { read: 0, total: null, done: false }]),
      );
      const run = { kind: 'syncNow', state: 'running', finishedAt: null, problem: null } as const;
      await insertRun(database, connectionId, {
        ...{ ...run, runId, progress, requestedBy: by, startedAt: now() },
      });
      return { runId };
    },
    redrive: async (connectionId, { resource, entityId }) => {
      const which = { resource: resource ?? null, entityId: entityId ?? null };
      return (await redriveParked(database, connectionId, which, now())).length;
    },
    readStatus: (connectionId) => readStatus(database, connectionId, clock),
    // Conflicts need a connection that is synced: the journeys walk through them.
    listConflicts: async () => [],
    readConflict: async () => null,
    resolveConflict: async () => 'moved',
  };
}

export async function addConnection(
  database: Database,
  changes: Partial<ConnectionRow> = {},
): Promise<ConnectionRow> {
  const connectionId = changes.connectionId ?? newId();
  const row: ConnectionRow = {
    connectionId,
    name: 'Maple Street Rentals',
    state: 'running',
    buildiumUrl: 'https://buildium.example.com',
    buildiumAccountId: 123456,
    sealedBuildiumCredentials: keyring.encrypt('{}', 'unused'),
    sealedWebhookSecrets: sealWebhookSecrets(keyring, connectionId, [WEBHOOK_SECRET]),
    airtableUrl: 'https://airtable.example.com',
    airtableContentUrl: 'https://content.example.com',
    airtableBaseId: 'appTest0000000001',
    sealedAirtableToken: keyring.encrypt('pat', 'unused'),
    webhookPath: `path-${connectionId}`,
    timeZone: 'America/New_York',
    settings: {},
    createdAt: new Date().toISOString(),
    ...changes,
  };
  await insertConnection(database, row);
  return row;
}

export async function addToken(
  database: Database,
  connectionId: string,
  role: Role,
  changes: { name?: string; expiresAt?: string } = {},
): Promise<{ token: string; tokenId: string; headers: Record<string, string> }> {
  const token = createToken().reveal();
  const tokenId = newId();
  await insertToken(database, {
    ...{ connectionId, tokenId, role, tokenHash: hashToken(token) },
    ...{ name: changes.name ?? `${role} of the tests`, createdAt: new Date().toISOString() },
    ...{ expiresAt: changes.expiresAt ?? null, revokedAt: null, lastUsedAt: null },
  });
  return { token, tokenId, headers: { authorization: `Bearer ${token}` } };
}

/** What Buildium would post: `signed` for headers and body in one. */
export function signed(
  body: object | string,
  options: { secret?: string; sentAtMs?: number } = {},
): { method: 'POST'; headers: Record<string, string>; body: string } {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = String(Math.floor((options.sentAtMs ?? Date.now()) / 1000));
  const signature = createHmac('sha256', options.secret ?? WEBHOOK_SECRET)
    .update(`${timestamp}.${text}`)
    .digest('base64');
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'buildium-webhook-timestamp': timestamp,
      'buildium-webhook-signature': signature,
    },
    body: text,
  };
}

let events = 0;

/** An event unlike any before it. */
export function event(eventName: string, ids: Record<string, unknown>, changes: object = {}): object {
  events += 1;
  const EventDateTime = new Date(Date.UTC(2026, 10, 20) + events).toISOString().replace('Z', '4567Z');
  return { EventName: eventName, EventDateTime, AccountId: 123456, ...ids, ...changes };
}
