import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { showConflicts } from '../../server/jobs/conflicts/conflictView.ts';
import { repair } from '../../server/jobs/connect/repair.ts';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { eventually } from '../support/journeyEventually.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 90_000);
afterAll(() => engine.close());

/** Somebody types while our write of another value is on its way: it falls upon what was typed. */
async function typedUnderOurWrite(
  unitId: string,
  dollars: { typed: number; ours: number },
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await hearAirtable(engine.job);
  await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: dollars.ours });
  engine.network.airtable.faults.add([
    { method: 'PATCH', times: 1, effect: { kind: 'delay', delayMs: 2_500 } },
  ]);
  const since = new Date(engine.job.clock.nowMs()).toISOString();
  await engine.mark('units', [unitId]);
  const written = drain(engine.job, 'units');
  await eventually(async () => {
    const sent = await engine.database.query(
      `select 1 from sent where entity_id = $1 and side = 'airtable' and sent_at >= $2`,
      [unitId, since],
    );
    expect(sent).toHaveLength(1);
  });
  await before();
  await typeRent(unitId, dollars.typed);
  await written;
  expect(await engine.cellsOf('units', unitId)).toMatchObject({ marketRent: dollars.ours });
}

async function typeRent(unitId: string, dollars: number): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', unitId);
  const records = [{ id: recordId, fields: { [fieldIds['marketRent'] ?? '']: dollars } }];
  await engine.inAirtable('updateRecords', { table: tableId, records });
}

const losers = async (unitId: string): Promise<unknown[]> => {
  const filter = { state: null, resource: 'units', afterId: null, limit: 50 };
  const { conflicts } = await showConflicts(engine.job, filter);
  return conflicts
    .filter(({ entityId, kind }) => entityId === unitId && kind === 'overwritten')
    .map(({ airtable }) => airtable);
};

const units = async (): Promise<string[]> => {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1`,
  );
  return rows.map(({ id }) => id);
};

test('What was typed in a row whose making got no answer is kept when the row is made once more', async () => {
  const unitId = (await units()).at(-1) ?? '';
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', unitId);
  await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
  await hearAirtable(engine.job);
  await engine.database.execute(`update marks set since = since - interval '1 hour', not_before = since`);
  engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: 'tornAfter' } }]);
  await engine.drain('units');

  const buildiumId = fieldIds['buildiumId'] ?? '';
  const found = await engine.job.airtable.recordsByFieldValue(tableId, buildiumId, [unitId], [buildiumId]);
  const [made] = found.ok ? found.value : [];
  const typed = { [fieldIds['marketRent'] ?? '']: 1_111, [fieldIds['city'] ?? '']: null };
  const records = [{ id: made?.id, fields: typed }];
  await engine.inAirtable('updateRecords', { table: tableId, records });
  await engine.database.execute(`delete from side_health`);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');
  expect((await engine.rowOf('units', unitId)).recordId).toBe(made?.id);
  await hearAirtable(engine.job);

  const shown = await engine.cellsOf('units', unitId);
  expect([shown['marketRent'] === 1_111, shown['city'] === null]).toEqual([false, false]);
  expect((await losers(unitId)).toSorted()).toEqual([111_100, null]);
});

test('What somebody empties in a row whose making got no answer is theirs: it stays blank, and Buildium takes it over', async () => {
  const property = await engine.job.buildium.get('/v1/rentals/1001');
  const { Address } = (property.ok ? property.value : {}) as { Address?: unknown };
  const body = {
    PropertyId: 1001,
    Address,
    UnitNumber: '9',
    UnitBedrooms: 'OneBed',
    UnitBathrooms: 'OneBath',
  };
  const made = await engine.inBuildium('createUnit', { body });
  const unitId = String(made['unitId']);
  await engine.mark('units', [unitId]);
  engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: 'tornAfter' } }]);
  await engine.drain('units');
  const { tableId, fieldIds } = await engine.rowOf('units', (await units())[0] ?? '');
  const buildiumId = fieldIds['buildiumId'] ?? '';
  const found = await engine.job.airtable.recordsByFieldValue(tableId, buildiumId, [unitId], [buildiumId]);
  const recordId = found.ok ? found.value[0]?.id : undefined;
  const records = [{ id: recordId, fields: { [fieldIds['city'] ?? '']: null } }];
  await engine.inAirtable('updateRecords', { table: tableId, records });
  await engine.database.execute(`delete from side_health`);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');

  // What was agreed is remembered first; then it is an edit like any other.
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');

  expect((await engine.rowOf('units', unitId)).recordId).toBe(recordId);
  const filter = { state: 'open' as const, resource: 'units', afterId: null, limit: 50 };
  expect((await showConflicts(engine.job, filter)).conflicts).toEqual([]);
  const unit = await engine.job.buildium.get(`/v1/rentals/units/${unitId}`);
  expect(unit).toMatchObject({ ok: true, value: { Address: { City: null } } });
  expect(await engine.cellsOf('units', unitId)).toMatchObject({ city: null, syncStatus: 'Synced' });
});

test('What was typed under our write is kept also where somebody had typed the very value that we wrote before', async () => {
  const unitId = (await units())[2] ?? '';
  await typedUnderOurWrite(unitId, { typed: 1_470, ours: 1_800 }, async () => {
    await typeRent(unitId, 1_800);
    await hearAirtable(engine.job);
  });
  await hearAirtable(engine.job);
  expect(await losers(unitId)).toEqual([147_000]);
});

test('What was typed under our write is kept when its column is deleted before Airtable tells of it', async () => {
  const [unitId = ''] = await units();
  await typedUnderOurWrite(unitId, { typed: 1_234, ours: 1_600 });
  await engine.inAirtable('deleteField', { table: 'Units', field: 'Market Rent' });
  expect(await repair(engine.job, 'person', null)).toMatchObject({ ok: true });
  expect(await losers(unitId)).toEqual([123_400]);
});

test('What was typed under our write is kept when its table is deleted before Airtable tells of it', async () => {
  const [, unitId = ''] = await units();
  await engine.drain('units');
  await typedUnderOurWrite(unitId, { typed: 1_357, ours: 1_700 });
  await engine.inAirtable('deleteTable', { table: 'Units' });
  expect(await repair(engine.job, 'person', null)).toMatchObject({ ok: true });
  expect(await losers(unitId)).toEqual([135_700]);
});
