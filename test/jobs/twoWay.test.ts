import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { saveArrivals } from '../../server/db/arrivals.ts';
import { listConflicts } from '../../server/db/conflictLists.ts';
import { decideConflict } from '../../server/db/conflicts.ts';
import { claimMarks } from '../../server/db/claims.ts';
import { sealAudit, verifyAudit } from '../../server/jobs/audit/auditChain.ts';
import { readAuditRow } from '../../server/jobs/audit/auditRow.ts';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 60_000);
afterAll(() => engine.close());

/** Types values into a row as a person would, and has the sync hear and carry them. */
async function edit(resource: string, entityId: string, values: Record<string, unknown>): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf(resource, entityId);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark(resource, [entityId]);
  await engine.drain(resource);
}

async function inBuildium(path: string): Promise<Record<string, unknown>> {
  const answer = await engine.job.buildium.get(path);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as Record<string, unknown>;
}

const puts = (since: number): string[] =>
  engine.calls
    .slice(since)
    .flatMap(({ side, call }) => (side === 'buildium' && /^(PUT|PATCH|POST)/.test(call) ? [call] : []));

const linkedUnits = (): Promise<{ id: string }[]> =>
  engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1`,
  );
const anyUnit = async (): Promise<string> => (await linkedUnits())[0]?.id ?? '';
/** One that no other test touches. */
const otherUnit = async (): Promise<string> => (await linkedUnits()).at(-1)?.id ?? '';

describe('an edit in Airtable', () => {
  test('reaches Buildium, and nothing else of the record changes there', async () => {
    const id = await anyUnit();
    const before = await inBuildium(`/v1/rentals/units/${id}`);
    await edit('units', id, { marketRent: 1550.5 });
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toEqual({ ...before, MarketRent: 1550.5 });
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1550.5 });
  });

  test('is carried once: the echo of our own write moves nothing', async () => {
    const id = await anyUnit();
    await edit('units', id, { marketRent: 1560 });
    const since = engine.calls.length;
    await engine.mark('units', [id]);
    await engine.drain('units');
    expect(puts(since)).toEqual([]);
    expect(engine.airtableWrites(since)).toEqual([]);
  });

  test('has an audit row with what stood there before', async () => {
    const id = await anyUnit();
    await edit('units', id, { marketRent: 1570 });
    const [row] = await engine.database.query<{ changes: unknown }>(
      `select changes from audit where resource = 'units' and entity_id = $1 and action = 'buildiumUpdated' order by audit_id desc limit 1`,
      [id],
    );
    expect(row?.changes).toEqual({ marketRent: { before: 156000, after: 157000 } });
  });

  test('keeps in the audit the whole record that its PUT replaced, without what never leaves Buildium', async () => {
    const [tenant] = await engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = 'tenants' and standing = 'linked' order by 1 desc limit 1`,
    );
    const id = tenant?.id ?? '';
    const taxId = '900-12-3456';
    await engine.inBuildium('updateTenant', {
      id: Number(id),
      patch: { TaxId: taxId, DateOfBirth: '1980-01-02' },
    });
    const { TaxId, DateOfBirth, Leases: _lists, ...before } = await inBuildium(`/v1/leases/tenants/${id}`);
    expect([TaxId, DateOfBirth]).toEqual([taxId, '1980-01-02']);
    await edit('tenants', id, { alternateEmail: 'third@example.com' });
    const [entry] = await engine.database.query<{ id: string }>(
      `select audit_id as id from audit where resource = 'tenants' and action = 'buildiumUpdated' order by audit_id desc limit 1`,
    );
    const row = await readAuditRow(engine.job, entry?.id ?? '');
    expect(row).toMatchObject({ entityId: id, replaced: before, isForgotten: false });
    expect(JSON.stringify(row)).not.toContain(taxId);
    expect(JSON.stringify(row)).not.toContain('1980-01-02');
    const [stored] = await engine.database.query<{ line: string }>(
      `select a::text as line from audit a where audit_id = $1`,
      [entry?.id ?? ''],
    );
    expect(stored?.line).not.toContain(String(before['LastName']));
    await sealAudit(engine.job);
    expect(await verifyAudit(engine.job)).toMatchObject({ broken: null });
  });

  test('of a tenant’s phone keeps birth date, tax id and the other numbers', async () => {
    const [tenant] = await engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = 'tenants' and standing = 'linked' order by 1 limit 1`,
    );
    const id = tenant?.id ?? '';
    const before = await inBuildium(`/v1/leases/tenants/${id}`);
    await edit('tenants', id, { alternateEmail: 'second@example.com' });
    const after = await inBuildium(`/v1/leases/tenants/${id}`);
    expect({ ...after, AlternateEmail: null, Leases: null }).toEqual({
      ...before,
      AlternateEmail: null,
      Leases: null,
    });
    expect(after['AlternateEmail']).toBe('second@example.com');
  });

  test('that Buildium refuses stays in the row, which says why', async () => {
    const id = await anyUnit();
    const before = await inBuildium(`/v1/rentals/units/${id}`);
    await edit('units', id, { unitNumber: '' });
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toEqual(before);
    const cells = await engine.cellsOf('units', id);
    expect(cells['syncStatus']).toBe('Problem');
    expect(cells['syncNote']).toContain('Unit Number must not be blank');
    const [row] = await engine.database.query<{ why: string }>(
      `select why from audit where resource = 'units' and entity_id = $1 order by audit_id desc limit 1`,
      [id],
    );
    expect(row?.why).toContain('Sync Status became Problem');
    await edit('units', id, { unitNumber: before['UnitNumber'] });
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
  });

  test('of a field that comes from Buildium alone is put back', async () => {
    const id = await anyUnit();
    const { name } = await engine.cellsOf('units', id);
    await edit('units', id, { name: 'Penthouse' });
    expect(await engine.cellsOf('units', id)).toMatchObject({ name });
  });

  test('whose PUT took effect and lost its answer is not sent again', async () => {
    const id = await anyUnit();
    engine.network.buildium.faults.add([{ method: 'PUT', times: 1, effect: { kind: 'tornAfter' } }]);
    await edit('units', id, { marketRent: 1600 });
    engine.network.buildium.faults.clear();
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = now() - interval '1 second'`);
    const since = engine.calls.length;
    await engine.drain('units');
    expect(puts(since)).toEqual([]);
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 1600 });
  });
});

