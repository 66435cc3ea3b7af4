import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { Database } from '../../server/db/database.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { markDirty } from '../../server/db/marks.ts';
import { loadBaseMapping } from '../../server/jobs/baseMapping.ts';
import { drain } from '../../server/jobs/drain.ts';
import type { Job } from '../../server/jobs/job.ts';
import { silentLogger } from '../../server/log.ts';
import type { CallRecord } from '../../server/outbound.ts';
import { differencesBetween } from '../../server/sandbox/bothSides.ts';
import type { DevNetwork } from '../../server/sandbox/devNetwork.ts';
import { startAndSync, startSyncedNetwork, type SyncedNetworkOptions } from './syncedNetwork.ts';

/** The engine with its hands on the table: no worker runs, a test takes every step itself. */
export type Engine = {
  network: DevNetwork;
  job: Job;
  database: Database;
  databaseUrl: string;
  /** Every call out since the start, oldest first. */
  calls: CallRecord[];
  /** Calls that change something in Airtable, since the given number of calls. */
  airtableWrites(since: number): CallRecord[];
  mark(resource: string, ids: readonly (string | number)[]): Promise<void>;
  drain(resource: string): Promise<void>;
  /** Somebody in Airtable's grid. */
  inAirtable(action: string, input?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** The row of an entity: its table, its id and the ids of its fields. */
  rowOf(
    resource: string,
    entityId: string,
  ): Promise<{ tableId: string; recordId: string; fieldIds: Record<string, string> }>;
  /** The cells of an entity's row by field key. */
  cellsOf(resource: string, entityId: string): Promise<Record<string, unknown>>;
  /** Somebody at Buildium's screens. */
  inBuildium(action: string, input?: Record<string, unknown>): Promise<Record<string, unknown>>;
  differences(): Promise<string[]>;
  close(): Promise<void>;
};

export async function startEngine(
  options: Pick<SyncedNetworkOptions, 'settings' | 'clock'> & {
    /** Settings with which a first sync of its own is made. */
    otherFirstSync?: Record<string, unknown>;
  } = {},
): Promise<Engine> {
  const calls: CallRecord[] = [];
  const spoolFolder = await mkdtemp(join(tmpdir(), 'engine-spool-'));
  const given = {
    ...{ log: silentLogger(), spoolFolder, environment: { WORKER: 'web' } },
    onCall: (record: CallRecord) => calls.push(record),
  };
  const { network, fresh } = options.otherFirstSync
    ? await startAndSync({ ...given, settings: options.otherFirstSync })
    : await startSyncedNetwork({ ...given, ...options });
  // Events would mark ids at moments of their own: here the test does it.
  network.buildium.setWebhook(null);
  const job = await network.job();
  return {
    network,
    job,
    database: fresh.database,
    databaseUrl: fresh.url,
    calls,
    airtableWrites: (since) =>
      calls
        .slice(since)
        .filter(
          (call) => call.side === 'airtable' && /^records\.(create|update|upsert|delete)/.test(call.kind),
        ),
    mark: async (resource, ids) => {
      const now = new Date(job.clock.nowMs()).toISOString();
      const marks = ids.map((id) => ({
        resource: resourceNamed(resource).name,
        entityId: String(id),
        reason: 'test',
        onBehalfOf: 'test',
        priority: 'normal' as const,
        happenedAt: now,
      }));
      await markDirty(fresh.database, network.connectionId, marks, now);
    },
    drain: (resource) => drain(job, resource),
    inBuildium: (action, input = {}) => act(network.buildium.url, action, input),
    inAirtable: (action, input = {}) => act(network.airtable.url, action, input),
    rowOf: (resource, entityId) => rowOf(fresh.database, network.connectionId, resource, entityId),
    cellsOf: async (resource, entityId) => {
      const { tableId, recordId, fieldIds } = await rowOf(
        fresh.database,
        network.connectionId,
        resource,
        entityId,
      );
      const read = await job.airtable.recordsById(tableId, [recordId], Object.values(fieldIds));
      if (!read.ok) throw new Error(read.error.message);
      const cells = read.value[0]?.fields ?? {};
      return Object.fromEntries(Object.entries(fieldIds).map(([key, id]) => [key, cells[id] ?? null]));
    },
    differences: () => differencesBetween(network),
    close: async () => {
      await network.close();
      await fresh.drop();
      await rm(spoolFolder, { recursive: true, force: true });
    },
  };
}

async function act(
  url: string,
  action: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/__control/person`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action, ...input }),
  });
  const body = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${action} was refused: ${JSON.stringify(body)}`);
  return body;
}

async function rowOf(
  database: Database,
  connectionId: string,
  resource: string,
  entityId: string,
): Promise<{ tableId: string; recordId: string; fieldIds: Record<string, string> }> {
  const mapping = (await loadBaseMapping(database, connectionId)).get(resource);
  const link = (await linksByEntity(database, connectionId, resource, [entityId])).get(entityId);
  if (!mapping || !link?.airtableRecordId) throw new Error(`${resource} ${entityId} has no row`);
  return { tableId: mapping.tableId, recordId: link.airtableRecordId, fieldIds: { ...mapping.fieldIds } };
}
