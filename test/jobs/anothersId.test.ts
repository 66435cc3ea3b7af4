import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 90_000);
afterAll(() => engine.close());

test('The Buildium ID of a new unit, typed into the row of another one, writes nothing of the new one into that one, keeps what was typed, and the new unit gets a row of its own', async () => {
  const [link] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1`,
  );
  const unitId = link?.id ?? '';
  const unit = engine.network.buildium.world.records.units.get(Number(unitId));
  const before = { ...unit?.saved };
  const { propertyId } = unit ?? {};
  const address = unit?.saved.Address;
  const { unitId: newId } = await engine.inBuildium('createUnit', {
    body: { PropertyId: propertyId, UnitNumber: 'New 7', MarketRent: 777, Address: address },
  });
  const shown = await engine.cellsOf('units', unitId);
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', unitId);
  const fields = { [fieldIds['buildiumId'] ?? '']: String(newId), [fieldIds['marketRent'] ?? '']: 4321 };
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark('units', [String(newId)]);
  await engine.drain('units');
  await hearAirtable(engine.job);
  for (let look = 0; look < 3; look += 1) {
    await engine.database.execute(`update marks set not_before = since, still_since = null`);
    await engine.drain('units');
    await hearAirtable(engine.job);
  }

  expect(unit?.saved).toEqual(before);
  expect(await engine.cellsOf('units', unitId)).toEqual({ ...shown, lastSynced: expect.any(String) });
  expect(await engine.cellsOf('units', String(newId))).toMatchObject({
    unitNumber: 'New 7',
    marketRent: 777,
  });
  expect((await engine.rowOf('units', String(newId))).recordId).not.toBe(recordId);
  const kept = await engine.database.query(
    `select field_key as field, shown->'airtable' as airtable from conflicts where entity_id = $1`,
    [unitId],
  );
  expect(kept).toEqual([{ field: 'marketRent', airtable: 432_100 }]);
});

test('A row whose unit is gone from Buildium gets its ID back too, so that a unit made in its place gets a row of its own', async () => {
  const { units, leasesByUnit } = engine.network.buildium.world.records;
  const unit = [...units.values()].find(({ id }) => !leasesByUnit.get(id)?.size);
  const unitId = String(unit?.id);
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', unitId);
  const buildiumId = fieldIds['buildiumId'] ?? '';
  await engine.inBuildium('deleteRecord', { kind: 'unit', id: unit?.id });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(await engine.cellsOf('units', unitId)).toMatchObject({ syncStatus: 'Deleted in Buildium' });

  await engine.inAirtable('updateRecords', {
    table: tableId,
    records: [{ id: recordId, fields: { [buildiumId]: '999' } }],
  });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(await engine.cellsOf('units', unitId)).toMatchObject({ buildiumId: unitId });
  const since = engine.calls.length;
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(engine.airtableWrites(since)).toEqual([]);
});
