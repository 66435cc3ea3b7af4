import { createHash } from 'node:crypto';
import type { NoiLine } from '../../server/accounting/noi.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ownersOfRun } from '../../server/accounting/statement.ts';
import { readEntered } from '../../server/jobs/entered/entered.ts';
import { statementPdf } from '../../server/jobs/money/statementPdf.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { calculated, cellsByKey, dollars, MONTH, rowsOf, written } from './month.ts';

const month = MONTH.from.slice(0, 7);

let engine: Engine;
let owners: { record: string; id: number }[];
let shared: { record: string; id: number };
beforeAll(async () => {
  engine = await startEngine();
  const property = rowsOf(engine, 'Properties').find(
    ({ cells }) => cells['Name'] === 'Harbor View Apartments',
  );
  if (!property) throw new Error('The story has no Harbor View Apartments');
  shared = { record: property.id, id: Number(property.cells['Buildium ID']) };
  owners = rowsOf(engine, 'Owners')
    .filter(({ cells }) => (cells['Properties'] as string[]).includes('Harbor View Apartments'))
    .map(({ id, cells }) => ({ record: id, id: Number(cells['Buildium ID']) }))
    .sort((a, b) => a.id - b.id);
}, 60_000);
afterAll(() => engine.close());

const propertyKey = (id: number): string => `property ${id} ${month} cash`;

test('a property without percentages has no figures, and its row says what to enter; its owners get no statement', async () => {
  const { run } = await calculated(engine);
  expect(await written(engine, run.runId)).toMatchObject({ problems: [], skipped: null });
  const row = cellsByKey(engine, 'NOI').get(propertyKey(shared.id));
  expect(row).toMatchObject({ Outcome: 'Stopped by a check', Checks: expect.stringMatching(/Ownership/) });
  expect(row).not.toHaveProperty('NOI', expect.any(Number));
  expect([...cellsByKey(engine, 'Owner Statements').keys()]).not.toContain(
    `owner ${owners[0]?.id} ${month} cash`,
  );
});

/** Owners' own money is no result: what they drew or paid in is left out, whatever class it has. */
function belowTheLine(lines: readonly NoiLine[]): number {
  return lines
    .filter(
      ({ isCounted, noiClass, name }) =>
        !isCounted && ['nonOperating', 'capital', 'financing'].includes(noiClass) && !/^Owner /.test(name),
    )
    .reduce((sum, { effectCents }) => sum + effectCents, 0);
}

