import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../server/config.ts';
import { createContext } from '../../server/context.ts';
import { insertToken } from '../../server/db/apiTokens.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { prepareBase, storeConnection } from '../../server/jobs/connect/connect.ts';
import { startRun } from '../../server/jobs/runs.ts';
import { silentLogger } from '../../server/log.ts';
import { createToken, hashToken } from '../../server/secrets.ts';
import type { AirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import type { BuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { serverClock, type SharedTime } from '../bench/sharedTime.ts';
import { ENCRYPTION_KEY } from '../support/encryptionKey.ts';
import type { ServerInput } from './serverProcess.ts';

export type Sides = { buildium: BuildiumSimulator; airtable: AirtableSimulator };

export type Started = { process: ChildProcess; url: string };

const SECRET = 'kill-webhook-secret';

/** The product's server in a process of its own. */
export async function startServer(input: ServerInput): Promise<Started> {
  const module = fileURLToPath(new URL('./serverProcess.ts', import.meta.url));
  const child = fork(module, [JSON.stringify(input)], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended by itself with code ${String(code)}.`);
  });
  const [ready] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  ended.catch(() => undefined);
  return { process: child, url: ready.url };
}

export async function killed({ process: child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Stores the connection, prepares the base and starts its first sync. @returns the token of its administrator too. */
export async function connect(
  databaseUrl: string,
  {
    buildium,
    airtable,
    serverUrl,
    time,
    beforeFirstSync,
  }: Sides & { serverUrl: string; time: SharedTime; beforeFirstSync(): void },
): Promise<{ connectionId: string; token: string }> {
  const config = readConfig(
    { ENCRYPTION_KEYS: ENCRYPTION_KEY, DATABASE_URL: databaseUrl, WORKER: 'web' },
    'cli',
  );
  if (!config.ok) throw new Error(config.error.join('\n'));
  const context = await createContext({
    config: { ...config.value, buildiumRequestsPerSecond: 200, airtableRequestsPerSecond: 200 },
    ...{ databaseUrl, log: silentLogger(), clock: serverClock(time) },
  });
  try {
    const { connectionId, webhookPath } = await storeConnection(context, {
      name: 'Killed',
      buildium: {
        url: buildium.url,
        credentials: { kind: 'apiKey', clientId: buildium.clientId, clientSecret: buildium.clientSecret },
        webhookSecrets: [SECRET],
      },
      airtable: {
        url: airtable.url,
        contentUrl: airtable.url,
        baseId: airtable.baseId,
        token: airtable.token,
      },
      timeZone: 'America/New_York',
      settings: { twoWay: true },
    });
    const job = await context.jobFor(connectionId);
    if (!job) throw new Error('The connection is gone');
    const prepared = await prepareBase(job, `${serverUrl}/webhooks/airtable/${webhookPath}`);
    if (!prepared.ok) throw new Error(prepared.error.message);
    buildium.setWebhook({ url: `${serverUrl}/webhooks/buildium/${webhookPath}`, secret: SECRET });
    const base = airtable.world.bases.get(airtable.baseId);
    if (base) placesIn(base);
    beforeFirstSync();
    await updateConnection(context.database, connectionId, { state: 'running' });
    await startRun(job, 'firstSync', 'kill test');
    const token = createToken().reveal();
    await insertToken(context.database, {
      ...{ connectionId, tokenId: context.newId(), tokenHash: hashToken(token), name: 'kill test' },
      ...{ role: 'admin', createdAt: new Date(time.startedAtMs).toISOString() },
      ...{ expiresAt: null, revokedAt: null, lastUsedAt: null },
    });
    return { connectionId, token };
  } finally {
    await context.close();
  }
}
