import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { saveSent, sentTo } from '../../server/db/sent.ts';
import { listOpenNotices } from '../../server/db/notices.ts';
import { showConflicts } from '../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { journeyClock, type JourneyClock } from '../support/journeyClock.ts';
import { eventually } from '../support/journeyEventually.ts';

let engine: Engine;
let clock: JourneyClock;
beforeAll(async () => {
  clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  engine = await startEngine({ clock, settings: { twoWay: true, stillSeconds: 0 } });
}, 90_000);
afterAll(() => engine.close());

type Row = {
  unitId: string;
  tableId: string;
  recordId: string;
  fieldIds: Record<string, string>;
  status: string;
};

async function newUnit(unitNumber: string): Promise<string> {
  const property = await engine.job.buildium.get('/v1/rentals/1001');
  const { Address } = (property.ok ? property.value : {}) as { Address?: unknown };
  const rooms = { UnitBedrooms: 'OneBed', UnitBathrooms: 'OneBath' };
  const body = { PropertyId: 1001, Address, UnitNumber: unitNumber, ...rooms };
  return String((await engine.inBuildium('createUnit', { body }))['unitId']);
}

/** The rows that carry the unit's Buildium id, as soon as there is one. */
async function rowsOf(unitId: string): Promise<Row[]> {
  const [other] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  const { tableId, fieldIds } = await engine.rowOf('units', other?.id ?? '');
  const { buildiumId = '', syncStatus = '' } = fieldIds;
  return eventually(async () => {
    const found = await engine.job.airtable.recordsByFieldValue(
      tableId,
      buildiumId,
      [unitId],
      [buildiumId, syncStatus],
    );
    if (!found.ok || found.value.length === 0) throw new Error('The row is not made yet.');
    return found.value.map(({ id, fields }) => ({
      ...{ unitId, tableId, recordId: id, fieldIds, status: String(fields[syncStatus]) },
    }));
  });
}

/** A unit's row is made, somebody works in it, and only then does the batch come to remember whose row it is. */
async function whileBeingMade(unitNumber: string, work: (row: Row) => Promise<unknown>): Promise<Row> {
  await hearAirtable(engine.job);
  const unitId = await newUnit(unitNumber);
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

  const [row] = await rowsOf(unitId);
  if (!row) throw new Error('The row is not made.');
  const { recordId } = row;
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

test('Of a row whose making got no answer and its copy the first is the one that is synced, and the copy is announced', async () => {
  const unitId = await newUnit('10');
  engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: 'tornAfter' } }]);
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  const [row] = await rowsOf(unitId);
  const copy = await engine.inAirtable('duplicateRecord', { table: row?.tableId, id: row?.recordId });
  await hearAirtable(engine.job);
  await engine.database.execute(`delete from side_health`);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');
  expect((await engine.rowOf('units', unitId)).recordId).toBe(row?.recordId);
  await hearAirtable(engine.job);
  const notices = await listOpenNotices(engine.database, engine.job.connectionId, 50);
  expect(notices.filter(({ entityId }) => entityId === unitId)).toEqual([
    expect.objectContaining({ kind: 'copy', message: expect.stringContaining(String(copy['id'])) }),
  ]);
});

test('What our own late write went over in a row that nobody knew yet is kept', async () => {
  const unitId = await newUnit('12');
  const lookAgain = async (): Promise<void> => {
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = since`);
    await engine.drain('units');
  };
  const effects = [{ kind: 'lateEffect', delayMs: 6_000 }, { kind: 'tornAfter' }] as const;
  engine.network.airtable.faults.add(effects.map((effect) => ({ method: 'PATCH', times: 1, effect })));
  await engine.mark('units', [unitId]);
  await lookAgain();
  await lookAgain();
  const [row] = await rowsOf(unitId);
  const description = row?.fieldIds['description'] ?? '';
  const records = [{ id: row?.recordId, fields: { [description]: 'Typed' } }];
  await engine.inAirtable('updateRecords', { table: row?.tableId, records });
  // So long after it nobody waits any more for a row to become known.
  clock.advanceMs(6 * 60_000);
  await hearAirtable(engine.job);
  await eventually(async () => {
    const read = await engine.job.airtable.recordsById(
      row?.tableId ?? '',
      [row?.recordId ?? ''],
      [description],
    );
    expect(read.ok && read.value.map(({ fields }) => fields[description])).toEqual([undefined]);
  });
  await hearAirtable(engine.job);
  await lookAgain();
  await hearAirtable(engine.job);
  const filter = { state: null, resource: 'units', entityId: unitId, afterId: null, limit: 10 };
  const { conflicts } = await showConflicts(engine.job, filter);
  expect(conflicts.map(({ kind, field, airtable }) => [kind, field.key, airtable])).toEqual([
    ['overwritten', 'description', 'Typed'],
  ]);
});

test('A row that comes to be after its unit was deleted in Buildium says that it was', async () => {
  const unitId = await newUnit('11');
  engine.network.airtable.faults.add([
    { method: 'PATCH', times: 1, effect: { kind: 'lateEffect', delayMs: 3_000 } },
  ]);
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  await engine.inBuildium('deleteRecord', { kind: 'unit', id: Number(unitId) });
  await engine.database.execute(`delete from side_health`);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('units');
  expect(
    await engine.database.query(
      `select standing, airtable_record_id as row from links where entity_id = $1`,
      [unitId],
    ),
  ).toEqual([{ standing: 'deletedInBuildium', row: null }]);
  expect((await rowsOf(unitId)).map(({ status }) => status)).toEqual(['Synced']);
  await hearAirtable(engine.job);
  await engine.drain('units');
  expect((await rowsOf(unitId)).map(({ status }) => status)).toEqual(['Deleted in Buildium']);
});

test('What was sent is told entity by entity, in whatever order the claims of a batch came to be', async () => {
  const { database } = engine;
  const { connectionId } = engine.job;
  const at = new Date(clock.nowMs()).toISOString();
  const sent = (entityId: string, fence: number) => ({
    ...{ resource: 'units', entityId, side: 'airtable' as const, fence, digests: {}, isCreate: false },
  });
  await saveSent(database, connectionId, [sent('b', 900_001), sent('a', 900_003), sent('a', 900_002)], at);
  const rows = await sentTo(database, connectionId, 'units', ['a', 'b']);
  expect(rows.map(({ entityId, fence }) => [entityId, fence])).toEqual([
    ['a', 900_002],
    ['a', 900_003],
    ['b', 900_001],
  ]);
});