describe('an edit on both sides', () => {
  async function conflictOnRent(inBuildiumRent: number, inAirtableRent: number): Promise<string> {
    const id = await anyUnit();
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: inBuildiumRent });
    await edit('units', id, { marketRent: inAirtableRent });
    return id;
  }
  const open = () =>
    listConflicts(engine.database, engine.job.connectionId, {
      state: 'open',
      resource: null,
      afterId: null,
      limit: 10,
    });

  async function settle(side: 'buildium' | 'airtable'): Promise<boolean> {
    const { entityId, taken } = await decide(side);
    await engine.mark('units', [entityId]);
    await engine.drain('units');
    return taken;
  }
  async function decide(side: 'buildium' | 'airtable'): Promise<{ entityId: string; taken: boolean }> {
    const [conflict] = await open();
    const decision = {
      conflictId: conflict?.conflictId ?? '',
      side,
      by: 'person',
      sawBuildium: conflict?.buildiumDigest ?? '',
      sawAirtable: conflict?.airtableDigest ?? '',
    };
    const taken = await decideConflict(
      engine.database,
      engine.job.connectionId,
      decision,
      new Date().toISOString(),
    );
    return { entityId: conflict?.entityId ?? '', taken };
  }

  test('is a conflict that touches neither side and shows both values', async () => {
    const id = await conflictOnRent(1700, 1800);
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 1700 });
    expect(await engine.cellsOf('units', id)).toMatchObject({
      marketRent: 1800,
      syncStatus: 'Conflict',
      syncNote: 'Changed on both sides: Market Rent. Settle it in the extension, under Conflicts.',
    });
    expect((await open()).map((row) => row.shown)).toEqual([
      { buildium: 170000, airtable: 180000, synced: { buildium: 160000, airtable: 160000 } },
    ]);
  });

  test('settled for Airtable lands in Buildium', async () => {
    const id = await anyUnit();
    expect(await settle('airtable')).toBe(true);
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 1800 });
    expect(await engine.cellsOf('units', id)).toMatchObject({
      marketRent: 1800,
      syncStatus: 'Synced',
      syncNote: null,
    });
    expect(await open()).toEqual([]);
  });

  test('settled for Buildium lands in Airtable', async () => {
    const id = await conflictOnRent(1710, 1810);
    expect(await settle('buildium')).toBe(true);
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1710, syncStatus: 'Synced' });
    expect(await open()).toEqual([]);
  });

  test('decided on values that have moved since is refused and shown anew', async () => {
    const id = await conflictOnRent(1900, 2000);
    const [before] = await open();
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1950 });
    await engine.mark('units', [id]);
    await engine.drain('units');
    const decision = {
      conflictId: before?.conflictId ?? '',
      side: 'airtable' as const,
      by: 'person',
      sawBuildium: before?.buildiumDigest ?? '',
      sawAirtable: before?.airtableDigest ?? '',
    };
    expect(
      await decideConflict(engine.database, engine.job.connectionId, decision, new Date().toISOString()),
    ).toBe(false);
    expect((await open())[0]?.shown).toMatchObject({ buildium: 195000 });
    await settle('buildium');
  });

  test('decided and overtaken before that was remembered: it keeps its loser, and the new values are a new conflict', async () => {
    const id = await conflictOnRent(1901, 2001);
    const [first] = await open();
    await decide('airtable');
    await engine.mark('units', [id]);
    // The worker dies with the value in Buildium, before it says so on the row.
    const updateRecords = (): never => {
      throw new Error('The process died here.');
    };
    const dying = { ...engine.job, airtable: { ...engine.job.airtable, updateRecords } };
    await expect(drain(dying, 'units')).rejects.toThrow('The process died here.');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 2001 });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 2051 });
    await edit('units', id, { marketRent: 2101 });
    await engine.database.execute(`update marks set not_before = since`);
    await engine.drain('units');
    expect((await open()).map(({ shown }) => shown)).toMatchObject([{ buildium: 205100, airtable: 210100 }]);
    const kept = await engine.database.query(`select state, shown from conflicts where conflict_id = $1`, [
      first?.conflictId ?? '',
    ]);
    expect(kept).toMatchObject([{ state: 'resolved', shown: { buildium: 190100, airtable: 200100 } }]);
    await settle('buildium');
  });

  test('to the same value agrees by itself', async () => {
    const id = await anyUnit();
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 2100 });
    await edit('units', id, { marketRent: 2100 });
    expect(await open()).toEqual([]);
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 2100, syncStatus: 'Synced' });
  });
});

