import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { repair } from '../../server/jobs/connect/repair.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { saveLinks, linksByEntity } from '../../server/db/links.ts';
import { saveSent } from '../../server/db/sent.ts';
import { showConflicts } from '../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import type { Job } from '../../server/jobs/job.ts';
import { checkSchema } from '../../server/jobs/checkSchema.ts';
import { showApprovals } from '../../server/jobs/losses/lossApprovals.ts';
import { attach, detach } from '../../server/jobs/losses/detach.ts';
import { syncedOf } from '../../server/jobs/synced.ts';
import { startEngine, type Engine } from '../support/engine.ts';

/** What the simulation has found, each kept as a case of its own. */
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 120_000);

afterAll(async () => {
  await engine.close();
});

async function typed(resource: string, entityId: string, key: string, value: unknown): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, entityId);
  const records = [{ id: recordId, fields: { [fieldIds[key] ?? '']: value } }];
  await engine.inAirtable('updateRecords', { table: tableId, records });
}

async function looked(resource: string, entityId: string, onBehalfOf = 'test'): Promise<void> {
  await engine.mark(resource, [entityId]);
  await engine.database.execute(`update marks set on_behalf_of = $1`, [onBehalfOf]);
  await engine.drain(resource);
}

async function halfAnHourLater(resource: string): Promise<void> {
  await engine.database.execute(
    `update marks set since = since - interval '31 minutes', not_before = since where resource = $1`,
    [resource],
  );
}

function writesSince(calls: number): string[] {
  return engine.calls
    .slice(calls)
    .map(({ kind }) => kind)
    .filter((kind) => /^records\.(create|update|upsert)|\.put$|\.patch$/.test(kind));
}

const someProperty = (): string => String([...engine.network.buildium.world.records.properties.keys()][0]);
const someLease = (): string => String([...engine.network.buildium.world.records.leases.keys()][0]);

test('a blank of Airtable’s own is remembered as a blank, whatever Buildium shows in its place', async () => {
  const id = someProperty();
  const { job, database } = engine;
  const link = (await linksByEntity(database, job.connectionId, 'properties', [id])).get(id);
  if (!link) throw new Error('The property has no link');
  const blank = {
    ...link,
    syncedBuildium: { ...link.syncedBuildium, reserve: 0 },
    syncedAirtable: { reserve: null },
  };
  await saveLinks(database, job.connectionId, [blank], new Date().toISOString());
  const saved = (await linksByEntity(database, job.connectionId, 'properties', [id])).get(id);
  expect(saved && syncedOf(saved, null)['reserve']).toEqual({ buildium: 0, airtable: null });
  await saveLinks(database, job.connectionId, [link], new Date().toISOString());
});

test('an amount that is cleared in Airtable and that Buildium shows as 0 comes back as 0, and that is the end of it', async () => {
  const id = someProperty();
  await typed('properties', id, 'reserve', null);
  await looked('properties', id);
  await looked('properties', id);
  expect(await engine.cellsOf('properties', id)).toMatchObject({ reserve: 0 });
  const before = engine.calls.length;
  await looked('properties', id);
  expect(writesSince(before)).toEqual([]);
});

test('a value that Buildium refuses is said on the row once, and not again at every look', async () => {
  const id = someLease();
  await typed('leases', id, 'from', '2199-01-01');
  await looked('leases', id);
  const { syncNote } = await notedOn(id);
  expect(syncNote).toMatch(/Not taken over into Buildium/);
  const before = engine.calls.length;
  await looked('leases', id);
  expect(engine.airtableWrites(before)).toEqual([]);
});

