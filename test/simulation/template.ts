import { readConfig } from '../../server/config.ts';
import type { JobParts } from '../../server/context.ts';
import { listConnections, updateConnection, type ConnectionRow } from '../../server/db/connections.ts';
import type { Database } from '../../server/db/database.ts';
import { storeConnection, prepareBase } from '../../server/jobs/connect/connect.ts';
import { runChore } from '../../server/jobs/chores.ts';
import { startRun } from '../../server/jobs/runs.ts';
import { silentLogger } from '../../server/log.ts';
import { seededRandom } from '../../server/sandbox/random.ts';
import { openKeyring } from '../../server/secrets.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import {
  AIRTABLE_URL,
  BUILDIUM_URL,
  CLIENT,
  emptyAccount,
  SYNCED,
  WEBHOOK_SECRET,
  watchAccount,
  type Account,
} from './account.ts';
import { watchMarks } from './checkMarks.ts';
import type { Counts } from './counts.ts';
import { createEngineProcess, seededIds, type EngineProcess } from './engineProcess.ts';
import { createDueActs } from './dueActs.ts';
import { createScheduler } from './scheduler.ts';
import { gatedDatabase, queryableOver, type SharedClient } from './simulatedDatabase.ts';
import { watchPauses } from './rests.ts';
import { createWaiting } from './waiting.ts';
import { CALM } from './weather.ts';
import { wireOf } from './wire.ts';
import { RESOURCES } from '../../shared/resources/index.ts';

/** Noon of a Monday in Boston: far from the nightly read, which a seed may or may not reach. */
export const START_MS = Date.parse('2026-11-16T17:00:00Z');

/** More vendors than the seed world has: one alone could not be deleted without somebody being asked. */
const MORE_VENDORS = ['Ivory Plumbing', 'Joy Electric', 'Knox Roofing', 'Lane Painting'];

const NAMES = ['One', 'Two'] as const;

type Asked = Parameters<Account['airtable']['handle']>;

/**
 * Two connections after their first sync, made once by the engine itself: the rows of every table, and the requests
 * that made the bases, so that each seed starts from there in a few milliseconds.
 */
export type Template = {
  base: Pick<JobParts, 'config' | 'log' | 'keyring'>;
  connections: readonly ConnectionRow[];
  atMs: number;
  accounts(clock: () => number): Map<string, Account>;
  /** Puts our tables back to what they were. */
  restore(): Promise<void>;
};

/** Sweeps come every half an hour, so that events do most of the work and some are left for them. */
export function settingsOf(synced: readonly string[]): Record<string, unknown> {
  const resources = RESOURCES.map(({ name }) => [name, { enabled: synced.includes(name), sweepMinutes: 30 }]);
  return { twoWay: true, resources: Object.fromEntries(resources) as Record<string, unknown> };
}

/** What is planned names accounts of the chart and of the bank: they stand in the base, and no seed syncs them. */
export const SETTINGS = settingsOf([...SYNCED, 'glAccounts', 'bankAccounts']);

export async function makeTemplate(shared: SharedClient): Promise<Template> {
  const scheduler = createScheduler(1, START_MS);
  const config = readConfig({ ENCRYPTION_KEYS: `sim:${Buffer.alloc(32, 7).toString('base64')}` }, 'demo');
  if (!config.ok) throw new Error(config.error.join('\n'));
  const base = {
    config: config.value,
    log: silentLogger(),
    keyring: openKeyring([{ id: 'sim', base64: Buffer.alloc(32, 7).toString('base64') }]),
  };
  const database = plainDatabase(shared);
  const random = seededRandom(7);
  const randomBytes = (size: number): Buffer =>
    Buffer.from(Array.from({ length: size }, () => random.integer(0, 255)));
  const clock = { nowMs: () => scheduler.nowMs(), sleep: () => Promise.resolve() };
  const store = { database, keyring: base.keyring, newId: seededIds(random, clock), randomBytes, clock };
  const asked = new Map<string, Asked[]>();
  const accounts = new Map<string, Account>();
  for (const [index, name] of NAMES.entries()) {
    const account = startingAccount(name, clock.nowMs, index + 1);
    const { connectionId } = await storeConnection(store, connectionTo(account));
    await updateConnection(database, connectionId, { state: 'running' });
    accounts.set(connectionId, account);
    asked.set(connectionId, recorded(account));
  }
  const connections = await listConnections(database);
  const counts: Counts = {};
  const wire = {
    ...{ scheduler, accounts, counts, outages: new Map<string, number>(), lateEffects: createDueActs() },
    ...{
      weather: () => CALM,
      editInGap: () => undefined,
      onWrite: () => undefined,
      onUnclear: () => undefined,
    },
  };
  const process = { name: 'template', isAlive: true };
  const watch = { onStatement: () => undefined, diesAfter: () => null, onDeath: () => undefined };
  const engine = createEngineProcess({
    ...{ scheduler, process, base, connections, waiting: createWaiting(scheduler, 0) },
    database: gatedDatabase(shared, scheduler, process, watch),
    rateBudget: NO_LIMITS,
    exchange: wireOf(wire, process),
  });
  await untilDone(scheduler, firstSyncs(engine, accounts));
  await watchMarks(shared);
  const sequences = await sequencesOf(shared);
  const atMs = scheduler.nowMs();
  return {
    base,
    connections: await listConnections(database),
    atMs,
    restore: async () => {
      await shared.startOver();
      await shared.client.query(sequences);
    },
    accounts: (now) => {
      const made = new Map<string, Account>();
      for (const [index, [connectionId, requests]] of [...asked].entries()) {
        const account = startingAccount(NAMES[index] ?? '', () => START_MS, index + 1);
        for (const [request, at] of requests) account.airtable.handle(request, at);
        account.airtable.pings.clear();
        placesIn(account.base);
        account.nowMs = now;
        account.buildium.outbox.subscribe({ url: 'https://sync.simulated', secret: WEBHOOK_SECRET });
        watchAccount(account);
        watchPauses(account);
        made.set(connectionId, account);
      }
      return made;
    },
  };
}

