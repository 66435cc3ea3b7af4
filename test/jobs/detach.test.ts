import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listOpenNotices } from '../../server/db/notices.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { attach, detach } from '../../server/jobs/losses/detach.ts';
import { showHeld } from '../../server/jobs/losses/held.ts';
import { recordTimeline } from '../../server/jobs/audit/timeline.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
let ids: string[];
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 } });
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'properties' and standing = 'linked' order by 1`,
  );
  ids = rows.map((row) => row.id);
}, 60_000);
afterAll(() => engine.close());
beforeEach(async () => {
  await hearAirtable(engine.job);
  await engine.database.execute(`delete from marks`);
  // Another day: three properties are so few that a second row deleted within a day is for a person to decide.
  await engine.database.execute(`delete from losses`);
});

const held = async (): Promise<(string | null)[][]> => {
  const rows = await showHeld(engine.job, { kinds: null, resource: null, after: null, limit: 50 });
  return rows.map(({ kind, resource, entityId, airtableRecordId }) => [
    kind,
    resource,
    entityId,
    airtableRecordId,
  ]);
};
const hearAndLook = async (): Promise<void> => {
  await hearAirtable(engine.job);
  await engine.database.execute(`update marks set not_before = since`);
  await engine.drain('properties');
};

/** A row is deleted, and half an hour later the sync makes it anew. */
async function replaced(id: string): Promise<{ tableId: string; old: string; anew: string }> {
  const { tableId, recordId } = await engine.rowOf('properties', id);
  await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
  await hearAirtable(engine.job);
  await engine.database.execute(`update marks set since = since - interval '1 hour', not_before = since`);
  await engine.drain('properties');
  const { recordId: anew } = await engine.rowOf('properties', id);
  expect(anew).not.toBe(recordId);
  return { tableId, old: recordId, anew };
}

async function rowsOf(tableId: string, id: string): Promise<string[]> {
  const mapping = await engine.rowOf('properties', id);
  const field = mapping.fieldIds['buildiumId'] ?? '';
  const read = await engine.job.airtable.recordsByFieldValue(tableId, field, [id], [field]);
  return read.ok ? read.value.map((record) => record.id) : [read.error.message];
}

describe('an undo that brings a row back after it was made anew', () => {
  test('leaves one row: the old one, where people had worked in it, with what Buildium shows now', async () => {
    const [id = ''] = ids;
    const before = await engine.rowOf('properties', id);
    const managedFrom = before.fieldIds['managedFrom'] ?? '';
    await engine.inAirtable('updateRecords', {
      table: before.tableId,
      records: [{ id: before.recordId, fields: { [managedFrom]: '2026-01-01' } }],
    });
    const { tableId, old } = await replaced(id);
    await engine.inBuildium('updateProperty', { id: Number(id), patch: { Name: 'Harbour House' } });
    await engine.mark('properties', [id]);
    await engine.drain('properties');

    await engine.inAirtable('undoDelete', { ids: [old] });
    await hearAndLook();
    expect(await rowsOf(tableId, id)).toEqual([old]);
    expect(await engine.cellsOf('properties', id)).toMatchObject({
      name: 'Harbour House',
      managedFrom: '2026-01-01',
    });
    expect(await held()).toEqual([]);
  });

  test('leaves the new one, where nobody had put anything of their own into the old one', async () => {
    const [, id = ''] = ids;
    const { tableId, old, anew } = await replaced(id);
    await engine.inAirtable('undoDelete', { ids: [old] });
    await hearAndLook();
    expect(await rowsOf(tableId, id)).toEqual([anew]);
    const told = await recordTimeline(engine.job, anew, { before: null, limit: 20 });
    const steps = told.ok ? (told.value?.steps ?? []) : [];
    expect(steps.map(({ sentence }) => sentence)).toContain(
      'A second row of the same entity, in which nobody had worked, was removed.',
    );
  });

  test('brings back what was typed into it just before it was deleted', async () => {
    const [, id = ''] = ids;
    const { tableId, recordId, fieldIds } = await engine.rowOf('properties', id);
    const fields = { [fieldIds['name'] ?? '']: 'Typed in haste' };
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    const { old } = await replaced(id);
    await engine.inAirtable('undoDelete', { ids: [old] });
    await hearAndLook();
    expect(await rowsOf(tableId, id)).toEqual([old]);
    expect((await engine.cellsOf('properties', id))['name']).toBe('Typed in haste');
    expect((await engine.job.buildium.get(`/v1/rentals/${id}`)) as unknown).toMatchObject({
      value: { Name: 'Typed in haste' },
    });
  });

  test('brings back what was typed into it while it was paused, pause and all', async () => {
    const [, id = ''] = ids;
    const { tableId, recordId, fieldIds } = await engine.rowOf('properties', id);
    const type = (cells: Record<string, unknown>): Promise<unknown> => {
      const fields = Object.fromEntries(
        Object.entries(cells).map(([key, cell]) => [fieldIds[key] ?? '', cell]),
      );
      return engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    };
    for (const cells of [{ pauseSync: true }, { city: 'Salem' }]) {
      await type(cells);
      await hearAndLook();
    }
    // Paused it rests, and only then is it deleted.
    await engine.mark('properties', [id]);
    await engine.drain('properties');
    const { old } = await replaced(id);
    await engine.inAirtable('undoDelete', { ids: [old] });
    await hearAndLook();
    expect(await rowsOf(tableId, id)).toEqual([old]);
    expect(await engine.cellsOf('properties', id)).toMatchObject({ city: 'Salem', pauseSync: true });
    await type({ pauseSync: null });
    await hearAndLook();
    expect(await engine.job.buildium.get(`/v1/rentals/${id}`)).toMatchObject({
      value: { Address: { City: 'Salem' } },
    });
  });

  test('brings back what was typed into it while it was out of the sync', async () => {
    const [, id = ''] = ids;
    const ref = { resource: 'properties', entityId: id };
    const { tableId, recordId, fieldIds } = await engine.rowOf('properties', id);
    await detach(engine.job, ref, 'jo');
    await hearAndLook();
    const fields = { [fieldIds['city'] ?? '']: 'Lynn' };
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    await hearAndLook();
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
    await hearAndLook();
    await attach(engine.job, ref, 'jo');
    await hearAndLook();
    expect((await engine.rowOf('properties', id)).recordId).not.toBe(recordId);
    await engine.inAirtable('undoDelete', { ids: [recordId] });
    await hearAndLook();
    expect(await rowsOf(tableId, id)).toEqual([recordId]);
    expect((await engine.cellsOf('properties', id))['city']).toBe('Lynn');
  });

  test('leaves both where people have worked in both, the old one listed as a copy', async () => {
    const [, , id = ''] = ids;
    const before = await engine.rowOf('properties', id);
    const fields = { [before.fieldIds['managedFrom'] ?? '']: '2026-01-01' };
    const { tableId, recordId } = before;
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    const { old, anew } = await replaced(id);
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: anew, fields }] });
    await engine.inAirtable('undoDelete', { ids: [old] });
    await hearAndLook();
    expect((await rowsOf(tableId, id)).sort()).toEqual([old, anew].sort());
    expect(await held()).toEqual([['copy', 'properties', id, old]]);
    const told = (await listOpenNotices(engine.database, engine.job.connectionId, 10)).map(
      (one) => one.message,
    );
    expect(told).toEqual([
      expect.stringContaining(`Row ${old}, which an undo brought back, is a second row`),
    ]);
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [old] });
    await hearAndLook();
    expect(await held()).toEqual([]);
    expect(await listOpenNotices(engine.database, engine.job.connectionId, 10)).toEqual([]);
    expect((await engine.rowOf('properties', id)).recordId).toBe(anew);
  });
});

describe('an undo that brings a row back while another one was made that nobody knows of', () => {
  /** A row is deleted, another one is made without an answer, and the first one comes back. @returns the two. */
  async function madeUnheard(id: string, typed: Record<string, string> = {}): Promise<string[]> {
    const { tableId, recordId, fieldIds } = await engine.rowOf('properties', id);
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
    await hearAirtable(engine.job);
    await engine.database.execute(`update marks set since = since - interval '1 hour', not_before = since`);
    engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: 'tornAfter' } }]);
    await engine.drain('properties');
    await engine.database.execute(`delete from side_health`);
    const [made = ''] = await rowsOf(tableId, id);
    const fields = Object.fromEntries(
      Object.entries(typed).map(([key, cell]) => [fieldIds[key] ?? '', cell]),
    );
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: made, fields }] });
    await engine.inAirtable('undoDelete', { ids: [recordId] });
    expect((await rowsOf(tableId, id)).sort()).toEqual([made, recordId].sort());
    await hearAndLook();
    return [recordId, made];
  }

  test('leaves the old one, where nobody had worked in the other', async () => {
    const [id = ''] = ids;
    const { tableId } = await engine.rowOf('properties', id);
    const [old] = await madeUnheard(id);
    expect(await rowsOf(tableId, id)).toEqual([old]);
    expect((await engine.rowOf('properties', id)).recordId).toBe(old);
    expect(await held()).toEqual([]);
  });

  test('leaves the one in which somebody has typed, and what was typed', async () => {
    const [, id = ''] = ids;
    const { tableId } = await engine.rowOf('properties', id);
    const [, made] = await madeUnheard(id, { city: 'Quincy' });
    await engine.drain('properties');
    expect(await rowsOf(tableId, id)).toEqual([made]);
    expect(await engine.cellsOf('properties', id)).toMatchObject({ city: 'Quincy' });
    expect(await engine.job.buildium.get(`/v1/rentals/${id}`)).toMatchObject({
      value: { Address: { City: 'Quincy' } },
    });
  });
});

describe('a row that stands for nothing in Buildium', () => {
  test('is listed until it is gone, and never sent: typed, copied, and a copy whose id was cleared', async () => {
    const [id = ''] = ids;
    const { tableId, recordId, fieldIds } = await engine.rowOf('properties', id);
    const typed = await engine.inAirtable('createRecords', {
      table: tableId,
      records: [{ fields: { [fieldIds['name'] ?? '']: 'A house of mine' } }],
    });
    const copy = await engine.inAirtable('duplicateRecord', { table: tableId, id: recordId });
    const [typedId] = typed['ids'] as string[];
    const copyId = String(copy['id']);
    const since = engine.calls.length;
    await hearAndLook();
    expect(await held()).toEqual([
      ['unlinked', 'properties', '', typedId],
      ['copy', 'properties', id, copyId],
    ]);
    const told = await recordTimeline(engine.job, copyId, { before: null, limit: 5 });
    expect(told.ok && told.value?.now.sentence).toContain(`It is a copy of property ${id}`);

    const fields = { [fieldIds['buildiumId'] ?? '']: '' };
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: copyId, fields }] });
    await hearAndLook();
    expect((await held()).map(([kind]) => kind)).toEqual(['unlinked', 'unlinked']);
    expect(await listOpenNotices(engine.database, engine.job.connectionId, 10)).toEqual([]);

    await engine.inAirtable('deleteRecords', { table: tableId, ids: [typedId, copyId] });
    await hearAndLook();
    expect(await held()).toEqual([]);
    expect(engine.airtableWrites(since)).toEqual([]);
  });

  test('nobody is told to delete a copy that has taken the place of its deleted original', async () => {
    const [, , id = ''] = ids;
    const { tableId, recordId } = await engine.rowOf('properties', id);
    const copy = await engine.inAirtable('duplicateRecord', { table: tableId, id: recordId });
    await hearAndLook();
    const openNotices = async (): Promise<string[]> =>
      (await listOpenNotices(engine.database, engine.job.connectionId, 10)).map(({ message }) => message);
    expect(await openNotices()).toEqual([expect.stringContaining(`is a copy of property ${id}`)]);

    expect((await replaced(id)).anew).toBe(copy['id']);
    expect(await openNotices()).toEqual([]);
    expect(await held()).toEqual([]);
  });

  test('a cleared Buildium id is put back into the row that it belongs to', async () => {
    const [id = ''] = ids;
    const { tableId, recordId, fieldIds } = await engine.rowOf('properties', id);
    const fields = { [fieldIds['buildiumId'] ?? '']: '' };
    await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    await hearAndLook();
    expect(await engine.cellsOf('properties', id)).toMatchObject({ buildiumId: id });
    const told = await recordTimeline(engine.job, recordId, { before: null, limit: 5 });
    const steps = told.ok ? (told.value?.steps ?? []) : [];
    expect(steps.map(({ sentence }) => sentence)).toContain(
      'Its row was changed in Airtable: its Buildium ID had been cleared or changed and was put back (edited in Airtable).',
    );
  });
});

test('two people who take a row out of the sync at once have done it once', async () => {
  const [id = ''] = ids;
  const ref = { resource: 'properties', entityId: id };
  const both = await Promise.all([detach(engine.job, ref, 'jo'), detach(engine.job, ref, 'sam')]);
  expect(both.map(({ ok }) => ok)).toEqual([true, true]);
  const audit = await engine.database.query(
    `select 1 from audit where action = 'detached' and resource = 'properties' and entity_id = $1`,
    [id],
  );
  expect(audit).toHaveLength(1);
  expect((await attach(engine.job, ref, 'jo')).ok).toBe(true);
});