test('a value that Buildium itself refuses is sent again once somebody types or asks, and by no sweep', async () => {
  const { unitsByProperty, units } = engine.network.buildium.world.records;
  const siblings = [...unitsByProperty.values()].find(({ length }) => length > 1) ?? [];
  const [id, taken] = siblings.map(({ id: unitId }) => String(unitId));
  if (id === undefined || taken === undefined) throw new Error('Every property has a single unit');
  const puts = async (onBehalfOf: string): Promise<number> => {
    const before = engine.calls.length;
    await looked('units', id, onBehalfOf);
    const { syncStatus } = await engine.cellsOf('units', id);
    expect(syncStatus).toBe('Problem');
    return writesSince(before).filter((kind) => !kind.startsWith('records.')).length;
  };
  const number = units.get(Number(taken))?.saved.UnitNumber;
  await typed('units', id, 'unitNumber', number);
  expect(await puts('airtable:jo@example.com')).toBe(1);
  expect(await puts('sweep')).toBe(0);
  expect(await puts('sync')).toBe(0);
  expect(await puts('jo')).toBe(1);
  // Buildium shows something else now: that may be what it was refused for.
  await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1234 });
  expect(await puts('sweep')).toBe(1);
  expect(await puts('sweep')).toBe(0);
});

async function notedOn(leaseId: string): Promise<{ syncNote: string | null }> {
  const links = await linksByEntity(engine.database, engine.job.connectionId, 'leases', [leaseId]);
  return { syncNote: links.get(leaseId)?.note ?? null };
}

test('a table that is deleted twice is made anew twice: its links find free names', async () => {
  for (const _time of [1, 2]) {
    const { tableId } = await engine.rowOf('properties', someProperty());
    await engine.inAirtable('deleteTable', { table: tableId });
    const repaired = await repair(engine.job, 'test', null);
    expect(repaired).toMatchObject({ ok: true });
    await engine.drain('properties');
  }
});

test('a vendor of whom Buildium has no insurance takes the one that is typed in Airtable', async () => {
  const { vendors } = engine.network.buildium.world.records;
  const [id] = [...vendors].find(([, { saved }]) => !saved.VendorInsurance) ?? [];
  if (id === undefined) throw new Error('Every vendor has an insurance');
  await typed('vendors', String(id), 'insuranceProvider', 'Harbor Mutual');
  await looked('vendors', String(id));
  expect(vendors.get(id)?.saved.VendorInsurance).toMatchObject({ Provider: 'Harbor Mutual' });
});

test('a repair that breaks off after it made a table anew is finished by the next one', async () => {
  const { tableId } = await engine.rowOf('vendors', someVendor());
  await engine.inAirtable('deleteTable', { table: tableId });
  // It dies when it comes to the webhook: after the tables, and before it would say that it is done.
  const interrupted = { ...engine.job, airtable: withoutWebhooks(engine.job.airtable) };
  await expect(repair(interrupted, 'test', null)).rejects.toThrow('The process died here.');
  await repair(engine.job, 'test', null);
  await engine.drain('vendors');
  expect(await engine.cellsOf('vendors', someVendor())).toMatchObject({ buildiumId: someVendor() });
});

type RowWrite = { tableId: string; recordId: string; fields: Record<string, unknown> };