function startingAccount(name: string, clock: () => number, randomSeed: number): Account {
  const account = emptyAccount(name, clock, randomSeed);
  const [vendor] = account.buildium.records.vendors.values();
  for (const CompanyName of MORE_VENDORS) {
    const body = { IsCompany: true, CompanyName, CategoryId: vendor?.saved.CategoryId };
    const { status } = account.buildium.submit('POST', '/v1/vendors', body, START_MS);
    if (status >= 300) throw new Error(`The vendor ${CompanyName} was refused`);
  }
  return account;
}

const NO_LIMITS: Parameters<typeof createEngineProcess>[0]['rateBudget'] = {
  acquire: () => Promise.resolve(() => undefined),
  block: () => Promise.resolve(),
  unblock: () => Promise.resolve(),
  blocked: () => Promise.resolve(null),
  waiting: () => [],
  close: () => undefined,
};

function connectionTo(account: Account): Parameters<typeof storeConnection>[1] {
  return {
    name: account.name,
    buildium: {
      url: BUILDIUM_URL,
      credentials: { kind: 'apiKey', ...CLIENT },
      webhookSecrets: [WEBHOOK_SECRET],
    },
    airtable: {
      ...{ url: AIRTABLE_URL, contentUrl: AIRTABLE_URL },
      ...{ baseId: account.base.id, token: account.token },
    },
    timeZone: 'America/New_York',
    settings: SETTINGS,
  };
}

/** Every request that changes something in this base from now on. */
function recorded(account: Account): Asked[] {
  const requests: Asked[] = [];
  const handle = account.airtable.handle.bind(account.airtable);
  account.airtable.handle = (request, at) => {
    const isRead = request.method === 'GET' || /\/listRecords$|\/payloads$/.test(request.path);
    if (!isRead) requests.push([request, at]);
    return handle(request, at);
  };
  return requests;
}

async function firstSyncs(engine: EngineProcess, accounts: ReadonlyMap<string, Account>): Promise<void> {
  for (const connectionId of accounts.keys()) {
    const job = engine.jobs.get(connectionId);
    if (!job) throw new Error('The template has no job');
    const prepared = await prepareBase(job, 'https://sync.simulated/webhooks/airtable');
    if (!prepared.ok) throw new Error(prepared.error.message);
    await startRun(job, 'firstSync', 'simulation');
    await runChore(job, 'runs');
    await runChore(job, 'renewWebhooks');
    await runChore(job, 'hearAirtable');
  }
}

/** The template is made in one fixed order. */
async function untilDone(scheduler: ReturnType<typeof createScheduler>, work: Promise<void>): Promise<void> {
  let over = false;
  const watched = work.finally(() => {
    over = true;
  });
  watched.catch(() => undefined);
  await scheduler.settled();
  while (!over) {
    const [gate] = scheduler.due();
    const next = scheduler.nextDueMs();
    if (gate) await scheduler.open(gate);
    else if (next !== null) scheduler.moveTo(next);
    else throw new Error('The first sync waits for something that is no gate.');
  }
  await watched;
}

export function plainDatabase(shared: SharedClient): Database {
  const plain = queryableOver(shared, () => undefined);
  return {
    ...plain,
    transaction: (work) => shared.atOnce(() => work(plain)),
    close: () => Promise.resolve(),
  };
}

/** What no rollback takes back: the numbers that marks get stand in the trace, and a seed must not depend on the one before it. */
async function sequencesOf({ client }: SharedClient): Promise<string> {
  const { rows } = await client.query<{ name: string; next: string }>(
    `select sequencename as name, coalesce(last_value + 1, start_value)::text as next
       from pg_sequences where schemaname = 'public' order by 1`,
  );
  return `select ${rows.map(({ name, next }) => `setval('public.${name}', ${next}, false)`).join(', ')}`;
}
