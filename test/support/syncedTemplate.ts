import type pg from 'pg';
import { runChore } from '../../server/jobs/chores.ts';
import { listRuns } from '../../server/db/runs.ts';
import { silentLogger } from '../../server/log.ts';
import type { ApiRequest } from '../../server/sandbox/airtable/operation.ts';
import type { AirtableWorld } from '../../server/sandbox/airtable/world.ts';
import { differencesBetween } from '../../server/sandbox/bothSides.ts';
import {
  networkOf,
  pair,
  startFirstSync,
  startServerOf,
  startServices,
  type DevNetwork,
  type DevNetworkOptions,
} from '../../server/sandbox/devNetwork.ts';
import { createdFrom, testServer } from './database.ts';
import { journeyClock } from './journeyClock.ts';
import { onServer, TEMPLATE } from './testPostgres.ts';

/** A Monday morning in Boston: the story that the seed tells does not depend on the day of the test. */
export const JOURNEY_START_MS = Date.parse('2026-11-16T14:00:00Z');

/** Copies must be able to read what was sealed in the template. */
export const TEMPLATE_KEYS = { ENCRYPTION_KEYS: `template:${Buffer.alloc(32, 9).toString('base64')}` };

export const TEMPLATE_PACE = { buildium: 200, airtable: 200 };

/** Whose time it was made in: that of journeys, or the real one, for tests that take the system's clock. */
export type TemplateTime = 'journey' | 'real';

type RecordedRequest = {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: string;
  atMs: number;
  /** What it was answered with. */
  status: number;
};

/**
 * The story after its first sync, made once in a run by the engine itself: a database to copy, and the requests that
 * made the base, which the simulated Airtable answers again in a moment, ids and all. Of Buildium a first sync only
 * reads: there the same seed is the same account.
 */
export type SyncedTemplate = {
  database: string;
  connectionId: string;
  webhookPath: string;
  seedAtMs: number;
  endMs: number;
  requests: RecordedRequest[];
};

const made = new Map<TemplateTime, SyncedTemplate>();

/** Made by whoever of jest's workers asks first; the others wait for it. */
export async function syncedTemplate(time: TemplateTime): Promise<SyncedTemplate> {
  const known = made.get(time);
  if (known) return known;
  const found = await onServer(testServer(), async (client) => {
    // Held until this connection ends.
    await client.query(`select pg_advisory_lock(hashtext('synced templates'))`);
    await client.query('create table if not exists synced_templates (name text primary key, template jsonb)');
    return (await stored(client, time)) ?? (await store(client, time, await make(time)));
  });
  made.set(time, found);
  return found;
}

async function stored(client: pg.Client, time: TemplateTime): Promise<SyncedTemplate | undefined> {
  const { rows } = await client.query<{ template: SyncedTemplate }>(
    'select template from synced_templates where name = $1',
    [time],
  );
  return rows[0]?.template;
}

async function store(
  client: pg.Client,
  time: TemplateTime,
  template: SyncedTemplate,
): Promise<SyncedTemplate> {
  await client.query('insert into synced_templates values ($1, $2)', [time, JSON.stringify(template)]);
  return template;
}

async function make(time: TemplateTime): Promise<SyncedTemplate> {
  const fresh = await createdFrom(TEMPLATE, `template_synced_${time}`);
  const clock = journeyClock(time === 'journey' ? JOURNEY_START_MS : Date.now());
  const seedAtMs = Math.floor(clock.nowMs());
  const options: DevNetworkOptions = {
    ...{ databaseUrl: fresh.url, log: silentLogger(), seed: 'story', seedAtMs },
    ...{ clock, simulatorClock: clock },
    requestsPerSecond: TEMPLATE_PACE,
    environment: { ...TEMPLATE_KEYS, WORKER: 'web' },
  };
  const services = await startServices(options);
  const requests = recorded(services.airtable.world);
  const server = await startServerOf(options);
  const { connectionId, webhookPath } = await pair(server, services);
  const network = networkOf(services, server, connectionId, options);
  // What happens from here on is the business of tests.
  network.buildium.setWebhook(null);
  await carryOutFirstSync(network);
  const differences = await differencesBetween(network);
  if (differences.length > 0) throw new Error(`The template is not in sync: ${differences.join('\n')}`);
  const endMs = Math.ceil(clock.nowMs());
  await network.close();
  await fresh.database.execute('delete from pgboss.job');
  await fresh.database.close();
  return { database: `template_synced_${time}`, connectionId, webhookPath, seedAtMs, endMs, requests };
}

/** The first sync of a network that has no worker. */
export async function carryOutFirstSync(network: DevNetwork): Promise<void> {
  await startFirstSync(network, 'template');
  for (const chore of ['runs', 'renewWebhooks', 'hearAirtable'] as const)
    await runChore(await network.job(), chore);
  await network.airtable.pingsIdle();
  const { database } = network.server.context;
  const [run] = await listRuns(database, network.connectionId, 1);
  if (run?.state !== 'finished') throw new Error(`The first sync did not end: ${run?.problem ?? ''}`);
}

/** Every request that this world answers from now on. */
function recorded(world: AirtableWorld): RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  const handle = world.handle.bind(world);
  world.handle = (request, atMs) => {
    const headers: Record<string, string> = {};
    for (const name of ['authorization', 'content-type']) {
      const value = request.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    const answer = handle(request, atMs);
    requests.push({
      ...{ method: request.method, path: request.path, query: request.query.toString(), headers, atMs },
      ...{ body: Buffer.from(request.rawBody).toString('utf8'), status: answer.status },
    });
    return answer;
  };
  return requests;
}

/** Has a new world answer what was asked before: it is then as it was. */
export function replay(world: AirtableWorld, { requests }: SyncedTemplate): void {
  const perSecond = { ...world.limits.perSecond };
  Object.assign(world.limits.perSecond, { base: Infinity, token: Infinity });
  for (const { method, path, query, headers, body, atMs, status } of requests) {
    const request: ApiRequest = {
      ...{ method, path, query: new URLSearchParams(query), headers },
      rawBody: Buffer.from(body, 'utf8'),
    };
    const answer = world.handle(request, atMs);
    if (answer.status !== status)
      throw new Error(`${method} ${path} was answered ${answer.status} this time`);
  }
  Object.assign(world.limits.perSecond, perSecond);
  world.pings.clear();
}
