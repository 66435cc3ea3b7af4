import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../server/config.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { markDirty } from '../../server/db/marks.ts';
import { listRuns } from '../../server/db/runs.ts';
import { insertToken } from '../../server/db/apiTokens.ts';
import { calculateNoi } from '../../server/jobs/money/calculateNoi.ts';
import { prepareBase, storeConnection } from '../../server/jobs/connect/connect.ts';
import { drain } from '../../server/jobs/drain.ts';
import type { Job } from '../../server/jobs/job.ts';
import { writeRunTables } from '../../server/jobs/money/tables/write.ts';
import { startRun } from '../../server/jobs/runs.ts';
import { createLogger } from '../../server/log.ts';
import type { CallRecord } from '../../server/outbound.ts';
import { createToken, hashToken, Secret } from '../../server/secrets.ts';
import { startServer, type RunningServer } from '../../server/start.ts';
import { serveCalls } from './childProcess.ts';
import { serverClock, type SharedTime } from './sharedTime.ts';
import type { AirtableBase } from './airtableProcess.ts';
import type { BuildiumAccount } from './buildiumProcess.ts';

const WEBHOOK_SECRET = 'bench-webhook-secret';

/** A call out as it was made: when it was over, and how long it waited and took, in the machine's milliseconds. */
export type TimedCall = Pick<CallRecord, 'side' | 'kind' | 'status' | 'connectionId'> & {
  endedAtMs: number;
  waitMs: number;
  callMs: number;
};

type StartInput = {
  databaseUrl: string;
  time: SharedTime;
  spoolFolder: string;
  airtableRequestsPerSecond: number;
};

/** The product's server in a process of its own, as `npm start` runs it. */
let server: RunningServer | null = null;
let timed: TimedCall[] = [];
let largestRss = 0;
let cpuFrom = process.cpuUsage();
const loopDelay = monitorEventLoopDelay({ resolution: 2 });
loopDelay.enable();

async function start(input: StartInput): Promise<{ url: string }> {
  const { databaseUrl, time, spoolFolder, airtableRequestsPerSecond } = input;
  const read = readConfig({ PORT: '0', HOST: '127.0.0.1' }, 'demo');
  if (!read.ok) throw new Error(read.error.join('\n'));
  server = await startServer({
    config: {
      ...read.value,
      spoolFolder,
      airtableRequestsPerSecond,
      databaseUrl: new Secret(databaseUrl),
      encryptionKeys: [{ id: 'bench', base64: randomBytes(32).toString('base64') }],
      publicUrl: 'http://127.0.0.1',
    },
    log: createLogger('error'),
    createServer,
    ...(time.speed === 1 ? {} : { clock: serverClock(time) }),
    onCall: ({ side, kind, status, connectionId, waitMs, callMs }) =>
      timed.push({
        ...{ side, kind, status, connectionId, endedAtMs: Date.now() },
        ...{ waitMs: waitMs / time.speed, callMs: callMs / time.speed },
      }),
  });
  setInterval(() => (largestRss = Math.max(largestRss, process.memoryUsage.rss())), 100).unref();
  return { url: server.url };
}

function context(): RunningServer['context'] {
  if (!server) throw new Error('The server is not started');
  return server.context;
}

async function jobOf(connectionId: string): Promise<Job> {
  const job = await context().jobFor(connectionId);
  if (!job) throw new Error(`There is no connection ${connectionId}`);
  return job;
}

async function connect(input: { account: BuildiumAccount; base: AirtableBase; name: string }): Promise<{
  connectionId: string;
  webhookUrl: string;
  secret: string;
}> {
  const { account, base, name } = input;
  const { connectionId, webhookPath } = await storeConnection(context(), {
    name,
    buildium: {
      url: account.url,
      credentials: { kind: 'apiKey', clientId: account.clientId, clientSecret: account.clientSecret },
      webhookSecrets: [WEBHOOK_SECRET],
    },
    airtable: { url: base.url, contentUrl: base.url, baseId: base.baseId, token: base.token },
    timeZone: 'America/New_York',
    settings: { airtablePlan: 'enterprise', twoWay: true },
  });
  const url = server?.url ?? '';
  const prepared = await prepareBase(await jobOf(connectionId), `${url}/webhooks/airtable/${webhookPath}`);
  if (!prepared.ok) throw new Error(`The base could not be prepared: ${prepared.error.message}`);
  return { connectionId, webhookUrl: `${url}/webhooks/buildium/${webhookPath}`, secret: WEBHOOK_SECRET };
}

async function startFirstSync({ connectionId }: { connectionId: string }): Promise<{ startedAtMs: number }> {
  await updateConnection(context().database, connectionId, { state: 'running' });
  const startedAtMs = Date.now();
  await startRun(await jobOf(connectionId), 'firstSync', 'bench');
  return { startedAtMs };
}

