import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { attach, detach } from '../../server/jobs/losses/detach.ts';
import { showHeld } from '../../server/jobs/losses/held.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 } });
}, 60_000);
afterAll(() => engine.close());

const held = (): ReturnType<typeof showHeld> =>
  showHeld(engine.job, { kinds: null, resource: null, after: null, limit: 50 });

/** As after so long a time. */
async function later(interval: string): Promise<void> {
  await engine.database.execute(
    `update marks set since = since - $1::interval, not_before = not_before - $1::interval`,
    [interval],
  );
  for (const resource of ['properties', 'units']) await engine.drain(resource);
}

test('A row that was copied twice and deleted is held with the reason, nothing is tried again without end, and the copy that is left becomes the row', async () => {
  const [unit] = engine.network.buildium.world.records.units.values();
  const unitId = String(unit?.id);
  const id = String(unit?.propertyId);
  const { tableId, recordId } = await engine.rowOf('properties', id);
  const copies: string[] = [];
  for (let copy = 0; copy < 2; copy += 1) {
    const made = await engine.inAirtable('duplicateRecord', { table: tableId, id: recordId });
    copies.push(String(made['id']));
  }
  await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
  await hearAirtable(engine.job);
  await engine.mark('units', [unitId]);
  for (const resource of ['units', 'properties']) await engine.drain(resource);
  await later('31 minutes');

  const parked = (await held()).find(({ kind }) => kind === 'parked');
  expect(parked).toMatchObject({ resource: 'properties', entityId: id });
  expect(parked?.reason).toMatch(
    new RegExp(`(?=.*${copies[0]})(?=.*${copies[1]}).*Buildium ID ${id}.*Delete`),
  );
  expect(await held()).toContainEqual(
    expect.objectContaining({
      ...{ kind: 'waiting', resource: 'units', entityId: unitId },
      waitingFor: { resource: 'properties', entityId: id },
    }),
  );

  const since = engine.calls.length;
  await later('1 hour');
  await later('1 hour');
  expect(engine.airtableWrites(since)).toEqual([]);
  // News of the unit is no reason to try for the property again what a person has to set right first.
  await engine.mark('units', [unitId]);
  for (const resource of ['units', 'properties']) await engine.drain(resource);
  expect(engine.airtableWrites(since).map(({ kind }) => kind)).not.toContain('records.upsert');

  await engine.inAirtable('deleteRecords', { table: tableId, ids: copies.slice(0, 1) });
  await hearAirtable(engine.job);
  for (const resource of ['properties', 'units']) await engine.drain(resource);
  expect((await engine.rowOf('properties', id)).recordId).toBe(copies[1]);
  expect(await engine.cellsOf('units', unitId)).toMatchObject({ property: [copies[1]] });
  expect(await held()).toEqual([]);
});

/** A unit's row whose pause box is ticked, and its copy, whose box is ticked as well. */
async function copiedWhilePaused(id: string): Promise<{
  recordId: string;
  copy: string;
  type(record: string, key: string, value: unknown): Promise<unknown>;
  remove(record: string): Promise<unknown>;
}> {
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  const type = (record: string, key: string, value: unknown): Promise<unknown> =>
    engine.inAirtable('updateRecords', {
      table: tableId,
      records: [{ id: record, fields: { [fieldIds[key] ?? '']: value } }],
    });
  const remove = (record: string): Promise<unknown> =>
    engine.inAirtable('deleteRecords', { table: tableId, ids: [record] });
  await type(recordId, 'pauseSync', true);
  await hearAirtable(engine.job);
  await engine.drain('units');
  const copy = String((await engine.inAirtable('duplicateRecord', { table: tableId, id: recordId }))['id']);
  return { recordId, copy, type, remove };
}

test('The copy of a paused row that is left when the row is deleted rests as the row did, with what was typed into it', async () => {
  const [unit] = engine.network.buildium.world.records.units.values();
  const id = String(unit?.id);
  const { recordId, copy, type, remove } = await copiedWhilePaused(id);
  await remove(recordId);
  await type(copy, 'marketRent', 1999);
  await engine.inBuildium('changeMarketRent', { unitId: unit?.id, marketRent: 1888 });
  await hearAirtable(engine.job);
  await later('31 minutes');

  expect((await engine.rowOf('units', id)).recordId).toBe(copy);
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1999, syncStatus: 'Paused' });
  expect(await held()).toMatchObject([{ kind: 'paused', resource: 'units', entityId: id }]);

  await type(copy, 'pauseSync', false);
  await hearAirtable(engine.job);
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1999, syncStatus: 'Conflict' });
});

test('So does the copy that is left when the row was taken out of the sync, deleted and taken back', async () => {
  const [, unit] = engine.network.buildium.world.records.units.values();
  const ref = { resource: 'units', entityId: String(unit?.id) };
  const { recordId, copy, type, remove } = await copiedWhilePaused(ref.entityId);
  await hearAirtable(engine.job);
  await detach(engine.job, ref, 'jo');
  await remove(recordId);
  await type(copy, 'marketRent', 1777);
  await hearAirtable(engine.job);
  // What was sent when its row was made is long forgotten.
  await engine.database.execute(`delete from sent where resource = 'units'`);
  await attach(engine.job, ref, 'jo');
  await engine.drain('units');

  expect((await engine.rowOf('units', ref.entityId)).recordId).toBe(copy);
  expect(await engine.cellsOf('units', ref.entityId)).toMatchObject({
    ...{ marketRent: 1777, syncStatus: 'Paused' },
  });
  expect(await held()).toContainEqual(expect.objectContaining({ kind: 'paused', ...ref }));
});