test('the webhook’s payloads mark what a person edited, and not what we wrote', async () => {
  await hearAirtable(engine.job);
  await engine.database.execute(`delete from marks`);
  const id = await anyUnit();
  await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 2222 });
  await engine.mark('units', [id]);
  await engine.drain('units');
  await hearAirtable(engine.job);
  expect(await engine.database.query(`select entity_id from marks where resource = 'units'`)).toEqual([]);

  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  await engine.inAirtable('updateRecords', {
    table: tableId,
    records: [{ id: recordId, fields: { [fieldIds['marketRent'] ?? '']: 2300 } }],
  });
  await hearAirtable(engine.job);
  const marks = await engine.database.query(
    `select entity_id as id, reason from marks where resource = 'units'`,
  );
  expect(marks).toEqual([{ id, reason: 'edited in Airtable' }]);
});

test('a write of ours that takes effect once more after something newer was remembered is news, and is put right', async () => {
  const id = await otherUnit();
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 2400 });
  await engine.mark('units', [id]);
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 2400 });
  await edit('units', id, { marketRent: 2500 });
  expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 2500 });
  await hearAirtable(engine.job);
  await engine.database.execute('delete from marks');

  const fields = { [fieldIds['marketRent'] ?? '']: 2400 };
  const again = await engine.job.airtable.updateRecords(tableId, [{ id: recordId, fields }]);
  expect(again.ok).toBe(true);
  await hearAirtable(engine.job);
  // Whatever is heard waits until the row has stood still for a while.
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 2500 });
  expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ MarketRent: 2500 });
});

describe('an event of Buildium', () => {
  beforeAll(async () => {
    await engine.database.execute('delete from marks');
  });
  async function announce(id: string): Promise<void> {
    const now = new Date().toISOString();
    const about = {
      connectionId: engine.job.connectionId,
      receiptId: randomUUID(),
      eventName: 'RentalUnit.Updated',
    };
    const event = {
      ...about,
      eventAt: now,
      receivedAt: now,
      resource: 'units',
      ids: [id],
      priority: 'normal',
    } as const;
    await saveArrivals(engine.database, [event], now);
  }
  const toAirtable = (since: number): string[] =>
    engine.calls.slice(since).flatMap(({ side, call }) => (side === 'airtable' ? [call] : []));
  const marksOf = (id: string) =>
    engine.database.query(`select 1 from marks where resource = 'units' and entity_id = $1`, [id]);
  async function typed(id: string, value: string): Promise<void> {
    const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
    const records = [{ id: recordId, fields: { [fieldIds['description'] ?? '']: value } }];
    await engine.inAirtable('updateRecords', { table: tableId, records });
  }

  test('that is our own write coming back costs no call to Airtable, and is over', async () => {
    const id = await anyUnit();
    await edit('units', id, { description: 'Corner unit' });
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({ Description: 'Corner unit' });
    await announce(id);
    const since = engine.calls.length;
    await engine.drain('units');
    expect(toAirtable(since)).toEqual([]);
    expect(await marksOf(id)).toEqual([]);
  });

  test('that comes with an edit in Airtable leaves the edit its look', async () => {
    const id = await anyUnit();
    await typed(id, 'Corner unit, renovated');
    await engine.mark('units', [id]);
    await announce(id);
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({
      Description: 'Corner unit, renovated',
    });
  });

  test('that comes while a look at an edit dies leaves the edit its look', async () => {
    const id = await anyUnit();
    await typed(id, 'Corner unit, new floor');
    await engine.mark('units', [id]);
    const now = new Date(engine.job.clock.nowMs()).toISOString();
    const claim = {
      connectionId: engine.job.connectionId,
      resource: 'units',
      owner: 'a dead one',
      limit: 10,
    };
    expect(await claimMarks(engine.database, { ...claim, now, until: now })).toHaveLength(1);
    await announce(id);
    await engine.drain('units');
    expect(await inBuildium(`/v1/rentals/units/${id}`)).toMatchObject({
      Description: 'Corner unit, new floor',
    });
  });
});