/** Waits until the connection's newest run is over, at most so long. */
async function runFinished(input: { connectionId: string; withinMs: number; everyMs: number }): Promise<{
  finishedAtMs: number | null;
  problem: string | null;
}> {
  const deadlineMs = Date.now() + input.withinMs;
  for (;;) {
    const [run] = await listRuns(context().database, input.connectionId, 1);
    if (run?.state === 'finished') return { finishedAtMs: Date.now(), problem: null };
    if (Date.now() > deadlineMs)
      return { finishedAtMs: null, problem: `${JSON.stringify(run?.progress)} ${run?.problem ?? ''}` };
    await delay(input.everyMs);
  }
}

/** An admin's token of the connection, for the API. */
async function token({ connectionId }: { connectionId: string }): Promise<string> {
  const made = createToken();
  const row = { connectionId, tokenId: context().newId(), name: 'bench', role: 'viewer' as const };
  const dates = { createdAt: new Date().toISOString(), expiresAt: null, revokedAt: null, lastUsedAt: null };
  await insertToken(context().database, { ...row, ...dates, tokenHash: hashToken(made) });
  return made.reveal();
}

/** Calculates a month and writes its results into Airtable, here and now. */
async function writeMonth(input: { connectionId: string; period: { from: string; to: string } }): Promise<{
  written: Record<string, number>;
  uploaded: number;
  problems: string[];
  airtableMs: number;
  requests: number;
  writes: number;
  rateLimited: number;
}> {
  const job = await jobOf(input.connectionId);
  const run = await calculateNoi(job, { period: input.period, basis: 'cash', requestedBy: 'bench' });
  if (!run.ok) throw new Error(run.error.message);
  const before = timed.length;
  const tables = await writeRunTables(job, run.value.run.runId);
  if (!tables.ok) throw new Error(tables.error.message);
  const made = timed.slice(before).filter(({ side }) => side === 'airtable');
  const began = Math.min(...made.map(({ endedAtMs, waitMs, callMs }) => endedAtMs - waitMs - callMs));
  const ended = Math.max(...made.map(({ endedAtMs }) => endedAtMs));
  const isWrite = ({ kind }: TimedCall): boolean =>
    /^(records\.(create|update|upsert)|attachments)/.test(kind);
  return {
    written: tables.value.written,
    uploaded: tables.value.statementsUploaded,
    problems: tables.value.problems,
    airtableMs: ended - began,
    requests: made.length,
    writes: made.filter(isWrite).length,
    rateLimited: made.filter(({ status }) => status === 429).length,
  };
}

const calls = {
  start,
  writeMonth,
  connect,
  startFirstSync,
  runFinished,
  token,
  setState: async ({ connectionId, state }: { connectionId: string; state: 'running' | 'paused' }) =>
    updateConnection(context().database, connectionId, { state }),
  /** Marked by hand: no worker is woken. */
  markDirty: async (input: { connectionId: string; resource: string; entityIds: string[] }) => {
    const now = new Date(context().clock.nowMs()).toISOString();
    const about = { reason: 'bench', onBehalfOf: 'bench', priority: 'normal', happenedAt: now } as const;
    const marks = input.entityIds.map((entityId) => ({ resource: input.resource, entityId, ...about }));
    await markDirty(context().database, input.connectionId, marks, now);
  },
  /** Claims and looks at everything due of a resource, here and now. */
  drain: async ({ connectionId, resource }: { connectionId: string; resource: string }) => {
    const startedAtMs = Date.now();
    await drain(await jobOf(connectionId), resource);
    return { startedAtMs, endedAtMs: Date.now() };
  },
  forgetCalls: (_: null): void => {
    timed = [];
    cpuFrom = process.cpuUsage();
    loopDelay.reset();
  },
  timedCalls: (_: null): TimedCall[] => timed,
  /** Processor time since the calls were forgotten. */
  cpuMs: (_: null): number => {
    const { user, system } = process.cpuUsage(cpuFrom);
    return (user + system) / 1_000;
  },
  /** How long the event loop was kept from its next turn since the calls were forgotten. */
  loopDelayMs: (_: null): { p99: number; most: number } => ({
    p99: loopDelay.percentile(99) / 1e6,
    most: loopDelay.max / 1e6,
  }),
  forgetMemory: (_: null): void => {
    largestRss = process.memoryUsage.rss();
  },
  memory: (_: null): Record<string, number> =>
    Object.fromEntries(Object.entries(process.memoryUsage()).map(([k, v]) => [k, Math.round(v / 1e6)])),
  largestRssBytes: (_: null): number => largestRss,
};

export type ServerCalls = typeof calls;

serveCalls(calls, async () => {
  await server?.stop();
});
