import { afterAll, beforeAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_PREFIX, ENDPOINTS, type ApiResponse, type EndpointName } from '../../shared/api.ts';
import { insertToken } from '../../server/db/apiTokens.ts';
import type { Database } from '../../server/db/database.ts';
import { createLogger } from '../../server/log.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import {
  startDevNetwork,
  startFirstSync,
  type DevNetwork,
  type DevNetworkOptions,
} from '../../server/sandbox/devNetwork.ts';
import { differencesBetween } from '../../server/sandbox/bothSides.ts';
import { createToken, hashToken } from '../../server/secrets.ts';
import { freshDatabase } from './database.ts';
import { gridOf, type Grid } from './journeyBase.ts';
import { journeyClock, type JourneyClock } from './journeyClock.ts';
import { eventually } from './journeyEventually.ts';
import { startSyncedNetwork, type LaterSettings, type SyncedNetwork } from './syncedNetwork.ts';
import { JOURNEY_START_MS } from './syncedTemplate.ts';

const REQUESTS_PER_SECOND = 200;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** The product between both services, with people at each of them. */
export type Journey = {
  network: DevNetwork;
  options: DevNetworkOptions;
  database: Database;
  clock: JourneyClock;
  /** What the server has logged, line by line. */
  logged: string[];
  grid: Grid;
  /** Somebody at Buildium's screens; answers the ids that were touched. */
  inBuildium(action: string, input?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Somebody in Airtable's grid. */
  inAirtable(action: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  control(side: Side, path: string, body: unknown): Promise<Record<string, unknown>>;
  /** Breaks a side for every request until `mend`. */
  breakDown(side: Side, faults: readonly Fault[]): Promise<unknown>;
  mend(side: Side): Promise<unknown>;
  /** Asks the product's own API as an administrator. */
  ask<Name extends EndpointName>(
    name: Name,
    query?: Record<string, string>,
    body?: unknown,
  ): Promise<ApiResponse<Name>>;
  differences(): Promise<string[]>;
  /** Both sides are equal and nothing is left to do. */
  inSync(): Promise<void>;
  /** Nothing is due or under way. */
  quiet(): Promise<void>;
  /** The next sweep of every resource has come round, the hourly ones too, and both sides are equal. */
  afterSweeps(): Promise<void>;
  /** Moves time once nothing is under way, so that no call's deadline passes by it. */
  later(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** Account balances and bank accounts are read every hour. */
const LONGEST_SWEEP_INTERVAL_MS = 61 * MINUTE_MS;

export type Side = 'buildium' | 'airtable';

export type JourneyOptions = {
  /** False: tables are made, and nothing is synced yet. */
  firstSync?: boolean;
  settings?: LaterSettings;
  requestsPerSecond?: { buildium: number; airtable: number };
  /** What the services allow, where that is more than the server asks for. */
  allowedPerSecond?: number;
};

/** A test's body: the network is up and synced when the walk begins, and is taken down whatever happens. */
export function walk(
  journeyWalk: (journey: Journey) => Promise<void>,
  options: JourneyOptions = {},
): () => Promise<void> {
  return async () => {
    const journey = await startJourney(options);
    try {
      await journeyWalk(journey);
    } finally {
      await journey.close();
    }
  };
}

/**
 * One network for those walks of a file that do not mind what the others did. Between them so much time passes that no
 * limit of a minute knows of the one before.
 */
export function walksTogether(): (journeyWalk: (journey: Journey) => Promise<void>) => () => Promise<void> {
  let journey: Journey;
  beforeAll(async () => {
    journey = await startJourney({});
  });
  afterAll(() => journey.close());
  return (journeyWalk) => async () => {
    journey.clock.advanceMs(MINUTE_MS + 1);
    await journeyWalk(journey);
  };
}

/** The connection is set going: everything is read and written once. */
export async function firstSync(journey: Journey): Promise<void> {
  await startFirstSync(journey.network, 'journey');
  await journey.inSync();
}

async function startJourney({
  firstSync: isSynced = true,
  allowedPerSecond,
  settings,
  requestsPerSecond = { buildium: REQUESTS_PER_SECOND, airtable: REQUESTS_PER_SECOND },
}: JourneyOptions): Promise<Journey> {
  const clock = journeyClock(JOURNEY_START_MS);
  const logged: string[] = [];
  const spoolFolder = await mkdtemp(join(tmpdir(), 'journey-spool-'));
  const given = {
    log: createLogger('info', { write: (line) => void logged.push(line) }),
    ...{ spoolFolder, requestsPerSecond },
    environment: { SHUTDOWN_GRACE_MS: '5000', DATABASE_POOL_SIZE: '6' },
  };
  const { network, fresh, options } = isSynced
    ? await startSyncedNetwork({ ...given, clock, ...(settings ? { settings } : {}) })
    : await startUnsynced({ ...given, clock, simulatorClock: clock });
  network.buildium.world.outbox.behaviour.lagMs = 0;
  if (allowedPerSecond !== undefined) {
    network.buildium.world.rateLimit.perSecond = allowedPerSecond;
    network.airtable.world.limits.perSecond.base = allowedPerSecond;
  }
  const journey: Journey = {
    network,
    options,
    database: fresh.database,
    clock,
    logged,
    grid: gridOf(network.airtable.world, network.airtable.baseId, clock.nowMs),
    inBuildium: (action, input = {}) => control(network.buildium.url, 'person', { action, ...input }),
    inAirtable: async (action, input) => {
      const touched = await control(network.airtable.url, 'person', { action, ...input });
      await network.airtable.pingsIdle();
      await skipQueueDelays(fresh.database);
      return touched;
    },
    control: (side, path, body) => control(network[side].url, path, body),
    breakDown: (side, faults) => control(network[side].url, 'faults', { faults }),
    mend: (side) => control(network[side].url, 'faults', { faults: [], clear: true }),
    ask: await apiOf(network, fresh.database, clock),
    differences: () => differencesBetween(network),
    inSync: () => inSync(journey),
    quiet: () => quiet(fresh.database),
    afterSweeps: async () => {
      await journey.later(LONGEST_SWEEP_INTERVAL_MS);
      await journey.inSync();
    },
    later: async (ms) => {
      await quiet(fresh.database);
      clock.advanceMs(ms);
      await skipQueueDelays(fresh.database);
    },
    close: async () => {
      await network.close();
      await fresh.drop();
      await rm(spoolFolder, { recursive: true, force: true });
    },
  };
  return journey;
}

async function startUnsynced(given: Omit<DevNetworkOptions, 'databaseUrl' | 'seed'>): Promise<SyncedNetwork> {
  const fresh = await freshDatabase();
  const options: DevNetworkOptions = { ...given, databaseUrl: fresh.url, seed: 'story' };
  return { network: await startDevNetwork(options), fresh, options };
}

async function control(url: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/__control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} was refused: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** A token of the connection's administrator and a way to use it. */
export async function apiOf(
  network: Pick<DevNetwork, 'server' | 'connectionId'>,
  database: Database,
  clock: Pick<JourneyClock, 'nowMs'>,
): Promise<Journey['ask']> {
  const token = createToken().reveal();
  const { connectionId } = network;
  await insertToken(database, {
    ...{
      connectionId,
      tokenId: network.server.context.newId(),
      tokenHash: hashToken(token),
      name: 'journey',
    },
    ...{ role: 'admin', createdAt: new Date(clock.nowMs()).toISOString() },
    ...{ expiresAt: null, revokedAt: null, lastUsedAt: null },
  });
  return async (name, query = {}, body) => {
    const { method, path: pattern } = ENDPOINTS[name];
    // What the path names is taken from the query.
    const path = pattern.replace(/:(\w+)/g, (_whole, key: string) => query[key] ?? '');
    const rest = Object.entries(query).filter(([key]) => !pattern.includes(`:${key}`));
    const search = new URLSearchParams(rest).toString();
    const answer = await fetch(`${network.server.url}${API_PREFIX}${path}${search ? `?${search}` : ''}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${name} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as ApiResponse<typeof name>;
  };
}

async function inSync(journey: Journey): Promise<void> {
  await eventually(async () => {
    const status = await journey.ask('readStatus');
    const dirty = status.resources.filter((resource) => resource.dirty > 0).map(({ label }) => label);
    const different = dirty.length > 0 ? [] : await journey.differences();
    if (dirty.length > 0) throw new Error(`Still to be looked at: ${dirty.join(', ')}`);
    if (different.length > 0) throw new Error(different.slice(0, 10).join('\n'));
  });
}

async function quiet(database: Database): Promise<void> {
  await eventually(async () => {
    const [row] = await database.query<{ jobs: number; claims: number }>(
      `select (select count(*)::int from pgboss.job where state < 'completed' and start_after <= now()) as jobs,
         (select count(*)::int from marks where claim_owner is not null) as claims`,
    );
    if (row && row.jobs + row.claims > 0)
      throw new Error(`${row.jobs} jobs and ${row.claims} claims are under way`);
  });
}

/**
 * The queue delays some work by the database's clock, which does not move with ours: here it is taken at
 * once. The channel is only a hint: without it pg-boss looks by itself a few seconds later.
 */
async function skipQueueDelays(database: Database): Promise<void> {
  await database.execute(
    `with due as (
       update pgboss.job set start_after = now() where state = 'created' and start_after > now() returning name)
     select pg_notify('pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24), name) from due`,
  );
}
