import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { eventually } from '../support/journeyEventually.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 } });
}, 90_000);
afterAll(() => engine.close());

type Row = { unitId: string; tableId: string; recordId: string; fieldIds: Record<string, string> };

/** A unit's row is made, somebody works in it, and only then does the batch come to remember whose row it is. */
async function whileBeingMade(unitNumber: string, work: (row: Row) => Promise<unknown>): Promise<Row> {
  await hearAirtable(engine.job);
  const property = await engine.job.buildium.get('/v1/rentals/1001');
  const { Address } = (property.ok ? property.value : {}) as { Address?: unknown };
  const rooms = { UnitBedrooms: 'OneBed', UnitBathrooms: 'OneBath' };
  const body = { PropertyId: 1001, Address, UnitNumber: unitNumber, ...rooms };
  const unitId = String((await engine.inBuildium('createUnit', { body }))['unitId']);
  const [other] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  const otherId = other?.id ?? '';
  await engine.inBuildium('updateUnit', { id: Number(otherId), patch: { Description: unitNumber } });
  engine.network.airtable.faults.add([
    { method: 'PATCH', body: '"id":"rec', times: 1, effect: { kind: 'delay', delayMs: 2_500 } },
  ]);
  await engine.mark('units', [unitId, otherId]);
  const batch = drain(engine.job, 'units');

  const { tableId, fieldIds } = await engine.rowOf('units', otherId);
  const buildiumId = fieldIds['buildiumId'] ?? '';
  const recordId = await eventually(async () => {
    const found = await engine.job.airtable.recordsByFieldValue(tableId, buildiumId, [unitId], [buildiumId]);
    const [row] = found.ok ? found.value : [];
    if (!row) throw new Error('The row is not made yet.');
    return row.id;
  });
  const row = { unitId, tableId, recordId, fieldIds };
  await work(row);
  await hearAirtable(engine.job);
  expect(
    await engine.database.query(`select 1 from links where airtable_record_id = $1`, [recordId]),
  ).toEqual([]);
  await batch;
  expect((await engine.rowOf('units', unitId)).recordId).toBe(recordId);
  await hearAirtable(engine.job);
  return row;
}

test('What somebody types into a row before it is known whose it is arrives all the same', async () => {
  const { unitId } = await whileBeingMade('8', async ({ tableId, recordId, fieldIds }) => {
    const fields = { [fieldIds['description'] ?? '']: 'Typed at once' };
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  });
  await engine.drain('units');
  expect(await engine.job.buildium.get(`/v1/rentals/units/${unitId}`)).toMatchObject({
    value: { Description: 'Typed at once' },
  });
});

test('A row that somebody deletes before it is known whose it is is missed', async () => {
  const { unitId } = await whileBeingMade('9', ({ tableId, recordId }) =>
    engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] }),
  );
  const marks = await engine.database.query(
    `select entity_id as id, reason from marks where entity_id = $1`,
    [unitId],
  );
  expect(marks).toEqual([{ id: unitId, reason: 'row deleted in Airtable' }]);
});
