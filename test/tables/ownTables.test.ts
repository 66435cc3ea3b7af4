import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defineOwnTable, KEY_COLUMN } from '../../shared/tables/define.ts';
import { noiTable } from '../../shared/tables/noi.ts';
import { ownershipTable } from '../../shared/tables/ownership.ts';
import { listAudit } from '../../server/db/audit.ts';
import { ensureOwnTables, openOwnTable } from '../../server/jobs/ownTables/ownTables.ts';
import { readOwnRows, type OwnValues } from '../../server/jobs/ownTables/ownRows.ts';
import { upsertOwnRows, writeOwnRows } from '../../server/jobs/ownTables/ownRowWrites.ts';
import { repair } from '../../server/jobs/connect/repair.ts';
import { checkSchema } from '../../server/jobs/checkSchema.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { gridOf } from '../support/journeyBase.ts';

let engine: Engine;
let propertyId: string;
beforeAll(async () => {
  engine = await startEngine();
  const [row] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'properties' and standing = 'linked' order by 1 limit 1`,
  );
  propertyId = row?.id ?? '';
}, 60_000);
afterAll(() => engine.close());

const rowsOf = (table: string) => {
  const { world } = engine.network.airtable;
  return gridOf(world, engine.network.airtable.baseId, () => engine.job.clock.nowMs()).rows(table);
};

async function valueOf<T>(
  result: Promise<{ ok: true; value: T } | { ok: false; error: { message: string } }>,
) {
  const settled = await result;
  if (!settled.ok) throw new Error(settled.error.message);
  return settled.value;
}

const upsert = (rows: Record<string, OwnValues>) =>
  valueOf(upsertOwnRows(engine.job, noiTable, new Map(Object.entries(rows))));

const NOI: OwnValues = {
  name: 'Maple, October 2026',
  month: '2026-10-01',
  basis: 'Cash',
  noi: 123_450,
  version: 1,
};

describe('a table of ours', () => {
  test('is there after set-up, with the types and descriptions that it is defined with', async () => {
    const tables = await valueOf(engine.job.airtable.tables());
    const made = tables.find(({ name }) => name === 'Ownership');
    expect(made?.description).toBe(ownershipTable.description);
    expect(made?.fields.find(({ name }) => name === 'Percent')).toMatchObject({
      type: 'percent',
      options: { precision: 4 },
      description: 'More than 0 and at most 100, with up to four decimals.',
    });
  });

  test('takes a table of its name that is there, and adds beside what does not fit', async () => {
    await engine.inAirtable('createTable', {
      name: 'Scores',
      fields: [
        { name: 'Title', type: 'singleLineText' },
        { name: 'Amount', type: 'singleLineText' },
      ],
    });
    const scores = defineOwnTable({
      name: 'scores',
      table: 'Scores',
      description: 'For this test.',
      keyColumn: 'key',
      columns: [
        { key: 'name', column: 'Title', kind: 'text', description: 'Its name.' },
        { key: 'amount', column: 'Amount', kind: 'money', description: 'An amount.' },
        KEY_COLUMN,
      ],
    });
    const change = await valueOf(ensureOwnTables(engine.job, [scores]));
    expect(change).toEqual({ tablesCreated: [], fieldsCreated: ['Scores.Amount (Buildium)', 'Scores.Key'] });
    await valueOf(
      upsertOwnRows(engine.job, scores, new Map([['a', { key: 'a', name: 'A', amount: 5_000 }]])),
    );
    expect(rowsOf('Scores')[0]?.cells).toMatchObject({ Title: 'A', 'Amount (Buildium)': 50, Key: 'a' });
  });
});

describe('rows that we write', () => {
  test('are made once, and written again only where a cell differs', async () => {
    const wanted = { a: { ...NOI, property: [propertyId] }, b: { ...NOI, name: 'Oak', noi: -100 } };
    expect(await upsert(wanted)).toMatchObject({ unchanged: 0, refused: [] });
    const since = engine.calls.length;
    expect(await upsert(wanted)).toMatchObject({ written: [], unchanged: 2 });
    expect(engine.airtableWrites(since)).toEqual([]);
    expect(await upsert({ ...wanted, b: { ...wanted.b, noi: 0 } })).toMatchObject({ unchanged: 1 });
    expect(rowsOf('NOI').map(({ cells }) => [cells['Key'], cells['NOI']])).toEqual([
      ['a', 1234.5],
      ['b', 0],
    ]);
  });

  test('are put right again where a person typed over them; the person’s own columns stay', async () => {
    const [row] = rowsOf('NOI');
    await engine.inAirtable('addField', { table: 'NOI', field: { name: 'Mine', type: 'singleLineText' } });
    const fields = { NOI: 1, Mine: 'looked at' };
    await engine.inAirtable('updateRecords', { table: 'NOI', records: [{ id: row?.id, fields }] });
    await upsert({ a: { ...NOI, property: [propertyId] } });
    expect(rowsOf('NOI')[0]).toMatchObject({ id: row?.id, cells: { NOI: 1234.5, Mine: 'looked at' } });
  });

  test('are made anew where a person deleted them, and found by their key where we forgot them', async () => {
    const [row] = rowsOf('NOI');
    await engine.inAirtable('deleteRecords', { table: 'NOI', ids: [row?.id] });
    await upsert({ a: NOI });
    await engine.database.execute(`delete from own_rows`);
    await upsert({ a: NOI, b: { ...NOI, name: 'Oak', noi: 0 } });
    expect(rowsOf('NOI').map(({ cells }) => cells['Key'])).toEqual(['b', 'a']);
  });

  test('get a choice back that a person took out of the select', async () => {
    await engine.inAirtable('deleteSelectOption', { table: 'NOI', field: 'Outcome', option: 'Calculated' });
    await checkSchema(engine.job);
    await upsert({ a: { ...NOI, outcome: 'Calculated' } });
    expect(rowsOf('NOI').find(({ cells }) => cells['Key'] === 'a')?.cells['Outcome']).toBe('Calculated');
  });
});

describe('rows that people enter', () => {
  test('are read in canonical form, and a value without one is said with its column', async () => {
    const owner = rowsOf('Owners')[0]?.id;
    const property = rowsOf('Properties')[0]?.id;
    await engine.inAirtable('createRecords', {
      table: 'Ownership',
      records: [
        { fields: { Property: [property], Owner: [owner], Percent: 0.333333, From: '2026-01-01' } },
        { fields: { Percent: 0.33333333 } },
      ],
    });
    const rows = await valueOf(readOwnRows(engine.job, ownershipTable));
    rows.sort((a, b) => a.problems.length - b.problems.length);
    expect(rows[0]).toMatchObject({
      values: { percent: 333_333, from: '2026-01-01', to: null, property: [expect.stringMatching(/^\d+$/)] },
      problems: [],
    });
    expect(rows[1]?.problems).toEqual([
      { key: 'percent', column: 'Percent', message: 'Percent has more than four decimals (33.333333%)' },
    ]);
    const some = await valueOf(
      readOwnRows(engine.job, ownershipTable, { recordIds: [rows[1]?.recordId ?? '', 'recGONE0000000000'] }),
    );
    expect(some.map(({ recordId }) => recordId)).toEqual([rows[1]?.recordId]);
  });

  test('get our word about them and nothing else', async () => {
    const rows = await valueOf(readOwnRows(engine.job, ownershipTable));
    const row = rows.find(({ values }) => values['percent'] !== undefined);
    const said = [{ recordId: row?.recordId ?? '', values: { state: 'Problem', note: 'No.' } }];
    await valueOf(writeOwnRows(engine.job, ownershipTable, said));
    const since = engine.calls.length;
    expect(await valueOf(writeOwnRows(engine.job, ownershipTable, said))).toMatchObject({ unchanged: 1 });
    expect(engine.airtableWrites(since)).toEqual([]);
    expect(rowsOf('Ownership').find(({ id }) => id === row?.recordId)?.cells).toMatchObject({
      State: 'Problem',
      Percent: 0.333333,
    });
  });
});

describe('what people change in the base', () => {
  test('a renamed table and field are the same ones', async () => {
    await engine.inAirtable('renameTable', { table: 'NOI', name: 'Net income' });
    await engine.inAirtable('renameField', { table: 'Net income', field: 'NOI', name: 'Result' });
    await checkSchema(engine.job);
    await upsert({ a: { ...NOI, noi: 700 } });
    expect(rowsOf('Net income').find(({ cells }) => cells['Key'] === 'a')?.cells['Result']).toBe(7);
    expect(rowsOf('Net income')).toHaveLength(2);
  });

  test('a deleted field is left alone with a sentence, and repair brings it back', async () => {
    await engine.inAirtable('deleteField', { table: 'Net income', field: 'Result' });
    await checkSchema(engine.job);
    const outcome = await upsert({ a: { ...NOI, noi: 900 } });
    expect(outcome.leftAlone).toEqual({
      noi: expect.stringContaining('The field "NOI" was deleted from "Net income"'),
    });
    const repaired = await valueOf(repair(engine.job, 'test', null));
    expect(repaired.fieldsCreated).toContain('Net income.NOI');
    await upsert({ a: { ...NOI, noi: 900 } });
    expect(rowsOf('Net income').find(({ cells }) => cells['Key'] === 'a')?.cells['NOI']).toBe(9);
  });

  test('a deleted table stops what needs it, and repair makes it anew with its rows', async () => {
    await engine.inAirtable('deleteTable', { table: 'Net income' });
    await checkSchema(engine.job);
    const opened = await openOwnTable(engine.job, noiTable);
    expect(opened).toMatchObject({ ok: false, error: { kind: 'notReady' } });
    expect(opened.ok ? '' : opened.error.message).toContain('npm run cli -- repair');
    await valueOf(repair(engine.job, 'test', null));
    await upsert({ a: NOI });
    expect(rowsOf('NOI').map(({ cells }) => cells['Key'])).toEqual(['a']);
    const filter = { entityId: null, airtableRecordId: null, action: null, actor: null, beforeId: null };
    const audit = await listAudit(engine.database, engine.job.connectionId, {
      ...{ ...filter, resource: 'noi', limit: 50 },
    });
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['tableCreated', 'fieldQuarantined']),
    );
  });
});