/** A write of ours lands late, and the status that it brings is gone after the look that Airtable's telling leads to. */
async function putRightAfter(id: string, { tableId, recordId, fields }: RowWrite): Promise<void> {
  const late = await engine.job.airtable.updateRecords(tableId, [{ id: recordId, fields }]);
  expect(late.ok).toBe(true);
  await hearAirtable(engine.job);
  // The row has been still for long.
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('vendors');
  expect(await engine.cellsOf('vendors', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
}

test('a status that a late write of ours puts back onto a row is put right, though no value came with it', async () => {
  const id = someVendor();
  await looked('vendors', id);
  await hearAirtable(engine.job);
  const { tableId, recordId, fieldIds } = await engine.rowOf('vendors', id);
  const fields = { [fieldIds['syncStatus'] ?? '']: 'Conflict', [fieldIds['syncNote'] ?? '']: 'Long settled' };
  await putRightAfter(id, { tableId, recordId, fields });
  const before = engine.calls.length;
  await hearAirtable(engine.job);
  await looked('vendors', id);
  expect(engine.airtableWrites(before)).toEqual([]);
});

/** A worker stands still with what it was about to send. */
async function withWriteStanding(id: string, sentAtMs: number, act: () => Promise<void>): Promise<void> {
  const standing = { resource: 'vendors', entityId: id, side: 'airtable' as const, fence: 999_999 };
  await saveSent(
    engine.database,
    engine.job.connectionId,
    [{ ...standing, digests: {}, isCreate: false }],
    new Date(sentAtMs).toISOString(),
  );
  await act();
  await engine.database.execute(`delete from sent where fence = 999999`);
}

test('so is one that comes back while a later write of ours is under way that never arrives', async () => {
  const id = someVendor();
  await looked('vendors', id);
  await hearAirtable(engine.job);
  const { tableId, recordId, fieldIds } = await engine.rowOf('vendors', id);
  const now = engine.job.clock.nowMs();
  const fields = {
    [fieldIds['syncStatus'] ?? '']: 'Problem',
    [fieldIds['syncNote'] ?? '']: 'Long mended',
    [fieldIds['lastSynced'] ?? '']: new Date(now - 60_000).toISOString(),
  };
  await withWriteStanding(id, now + 1000, () => putRightAfter(id, { tableId, recordId, fields }));
});

test('and the word that a row is out of the sync, once it has been taken back', async () => {
  const id = someVendor();
  const ref = { resource: 'vendors', entityId: id };
  await looked('vendors', id);
  const { airtable } = engine.job;
  const told: RowWrite[] = [];
  const job: Job = {
    ...engine.job,
    airtable: {
      ...airtable,
      updateRecords: (tableId, records, ...rest) => {
        for (const { id: recordId, fields } of records) told.push({ tableId, recordId, fields });
        return airtable.updateRecords(tableId, records, ...rest);
      },
    },
  };
  expect((await detach(job, ref, 'jo')).ok).toBe(true);
  expect((await attach(engine.job, ref, 'jo')).ok).toBe(true);
  await hearAirtable(engine.job);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('vendors');
  await hearAirtable(engine.job);
  const [first] = told;
  if (!first) throw new Error('The row was not told');
  await withWriteStanding(id, engine.job.clock.nowMs() + 1000, () => putRightAfter(id, first));
});

describe('a value that was sent long ago shows in the row again', () => {
  afterAll(async () => {
    await hearAirtable(engine.job);
    await engine.database.execute(`update marks set not_before = since`);
    await engine.drain('units');
  });
  const firstUnits = (): string[] => [...engine.network.buildium.world.records.units.keys()].map(String);
  const renamed = (id: string, name: string) =>
    engine.inBuildium('updateUnit', { id: Number(id), patch: { Description: name } });
  const both = async (id: string): Promise<unknown[]> => {
    const wire = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
    if (!wire.ok) throw new Error(wire.error.message);
    const { description } = await engine.cellsOf('units', id);
    return [(wire.value as { Description: unknown }).Description, description];
  };
  const settledOn = async (id: string, names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await renamed(id, name);
      await looked('units', id);
    }
    await hearAirtable(engine.job);
    // A sent value counts as ours for a quarter of an hour.
    await engine.database.execute(
      `update sent set sent_at = sent_at - interval '1 hour', done_at = done_at - interval '1 hour'`,
    );
    expect(await both(id)).toEqual([names.at(-1), names.at(-1)]);
  };

  /** Airtable has told of the change, and the row has been still for long. */
  const lookedWhenStill = async (id: string): Promise<void> => {
    await looked('units', id);
    await engine.database.execute(`update marks set not_before = since`);
    await engine.drain('units');
  };

  test('since our request took effect only now: the newer one comes back, and Buildium keeps it', async () => {
    const [id = ''] = firstUnits();
    await settledOn(id, ['Blue door', 'Green door']);
    const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
    const fields = { [fieldIds['description'] ?? '']: 'Blue door' };
    const late = await engine.job.airtable.updateRecords(tableId, [{ id: recordId, fields }]);
    expect(late.ok).toBe(true);
    await lookedWhenStill(id);
    expect(await both(id)).toEqual(['Green door', 'Green door']);
  });

  test('since somebody typed it: Buildium takes it', async () => {
    const [, id = ''] = firstUnits();
    await settledOn(id, ['Blue door', 'Green door']);
    await typed('units', id, 'description', 'Blue door');
    await lookedWhenStill(id);
    expect(await both(id)).toEqual(['Blue door', 'Blue door']);
  });
});

test('a column that is made anew while a look is under way blanks nothing in Buildium', async () => {
  const id = someUnit();
  await typed('units', id, 'size', 777);
  await engine.mark('units', [id]);
  await drain(
    withRepair(() => deleteColumn('units', 'size')),
    'units',
  );
  await engine.drain('units');
  expect(engine.network.buildium.world.records.units.get(Number(id))?.saved).toMatchObject({ UnitSize: 777 });
  expect(await engine.cellsOf('units', id)).toMatchObject({ size: 777 });
});

test('a row that is made while one of its columns is made anew gets its value there too', async () => {
  const { units } = engine.network.buildium.world.records;
  const { saved } = units.get(Number(someUnit())) ?? {};
  const body = { PropertyId: Number(someProperty()), UnitNumber: 'New', Address: saved?.Address };
  await engine.inBuildium('createUnit', {
    body: { ...body, UnitBedrooms: 'OneBed', UnitBathrooms: 'OneBath' },
  });
  const id = String(Math.max(...units.keys()));
  await deleteColumn('units', 'bedrooms');
  await checkSchema(engine.job);
  await engine.mark('units', [id]);
  await drain(withRepair(), 'units');
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({ bedrooms: 'One bed' });
});

test('a decision whose write arrived unheard is settled, and its loser kept, also where the next edit is refused', async () => {
  const siblings = [...engine.network.buildium.world.records.unitsByProperty.values()].findLast(
    ({ length }) => length > 1,
  );
  const [id = '', other = ''] = (siblings ?? []).map((one) => String(one.id));
  const before = engine.job.settings;
  const policies = { resources: { units: 'airtable' as const }, fields: {} };
  await updateConnection(engine.database, engine.job.connectionId, { settings: { ...before, policies } });
  const job = await engine.network.job();
  const look = async (): Promise<void> => {
    await engine.mark('units', [id]);
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = now() - interval '1 second'`);
    await drain(job, 'units');
  };
  await look();
  await engine.inBuildium('updateUnit', { id: Number(id), patch: { Description: 'By the office' } });
  await typed('units', id, 'description', 'By the manager');
  engine.network.buildium.faults.add([{ method: 'PUT', times: 1, effect: { kind: 'tornAfter' } }]);
  await look();
  const saved = () => engine.network.buildium.world.records.units.get(Number(id))?.saved;
  expect(saved()?.Description).toBe('By the manager');
  const filter = { state: null, resource: 'units', entityId: id, sort: 'newest' as const, afterId: null };
  const theConflicts = async () => (await showConflicts(job, { ...filter, limit: 10 })).conflicts;
  expect(await theConflicts()).toMatchObject([{ state: 'resolving' }]);
  const taken = engine.network.buildium.world.records.units.get(Number(other))?.saved.UnitNumber;
  await typed('units', id, 'description', null);
  // In conflict too, and decided in the same look: what is decided is sent whole.
  await engine.inBuildium('updateUnit', { id: Number(id), patch: { UnitNumber: 'Cellar' } });
  await typed('units', id, 'unitNumber', taken);
  await look();
  expect((await engine.cellsOf('units', id))['syncNote']).toContain('must be unique');
  const description = (await theConflicts()).filter(({ field }) => field.key === 'description');
  expect(description).toMatchObject([
    { state: 'resolved', decision: 'airtable', buildium: 'By the office', canUndo: true },
  ]);
  await updateConnection(engine.database, job.connectionId, { settings: before });
});

test('a row that links to one which was deleted waits for it, and goes on when it is back', async () => {
  const [[propertyId, [unit] = []] = []] = engine.network.buildium.world.records.unitsByProperty;
  const [id, unitId] = [String(propertyId), String(unit?.id)];
  await looked('units', unitId);
  const { tableId, recordId } = await engine.rowOf('properties', id);
  await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
  await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: 1777 });
  await looked('units', unitId);
  const waits = await engine.database.query<{ problem: string; attempts: number }>(
    `select problem, attempts from marks where resource = 'units' and entity_id = $1`,
    [unitId],
  );
  expect(waits).toEqual([
    { problem: expect.stringMatching(/^Waits for .* whose row was deleted in Airtable/), attempts: 0 },
  ]);
  await halfAnHourLater('properties');
  await engine.drain('properties');
  await engine.drain('units');
  expect(await engine.cellsOf('units', unitId)).toMatchObject({ marketRent: 1777 });
  const marks = `select 1 from marks where resource = 'units' and entity_id = $1`;
  expect(await engine.database.query(marks, [unitId])).toEqual([]);
});

test('while a person is asked about rows that went away at once, what links to one of them waits', async () => {
  const [[, [unit] = []] = []] = engine.network.buildium.world.records.unitsByProperty;
  const unitId = String(unit?.id);
  const ids = [...engine.network.buildium.world.records.properties.keys()].map(String);
  for (const id of ids) {
    const { tableId, recordId } = await engine.rowOf('properties', id);
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
  }
  await engine.mark('properties', ids);
  await halfAnHourLater('properties');
  await engine.drain('properties');
  expect(await showApprovals(engine.job, 'open', 10)).toMatchObject([{ resource: 'properties' }]);
  await looked('units', unitId);
  const waiting = () =>
    engine.database.query(
      `select waiting_for_resource as target from marks where resource = 'units' and entity_id = $1`,
      [unitId],
    );
  expect(await waiting()).toEqual([{ target: 'properties' }]);
  await engine.drain('properties');
  expect(await waiting()).toEqual([{ target: 'properties' }]);
});

test('a worker that stood still between its read and its write in Buildium writes nothing: its claim may be another one’s', async () => {
  const id = someUnit();
  const shown = (): unknown => engine.network.buildium.world.records.units.get(Number(id))?.saved.UnitSize;
  const before = shown();
  await typed('units', id, 'size', 888);
  await engine.mark('units', [id]);
  await drain(standingStillBeforeItsPut(`/v1/rentals/units/${id}`), 'units');
  expect(shown()).toBe(before);
  await looked('units', id);
  expect(shown()).toBe(888);
});

/** An engine that is suspended for three minutes when the record that it means to change has been read once more. */
function standingStillBeforeItsPut(path: string): Job {
  const { buildium, clock } = engine.job;
  let reads = 0;
  let lostMs = 0;
  return {
    ...engine.job,
    clock: { ...clock, nowMs: () => clock.nowMs() + lostMs },
    buildium: {
      ...buildium,
      get: async (...asked) => {
        const answer = await buildium.get(...asked);
        if (asked[0] === path) reads += 1;
        if (reads === 2) lostMs = 3 * 60_000;
        return answer;
      },
    },
  };
}

function someUnit(): string {
  const [unit] = [...engine.network.buildium.world.records.unitsByProperty.values()].at(-1) ?? [];
  return String(unit?.id);
}

/** An engine whose base is repaired while a look of it is under way: rows are read, and nothing is written yet. */
function withRepair(before: () => Promise<void> = () => Promise.resolve()): Job {
  const { airtable } = engine.job;
  let isRepaired = false;
  return {
    ...engine.job,
    airtable: {
      ...airtable,
      recordsById: async (...asked) => {
        const answer = await airtable.recordsById(...asked);
        if (!isRepaired) {
          isRepaired = true;
          await before();
          expect(await repair(engine.job, 'test', null)).toMatchObject({ ok: true });
        }
        return answer;
      },
    },
  };
}

async function deleteColumn(resource: string, key: string): Promise<void> {
  const { tableId, fieldIds } = await engine.rowOf(resource, someUnit());
  await engine.inAirtable('deleteField', { table: tableId, field: fieldIds[key] });
}

const someVendor = (): string => String([...engine.network.buildium.world.records.vendors.keys()][0]);

/** A process that dies when it comes to the webhook, after tables and fields. */
function withoutWebhooks(airtable: typeof engine.job.airtable): typeof engine.job.airtable {
  const dies = (): never => {
    throw new Error('The process died here.');
  };
  return { ...airtable, webhooks: { ...airtable.webhooks, list: dies } };
}
