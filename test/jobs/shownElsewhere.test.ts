import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEngine, type Engine } from '../support/engine.ts';

/** Names that are made from another record: Buildium announces no change of the one that shows them. */

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
}, 60_000);
afterAll(() => engine.close());

async function aLease(): Promise<{ leaseId: string; unitId: string; propertyId: string }> {
  const [lease] = await engine.database.query<{ leaseId: string; unitId: string; propertyId: string }>(
    `select entity_id as "leaseId", synced_buildium->'unit'->>0 as "unitId",
            synced_buildium->'property'->>0 as "propertyId"
       from links where resource = 'leases' and standing = 'linked' order by entity_id limit 1`,
  );
  if (!lease) throw new Error('no lease is linked');
  return lease;
}

const markedFor = (resource: string): Promise<{ id: string; reason: string }[]> =>
  engine.database.query(`select entity_id as id, reason from marks where resource = $1 order by entity_id`, [
    resource,
  ]);

test('a unit’s number that changes in Buildium is in the name of its leases at once', async () => {
  const { leaseId, unitId } = await aLease();
  await engine.inBuildium('updateUnit', { id: Number(unitId), patch: { UnitNumber: 'Penthouse' } });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(await markedFor('leases')).toContainEqual({
    id: leaseId,
    reason: `unit ${unitId} changed, which it shows`,
  });
  await engine.drain('leases');
  expect((await engine.cellsOf('leases', leaseId))['name']).toMatch(/^Penthouse from /);
});

test('so is one that was typed in Airtable', async () => {
  const { leaseId, unitId } = await aLease();
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', unitId);
  const fields = { [String(fieldIds['unitNumber'])]: 'Loft' };
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  await engine.drain('leases');
  expect((await engine.cellsOf('leases', leaseId))['name']).toMatch(/^Loft from /);
});

test('a property’s new name is in the names of its units, and only of its', async () => {
  const { propertyId, unitId } = await aLease();
  await engine.inBuildium('updateProperty', { id: Number(propertyId), patch: { Name: 'Harbour House' } });
  await engine.mark('properties', [propertyId]);
  await engine.drain('properties');
  const units = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and synced_buildium->'property'->>0 = $1
      order by entity_id`,
    [propertyId],
  );
  expect((await markedFor('units')).map(({ id }) => id)).toEqual(units.map(({ id }) => id));
  await engine.drain('units');
  expect((await engine.cellsOf('units', unitId))['name']).toMatch(/^Harbour House – /);
  expect(await engine.differences()).toEqual([]);
});

test('another field of a unit marks no lease', async () => {
  const { unitId } = await aLease();
  await engine.inBuildium('updateUnit', { id: Number(unitId), patch: { Description: 'Two balconies' } });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(await markedFor('leases')).toEqual([]);
});
