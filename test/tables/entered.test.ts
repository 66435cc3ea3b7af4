import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listAudit } from '../../server/db/audit.ts';
import { listDistributionRules } from '../../server/db/distributionRules.ts';
import { listGlClasses } from '../../server/db/glClasses.ts';
import { listOwnership } from '../../server/db/ownership.ts';
import { listInstalments } from '../../server/db/paymentPlans.ts';
import { readEntered } from '../../server/jobs/entered/entered.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { gridOf, type GridRow } from '../support/journeyBase.ts';

let engine: Engine;
let maple: { record: string; id: number };
/** Owns the property in Buildium. */
let owner: { record: string; id: number };
/** Does not. */
let stranger: { record: string; id: number };

const rowsOf = (table: string): GridRow[] =>
  gridOf(engine.network.airtable.world, engine.network.airtable.baseId, () => engine.job.clock.nowMs()).rows(
    table,
  );

beforeAll(async () => {
  engine = await startEngine();
  const owners = rowsOf('Owners').map(({ id, cells }) => ({
    record: id,
    id: Number(cells['Buildium ID']),
    properties: (cells['Properties'] ?? []) as string[],
  }));
  const [property] = rowsOf('Properties').filter(({ cells }) =>
    owners.some(({ properties }) => properties.includes(String(cells['Name']))),
  );
  const name = String(property?.cells['Name']);
  const [first] = owners.filter(({ properties }) => properties.includes(name));
  const [other] = owners.filter(({ properties }) => !properties.includes(name));
  if (!property || !first || !other) throw new Error('The story has no such owners');
  maple = { record: property.id, id: Number(property.cells['Buildium ID']) };
  owner = first;
  stranger = other;
}, 60_000);
afterAll(() => engine.close());

beforeEach(async () => {
  for (const table of ['Ownership', 'Distribution Rules', 'Payment Plans']) {
    const ids = rowsOf(table).map(({ id }) => id);
    if (ids.length > 0) await engine.inAirtable('deleteRecords', { table, ids });
  }
});

async function enter(table: string, ...rows: Record<string, unknown>[]): Promise<void> {
  await engine.inAirtable('createRecords', { table, records: rows.map((fields) => ({ fields })) });
}

