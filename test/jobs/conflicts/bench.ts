import type { PolicyPatch } from '../../../shared/policies.ts';
import { updateConnection } from '../../../server/db/connections.ts';
import { markDirty } from '../../../server/db/marks.ts';
import { showConflicts, type ShownConflict } from '../../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../../server/jobs/drain.ts';
import type { Job } from '../../../server/jobs/job.ts';
import { startEngine, type Engine } from '../../support/engine.ts';
import { saveReceipts } from '../../support/receipts.ts';

/** Both services with units in step, and hands for both: tests bring a field apart and look. */
export type Bench = {
  engine: Engine;
  /** The connection's, by its newest settings. */
  job: Job;
  /** Units by turns: every test leaves its own settled. */
  unit(): string;
  /** Somebody types into a row; Airtable tells of it. */
  type(
    resource: string,
    entityId: string,
    key: string,
    value: unknown,
    user?: { id: string; email: string },
  ): Promise<void>;
  /** Buildium has announced a change of the unit at that time. */
  announced(entityId: string, atMs: number): Promise<void>;
  /** A person's look does not wait until the row has been still. */
  askFor(resource: string, entityId: string): Promise<void>;
  look(resource: string, entityId: string): Promise<void>;
  /** Both sides describe the unit differently; Buildium's change was announced so long before (−) or after the edit. */
  describedApart(id: string, buildiumLaterByMs: number | null): Promise<void>;
  inBuildium(id: string): Promise<Record<string, unknown>>;
  theConflict(entityId: string): Promise<ShownConflict>;
  /** The connection's policies from now on. */
  setPolicies(patch: PolicyPatch): Promise<void>;
};

export const MINUTE_MS = 60_000;

export const iso = (ms: number): string => new Date(ms).toISOString();

export async function openBench(): Promise<Bench> {
  const engine = await startEngine({ settings: { twoWay: true } });
  const { database } = engine;
  const rows = await database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1`,
  );
  let units = rows.map(({ id }) => id);
  // The two were last agreed an hour ago: every time in these tests lies after it.
  await database.execute(`update links set updated_at = updated_at - interval '1 hour'`);
  const bench: Bench = {
    engine,
    job: engine.job,
    unit: () => {
      const [next = '', ...rest] = units;
      units = [...rest, next];
      return next;
    },
    type: async (resource, entityId, key, value, user) => {
      const { tableId, recordId, fieldIds } = await engine.rowOf(resource, entityId);
      const records = [{ id: recordId, fields: { [fieldIds[key] ?? '']: value } }];
      await engine.inAirtable('updateRecords', { table: tableId, records, ...(user ? { user } : {}) });
    },
    announced: (entityId, atMs) =>
      saveReceipts(database, [
        {
          ...{ connectionId: bench.job.connectionId, receiptId: `${entityId} ${atMs}` },
          ...{ eventName: 'RentalUnit.Updated', eventAt: iso(atMs), receivedAt: iso(Date.now()) },
          ...{ resource: 'units', ids: [entityId] },
        },
      ]),
    askFor: async (resource, entityId) => {
      const now = iso(Date.now());
      const mark = { resource, entityId, reason: 'test', onBehalfOf: 'test' };
      await markDirty(
        database,
        bench.job.connectionId,
        [{ ...mark, priority: 'person', happenedAt: now }],
        now,
      );
    },
    look: async (resource, entityId) => {
      await bench.askFor(resource, entityId);
      await drain(bench.job, resource);
    },
    describedApart: async (id, buildiumLaterByMs) => {
      const patch = { Description: `Buildium's words about ${id}` };
      await engine.inBuildium('updateUnit', { id: Number(id), patch });
      if (buildiumLaterByMs !== null) await bench.announced(id, Date.now() + buildiumLaterByMs);
      await bench.type('units', id, 'description', `Airtable's words about ${id}`);
      await bench.look('units', id);
    },
    inBuildium: async (id) => {
      const answer = await bench.job.buildium.get(`/v1/rentals/units/${id}`);
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value as Record<string, unknown>;
    },
    theConflict: async (entityId) => {
      const filter = { state: null, resource: null, entityId, sort: 'newest' as const, afterId: null };
      const [conflict] = (await showConflicts(bench.job, { ...filter, limit: 1 })).conflicts;
      if (!conflict) throw new Error(`${entityId} has no conflict`);
      return conflict;
    },
    setPolicies: async (patch) => {
      const settings = { ...bench.job.settings, policies: { resources: {}, fields: {}, ...patch } };
      await updateConnection(database, bench.job.connectionId, { settings });
      bench.job = await engine.network.job();
    },
  };
  return bench;
}