describe('with shares and rules entered', () => {
  beforeAll(async () => {
    const shares = owners.map(({ record }, index) => ({
      fields: { Property: [shared.record], Owner: [record], Percent: index === 0 ? 0.6 : 0.4 },
    }));
    await engine.inAirtable('createRecords', { table: 'Ownership', records: shares });
    await engine.inAirtable('createRecords', {
      table: 'Distribution Rules',
      records: [
        { fields: { Order: 1, Rule: 'NOI less reserve', 'Reserve Target': 2500 } },
        { fields: { Order: 2, Rule: 'Percent of what is left', Percent: 0.8 } },
      ],
    });
    const entered = await readEntered(engine.job);
    expect(entered).toEqual({ ok: true, value: [] });
  });

  test('every row shows the run’s figures, to the cent', async () => {
    const { run, result } = await calculated(engine);
    expect(run.version).toBe(2);
    await written(engine, run.runId);
    const noi = cellsByKey(engine, 'NOI');
    for (const { propertyId, statement } of result.properties)
      expect(noi.get(propertyKey(propertyId))).toMatchObject({
        'Operating Income': dollars(statement.incomeCents),
        'Operating Expenses': dollars(statement.expenseCents),
        NOI: dollars(statement.noiCents),
        'Below the Line': dollars(belowTheLine(statement.lines)),
        Version: 2,
        Run: run.runId,
      });
    expect(noi.size).toBe(result.properties.length);
    const draws = [...cellsByKey(engine, 'Owner Draws').values()];
    expect(draws.length).toBe(result.properties.flatMap(({ draw }) => draw?.owners ?? []).length);
    const columns = ['NOI Share', 'From Safe Cash', 'Carried Forward', 'To Reserve', 'Percent Rule'];
    const more = ['Already Drawn', 'Held to Safe Cash', 'Raised to Zero'];
    const cents = (value: unknown): number => Math.round(Number(value ?? 0) * 100);
    for (const cells of draws) {
      const terms = [...columns, ...more].reduce((sum, column) => sum + cents(cells[column]), 0);
      expect(terms).toBe(cents(cells['Draw Before Netting']));
      expect(cents(cells['Draw'])).toBe(terms + cents(cells['Netting']));
    }
    const checks = result.checks.reduce((sum, { checkCents }) => sum + checkCents, 0);
    expect(draws.reduce((sum, cells) => sum + cents(cells['Draw']), 0)).toBe(checks);
  });

  test('each balance sheet balances, and its cash is the statements’ ending cash', async () => {
    const { run } = await calculated(engine);
    const sheets = cellsByKey(engine, 'Monthly Balance Sheet');
    for (const cells of sheets.values()) expect(cells['Out of Balance']).toBe(0);
    const statement = cellsByKey(engine, 'Owner Statements').get(`owner ${owners[0]?.id} ${month} cash`);
    expect(statement?.['Ending Cash']).toBe(sheets.get(propertyKey(shared.id))?.['Cash']);
    expect(statement?.['Run']).toBe(run.runId);
  });

  test('a second time nothing is written, whatever was asked', async () => {
    const { run, isNew } = await calculated(engine);
    expect(isNew).toBe(false);
    const since = engine.calls.length;
    await written(engine, run.runId);
    expect(engine.airtableWrites(since)).toEqual([]);
    expect(engine.calls.slice(since).map(({ kind }) => kind)).not.toContain('attachments.upload');
  });

  test('a statement has the same bytes for the same run, in Airtable and over again', async () => {
    const { run, result } = await calculated(engine);
    const [ownerId = 0] = ownersOfRun(result);
    const made = await statementPdf(engine.job, run.runId, ownerId);
    // A later change at Buildium is not of this run.
    await engine.inBuildium('updateOwner', { id: ownerId, patch: { LastName: 'Else' } });
    const again = await statementPdf(engine.job, run.runId, ownerId);
    if (!made.ok || !again.ok) throw new Error('There is no statement');
    expect(again.value.bytes.equals(made.value.bytes)).toBe(true);
    expect(made.value.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    const cell = cellsByKey(engine, 'Owner Statements').get(`owner ${ownerId} ${month} cash`)?.['Statement'];
    const [file, ...others] = cell as { url: string; filename: string }[];
    expect(others).toEqual([]);
    expect(file?.filename).toBe(made.value.filename);
    const attached = Buffer.from(await (await fetch(file?.url ?? '')).arrayBuffer());
    const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect(hash(attached)).toBe(hash(made.value.bytes));
  });

  test('an owner without a property, an unknown run: an answer in words', async () => {
    const { run } = await calculated(engine);
    expect(await statementPdf(engine.job, run.runId, 999_999)).toMatchObject({
      ok: false,
      error: { kind: 'notFound', message: expect.stringMatching(/has no property in this run/) },
    });
    expect(await statementPdf(engine.job, engine.job.newId(), 1)).toMatchObject({
      error: { kind: 'notFound' },
    });
  });

  test('a row that a person typed over is put right, and a file that they removed comes back', async () => {
    const { run } = await calculated(engine);
    const row = rowsOf(engine, 'Owner Statements').find(
      ({ cells }) => cells['Key'] === `owner ${owners[0]?.id} ${month} cash`,
    );
    const fields = { NOI: 1, Statement: [] };
    await engine.inAirtable('updateRecords', {
      table: 'Owner Statements',
      records: [{ id: row?.id, fields }],
    });
    expect(await written(engine, run.runId)).toMatchObject({ statementsUploaded: 1 });
    const after = rowsOf(engine, 'Owner Statements').find(({ id }) => id === row?.id)?.cells;
    expect(after?.['NOI']).toBe(row?.cells['NOI']);
    expect(after?.['Statement']).toHaveLength(1);
  });

  test('a new version changes the rows and replaces the file; an owner who left keeps no draw', async () => {
    const [first, second] = owners;
    const row = rowsOf(engine, 'Ownership').find(({ cells }) => cells['Percent'] === 0.4);
    await engine.inAirtable('deleteRecords', { table: 'Ownership', ids: [row?.id] });
    const rest = rowsOf(engine, 'Ownership')[0];
    await engine.inAirtable('updateRecords', {
      table: 'Ownership',
      records: [{ id: rest?.id, fields: { Percent: 1 } }],
    });
    await readEntered(engine.job);
    const { run } = await calculated(engine);
    expect(run.version).toBe(3);
    await written(engine, run.runId);
    const draws = cellsByKey(engine, 'Owner Draws');
    const key = (ownerId = 0): string => `owner ${ownerId} property ${shared.id} ${month} cash`;
    expect(draws.get(key(second?.id))).toMatchObject({
      Draw: 0,
      Checks: expect.stringMatching(/No longer part/),
    });
    expect(Number(draws.get(key(first?.id))?.['Draw'])).toBeGreaterThan(0);
    const statements = cellsByKey(engine, 'Owner Statements');
    const files = statements.get(`owner ${first?.id} ${month} cash`)?.['Statement'] as { filename: string }[];
    expect(files.map(({ filename }) => filename)).toEqual([expect.stringMatching(/-v3\.pdf$/)]);
    expect(statements.get(`owner ${second?.id} ${month} cash`)?.['Statement'] ?? []).toEqual([]);
    expect(await written(engine, run.runId)).toMatchObject({ statementsUploaded: 0 });
  });

  test('a run of one property keeps its rows when the older run of all is written once more', async () => {
    const [all] = await engine.database.query<{ runId: string }>(
      `select run_id as "runId" from calculation_runs where version = 3`,
    );
    const rest = rowsOf(engine, 'Ownership')[0];
    const half = [{ id: rest?.id, fields: { Percent: 0.5 } }];
    await engine.inAirtable('updateRecords', { table: 'Ownership', records: half });
    await engine.inAirtable('createRecords', {
      table: 'Ownership',
      records: [{ fields: { Property: [shared.record], Owner: [owners[1]?.record], Percent: 0.5 } }],
    });
    await readEntered(engine.job);
    const { run } = await calculated(engine, 'cash', { propertyIds: [shared.id] });
    await written(engine, run.runId);
    const runOf = (id: number) => cellsByKey(engine, 'NOI').get(propertyKey(id))?.['Run'];
    const draw = () =>
      cellsByKey(engine, 'Owner Draws').get(`owner ${owners[1]?.id} property ${shared.id} ${month} cash`);
    expect(draw()).toMatchObject({ Version: 1, Run: run.runId });
    await written(engine, all?.runId ?? '');
    expect(draw()).toMatchObject({ Version: 1, Run: run.runId });
    expect(runOf(shared.id)).toBe(run.runId);
    const others = rowsOf(engine, 'Properties').map(({ cells }) => Number(cells['Buildium ID']));
    expect(others.filter((id) => id !== shared.id).map(runOf)).toEqual([all?.runId, all?.runId]);
  });

  test('an older version writes nothing any more', async () => {
    const [older] = await engine.database.query<{ runId: string }>(
      `select run_id as "runId" from calculation_runs where version = 1`,
    );
    const since = engine.calls.length;
    expect((await written(engine, older?.runId ?? '')).skipped).toMatch(/Version 3/);
    expect(engine.calls.length).toBe(since);
  });
});
