import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../shared/endpoint.ts';
import { createApp, type HttpConfig } from '../../server/app.ts';
import { systemClock } from '../../server/clock.ts';
import { readConfig } from '../../server/config.ts';
import { sealCredentials, sealToken, sealWebhookSecrets } from '../../server/connectionSecrets.ts';
import { createContext } from '../../server/context.ts';
import { insertToken } from '../../server/db/apiTokens.ts';
import { insertConnection, type ConnectionRow } from '../../server/db/connections.ts';
import type { Database } from '../../server/db/database.ts';
import { openConnectionDirectory } from '../../server/http/connectionDirectory.ts';
import { createMetrics } from '../../server/http/metrics.ts';
import { silentLogger } from '../../server/log.ts';
import { createToken, hashToken, openKeyring } from '../../server/secrets.ts';
import { jobsOf } from '../../server/start.ts';
import { timeOrderedId } from '../../server/timeOrderedId.ts';

const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64');
export const keyring = openKeyring([{ id: 'test', base64: ENCRYPTION_KEY }]);
export const newId = timeOrderedId(systemClock);
export const WEBHOOK_SECRET = 'webhook-secret-of-the-tests';

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** The whole server over a real database on a real port, with the engine's use cases and without its workers. */
export async function startTestApp(options: { url: string; config?: Partial<HttpConfig> }) {
  const log = silentLogger();
  const spoolFolder = await mkdtemp(join(tmpdir(), 'spool-'));
  const variables = { ENCRYPTION_KEYS: `test:${ENCRYPTION_KEY}`, WORKER: 'web' };
  const read = readConfig(variables, 'cli');
  if (!read.ok) throw new Error(read.error.join('\n'));
  const context = await createContext({ config: read.value, databaseUrl: options.url, log });
  const connections = await openConnectionDirectory(context);
  const config = {
    publicUrl: 'https://sync.example.com',
    corsOrigins: [],
    trustProxy: 0,
    spoolFolder,
    spoolMaxBytes: 1_000_000,
    metricsToken: null,
    version: '1.2.3',
    ...options.config,
  };
  const metrics = createMetrics();
  const app = await createApp({ ...context, config, metrics, connections, jobOf: jobsOf(context) });
  const server = createServer(app.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    spoolFolder,
    fetch: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await app.close();
      await context.close();
      await rm(spoolFolder, { recursive: true, force: true });
    },
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
    sealedBuildiumCredentials: sealCredentials(keyring, connectionId, {
      ...{ kind: 'apiKey', clientId: 'client', clientSecret: 'secret' },
    }),
    sealedWebhookSecrets: sealWebhookSecrets(keyring, connectionId, [WEBHOOK_SECRET]),
    airtableUrl: 'https://airtable.example.com',
    airtableContentUrl: 'https://content.example.com',
    airtableBaseId: 'appTest0000000001',
    sealedAirtableToken: sealToken(keyring, connectionId, 'pat'),
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