async function read() {
  const result = await readEntered(engine.job);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** What stands beside a row, by its name. */
const said = (table: string): Record<string, unknown> =>
  Object.fromEntries(
    rowsOf(table).map(({ cells }): [string, unknown] => [
      String(cells['Name']),
      cells['What Is Wrong'] ?? cells['State'] ?? null,
    ]),
  );

const stored = () => listOwnership(engine.database, engine.job.connectionId);

describe('shares of a property', () => {
  test('that add up are stored, with who entered them, and the rows say that they are in use', async () => {
    await enter('Ownership', {
      ...{ Name: 'Whole', Property: [maple.record], Owner: [owner.record], Percent: 1 },
      From: '2026-01-01',
    });
    await hearAirtable(engine.job);
    expect(await read()).toEqual([]);
    expect(await stored()).toMatchObject([
      { propertyId: maple.id, ownerId: owner.id, millionths: 1_000_000, from: '2026-01-01', to: null },
    ]);
    expect(said('Ownership')).toEqual({ Whole: 'In use' });
    const filter = { entityId: null, airtableRecordId: null, action: 'entered', actor: null, beforeId: null };
    const [audit] = await listAudit(engine.database, engine.job.connectionId, {
      ...{ ...filter, resource: 'ownership', limit: 1 },
    });
    expect(audit?.actor).toMatch(/@/);
    expect(audit?.changes).toMatchObject({ millionths: { before: null, after: 1_000_000 } });
  });

  test('read again without a change write nothing', async () => {
    await enter('Ownership', {
      ...{ Name: 'Whole', Property: [maple.record], Owner: [owner.record], Percent: 1 },
    });
    await read();
    const since = engine.calls.length;
    expect(await read()).toEqual([]);
    expect(engine.airtableWrites(since)).toEqual([]);
  });

  test.each([
    ['99.9 percent', { Percent: 0.999 }, /hold 99\.9% together on/],
    ['101 percent', { Percent: 1.01 }, /101% is no share/],
    ['no percent', {}, /Enter the percent/],
    ['a third with too many decimals', { Percent: 1 / 3 }, /more than four decimals/],
    ['an end before its beginning', { Percent: 1, From: '2026-05-01', To: '2026-04-30' }, /before it begins/],
  ])('of %s are said on the row, and stop the property', async (_what, cells, message) => {
    await enter('Ownership', { Name: 'Wrong', Property: [maple.record], Owner: [owner.record], ...cells });
    expect(await read()).toMatchObject([{ name: 'ownership', propertyId: maple.id }]);
    expect(said('Ownership')).toEqual({ Wrong: expect.stringMatching(message) });
    // Stored with a share that no run accepts: never left out, as if the sole owner had it all.
    expect((await stored()).map(({ millionths }) => millionths)).not.toContain(1_000_000);
    expect(await stored()).toHaveLength(1);
  });

  test('of somebody who does not own it in Buildium are refused, unless they ended', async () => {
    const row = { Property: [maple.record], Owner: [stranger.record], Percent: 1 };
    await enter('Ownership', { Name: 'Now', ...row });
    expect(await read()).toHaveLength(1);
    expect(said('Ownership')).toEqual({ Now: expect.stringMatching(/Buildium does not have this owner/) });
    const id = rowsOf('Ownership')[0]?.id;
    await engine.inAirtable('updateRecords', {
      table: 'Ownership',
      records: [{ id, fields: { To: '2026-01-31' } }],
    });
    expect(await read()).toEqual([]);
  });

  test('that leave a gap between two owners are said with the first day of it', async () => {
    const half = { Property: [maple.record], Percent: 1 };
    await enter(
      'Ownership',
      { ...half, Name: 'First', Owner: [stranger.record], To: '2026-03-31' },
      { ...half, Name: 'Second', Owner: [owner.record], From: '2026-04-02' },
    );
    await read();
    expect(said('Ownership')).toEqual({
      First: expect.stringMatching(/0% together on 2026-04-01/),
      Second: expect.stringMatching(/0% together on 2026-04-01/),
    });
  });

  test('that nobody has filled in yet are no problem', async () => {
    await enter('Ownership', { Name: 'To do' });
    expect(await read()).toEqual([]);
    expect(said('Ownership')).toEqual({ 'To do': null });
  });
});

describe('distribution rules', () => {
  test('are stored in their order', async () => {
    await enter(
      'Distribution Rules',
      { Name: 'B', Order: 2, Rule: 'Percent of what is left', Percent: 0.8, Owner: [owner.record] },
      { Name: 'A', Order: 1, Rule: 'NOI less reserve', 'Reserve Target': 500 },
      { Name: 'C', Rule: 'Net losses across properties' },
    );
    expect(await read()).toEqual([]);
    expect(await listDistributionRules(engine.database, engine.job.connectionId)).toMatchObject([
      { kind: 'netting', position: 0, ownerId: null },
      { kind: 'noiLessReserve', reserveTargetCents: 50_000, propertyId: null },
      { kind: 'percent', millionths: 800_000, ownerId: owner.id },
    ]);
  });

  test.each([
    ['a reserve below zero', { Rule: 'NOI less reserve', 'Reserve Target': -1 }, /-\$1\.00.*zero or more/],
    ['no rule', { Percent: 0.5 }, /Choose a rule/],
    ['more than all', { Rule: 'Percent of what is left', Percent: 1.2 }, /120% cannot be drawn/],
  ])('with %s are said on the row and not used', async (_what, cells, message) => {
    await enter('Distribution Rules', { Name: 'Wrong', ...cells });
    expect(await read()).toMatchObject([{ name: 'distributionRules' }]);
    expect(said('Distribution Rules')).toEqual({ Wrong: expect.stringMatching(message) });
    expect(await listDistributionRules(engine.database, engine.job.connectionId)).toEqual([]);
  });
});

describe('payment plans', () => {
  test('are stored, and an instalment of nothing is said on its row', async () => {
    const lease = rowsOf('Leases')[0];
    const row = { Lease: [lease?.id], Due: '2026-11-15' };
    await enter('Payment Plans', { ...row, Name: 'Good', Amount: 250 }, { ...row, Name: 'Bad', Amount: 0 });
    expect(await read()).toMatchObject([
      { name: 'paymentPlans', message: expect.stringMatching(/more than zero/) },
    ]);
    expect(await listInstalments(engine.database, engine.job.connectionId)).toMatchObject([
      { leaseId: Number(lease?.cells['Buildium ID']), dueOn: '2026-11-15', amountCents: 25_000 },
    ]);
  });
});

describe('classes of accounts', () => {
  const classes = () => listGlClasses(engine.database, engine.job.connectionId);

  test('are confirmed by whoever chose them, and that is written beside them', async () => {
    const account = rowsOf('GL Accounts')[0];
    const id = account?.id;
    const set = (fields: Record<string, unknown>) =>
      engine.inAirtable('updateRecords', { table: 'GL Accounts', records: [{ id, fields }] });
    await set({ 'NOI Class': 'Capital' });
    await hearAirtable(engine.job);
    await read();
    const glAccountId = Number(account?.cells['Buildium ID']);
    expect(await classes()).toEqual([
      { glAccountId, noiClass: 'capital', confirmedBy: expect.stringMatching(/@/) },
    ]);
    expect(rowsOf('GL Accounts')[0]?.cells['NOI Class Confirmed By']).toMatch(/@/);
    await set({ 'NOI Class Confirmed By': 'Dana, CPA' });
    await read();
    expect(await classes()).toMatchObject([{ confirmedBy: 'Dana, CPA' }]);
    await set({ 'NOI Class': null });
    await read();
    expect(await classes()).toEqual([]);
  });
});
