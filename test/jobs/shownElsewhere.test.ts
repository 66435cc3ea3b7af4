import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drain } from '../../server/jobs/drain.ts';
import { decideApproval, showApprovals } from '../../server/jobs/losses/lossApprovals.ts';
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

test('a property whose row is gone, and that a person is asked about, tells its units once it has a row again', async () => {
  const ids = [...engine.network.buildium.world.records.properties.keys()].map(String);
  const { unitId, propertyId } = await aLease();
  for (const id of ids) {
    const { tableId, recordId } = await engine.rowOf('properties', id);
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
  }
  const afterHalfAnHour = async (): Promise<void> => {
    await engine.mark('properties', ids);
    await engine.database.execute(
      `update marks set since = since - interval '31 minutes', not_before = since where resource = 'properties'`,
    );
    await engine.drain('properties');
  };
  await afterHalfAnHour();
  const [asked] = await showApprovals(engine.job, 'open', 10);
  await engine.inBuildium('updateProperty', { id: Number(propertyId), patch: { Name: 'Wharf House' } });
  await afterHalfAnHour();
  expect(await markedFor('units')).toEqual([]);
  await decideApproval(engine.job, asked?.approvalId ?? '', 'approve', 'jo');
  await afterHalfAnHour();
  await engine.drain('units');
  expect((await engine.cellsOf('units', unitId))['name']).toMatch(/^Wharf House – /);
});

test('another field of a unit marks no lease', async () => {
  const { unitId } = await aLease();
  await engine.inBuildium('updateUnit', { id: Number(unitId), patch: { Description: 'Two balconies' } });
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(await markedFor('leases')).toEqual([]);
});

test('a unit whose property is renamed while its row is being made takes the new name', async () => {
  const { unitId, propertyId } = await aLease();
  await engine.database.execute(`delete from links where resource = 'units' and entity_id = $1`, [unitId]);
  await engine.database.execute(`delete from sent where resource = 'units' and entity_id = $1`, [unitId]);
  const { airtable } = engine.job;
  const upsertRecords: typeof airtable.upsertRecords = async (...request) => {
    await engine.inBuildium('updateProperty', { id: Number(propertyId), patch: { Name: 'Quay House' } });
    await engine.mark('properties', [propertyId]);
    await engine.drain('properties');
    return airtable.upsertRecords(...request);
  };
  await engine.mark('units', [unitId]);
  await drain({ ...engine.job, airtable: { ...airtable, upsertRecords } }, 'units');
  await engine.drain('units');
  expect((await engine.cellsOf('units', unitId))['name']).toMatch(/^Quay House – /);
});
