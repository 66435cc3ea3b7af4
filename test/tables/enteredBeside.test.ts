import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CalculationResult } from '../../server/accounting/calculation.ts';
import { listAudit } from '../../server/db/audit.ts';
import { ledgerEntries } from '../../server/db/ledgerEntries.ts';
import { saveManualNoi } from '../../server/db/manualNoi.ts';
import { insertRun } from '../../server/db/runs.ts';
import { saveAllocation } from '../../server/db/ownerAllocations.ts';
import { readEntered } from '../../server/jobs/entered/entered.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { runChore } from '../../server/jobs/chores.ts';
import { writeDueTables } from '../../server/jobs/money/runTables.ts';
import { advanceCalculations, startCalculation } from '../../server/jobs/money/calculations.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { calculated, cellsByKey, dollars, MONTH, rowsOf } from './month.ts';

const month = MONTH.from.slice(0, 7);

let engine: Engine;
let harbor: { record: string; id: number };
/** Its two owners, by id. */
let owners: { record: string; id: number }[];

beforeAll(async () => {
  engine = await startEngine();
  const now = new Date().toISOString();
  await insertRun(engine.database, engine.job.connectionId, {
    ...{ runId: 'first', kind: 'firstSync', state: 'finished', requestedBy: 'test', problem: null },
    ...{ startedAt: now, finishedAt: now, progress: {} },
  });
  const found = rowsOf(engine, 'Properties').find(({ cells }) => String(cells['Name']).startsWith('Harbor'));
  if (!found) throw new Error('The story has no such property');
  harbor = { record: found.id, id: Number(found.cells['Buildium ID']) };
  const { owners: people } = engine.network.buildium.world.records;
  owners = [...people.values()]
    .filter(({ saved }) => saved.PropertyIds.includes(harbor.id))
    .map(({ id }) => ({ id, record: recordOf('Owners', id) }))
    .sort((a, b) => a.id - b.id);
  await engine.inAirtable('createRecords', {
    table: 'Ownership',
    records: owners.map(({ record }) => ({
      fields: { Name: 'Half', Property: [harbor.record], Owner: [record], Percent: 0.5 },
    })),
  });
}, 60_000);
afterAll(() => engine.close());

function recordOf(table: string, id: number): string {
  return rowsOf(engine, table).find(({ cells }) => Number(cells['Buildium ID']) === id)?.id ?? '';
}

async function set(table: string, id: string, fields: Record<string, unknown>): Promise<void> {
  await engine.inAirtable('updateRecords', { table, records: [{ id, fields }] });
  await hearAirtable(engine.job);
}

async function run(basis: 'cash' | 'accrual' = 'accrual'): Promise<CalculationResult> {
  const read = await readEntered(engine.job);
  if (!read.ok) throw new Error(read.error.message);
  return (await calculated(engine, basis)).result;
}

const harborIn = ({ properties }: CalculationResult) =>
  properties.find(({ propertyId }) => propertyId === harbor.id);

describe('a transaction that is one owner’s alone', () => {
  let transactionId: number;
  let record: string;
  let amountCents: number;
  beforeAll(async () => {
    const { statement } = harborIn(await run()) ?? {};
    const income = statement?.lines.find(({ noiClass }) => noiClass === 'operatingIncome');
    const scope = { basis: 'accrual', ...MONTH, propertyIds: [harbor.id] } as const;
    const entries = await ledgerEntries(engine.database, engine.job.connectionId, scope);
    const entry = entries.find(({ glAccountId }) => glAccountId === income?.glAccountId);
    transactionId = entry?.transactionId ?? 0;
    amountCents = entry?.amountCents ?? 0;
    record = recordOf('Transactions', transactionId);
  });
  const allocate = (...to: { record: string }[]) =>
    set('Transactions', record, { 'Owner Allocation': to.map((owner) => owner.record) });
  const partOf = (result: CalculationResult, index: number): number =>
    harborIn(result)?.owners?.find(({ ownerId }) => ownerId === owners[index]?.id)?.amountCents ?? 0;

  test('is theirs in whole as soon as it is chosen in Airtable, and split again when it is cleared', async () => {
    const split = await run();
    await allocate(owners[1]!);
    const own = await run();
    expect(harborIn(own)?.statement).toEqual(harborIn(split)?.statement);
    expect(Math.abs(partOf(own, 1) - partOf(split, 1) - amountCents / 2)).toBeLessThanOrEqual(0.5);
    expect(partOf(own, 0) + partOf(own, 1)).toBe(partOf(split, 0) + partOf(split, 1));
    const filter = {
      entityId: null,
      airtableRecordId: record,
      action: 'entered',
      actor: null,
      beforeId: null,
    };
    const [audit] = await listAudit(engine.database, engine.job.connectionId, {
      ...{ ...filter, resource: 'transactions', limit: 1 },
    });
    expect(audit?.actor).toMatch(/@/);
    // The API cannot say something else beside it.
    const entered = { transactionId, enteredBy: 'test', enteredAt: new Date().toISOString() };
    const { connectionId } = engine.job;
    expect(await saveAllocation(engine.database, connectionId, { ...entered, ownerId: null })).toBe(false);
    await allocate();
    expect(partOf(await run(), 1)).toBe(partOf(split, 1));
  });

  test('of two owners, or of one who owns nothing of it, stops the property and says why', async () => {
    await allocate(...owners);
    const both = await run();
    expect(both.heldPropertyIds).toEqual([harbor.id]);
    expect(both.findings.find(({ check }) => check === 'allocation')?.message).toContain(
      `Transaction ${transactionId} of`,
    );
    const { owners: people } = engine.network.buildium.world.records;
    const stranger = [...people.values()].find(({ saved }) => !saved.PropertyIds.includes(harbor.id));
    await allocate({ record: recordOf('Owners', stranger?.id ?? 0) });
    const other = await run();
    expect(other.heldPropertyIds).toEqual([harbor.id]);
    expect(other.findings.find(({ check }) => check === 'allocation')?.message).toContain(
      `owner ${stranger?.id}, who owns no part of`,
    );
    await allocate();
    expect((await run()).heldPropertyIds).toEqual([]);
  });
});

describe('the days on which a property is managed', () => {
  const days = (from: string | null, to: string | null) =>
    set('Properties', harbor.record, { 'Managed From': from, 'Managed To': to });

  test('are those entered beside it: only entries of these days count', async () => {
    await days(`${month}-10`, null);
    const part = harborIn(await run());
    expect(part?.period).toEqual({ from: `${month}-10`, to: MONTH.to });
    await days(null, `${month}-09`);
    const before = harborIn(await run());
    await days(null, null);
    const whole = harborIn(await run());
    expect(part?.statement.noiCents).not.toBe(whole?.statement.noiCents);
    expect((part?.statement.noiCents ?? 0) + (before?.statement.noiCents ?? 0)).toBe(
      whole?.statement.noiCents,
    );
  });

  test('that end before they begin stop the property', async () => {
    await days(`${month}-10`, `${month}-09`);
    const wrong = await run();
    expect(wrong.heldPropertyIds).toEqual([harbor.id]);
    expect(wrong.findings.find(({ check }) => check === 'managedDays')?.message).toContain(
      'which ends before it begins. Correct Managed From or Managed To',
    );
    await days(null, null);
  });
});

test('an account that is marked as escrow covers deposits and is not drawn from', async () => {
  const { properties } = engine.network.buildium.world.records;
  const operating = properties.get(harbor.id)?.saved.OperatingBankAccountId ?? 0;
  const termsOf = (result: CalculationResult): Record<string, number> =>
    Object.fromEntries(
      (harborIn(result)?.draw?.atPeriodEnd ?? []).map(({ name, amountCents }) => [name, amountCents]),
    );
  const held = 'Deposits and prepayments not covered by escrow';
  const before = termsOf(await run('cash'));
  const cash = before['Operating cash'] ?? 0;
  expect(cash).toBeGreaterThan(0);
  await set('Bank Accounts', recordOf('Bank Accounts', operating), { Holds: 'Escrow' });
  const after = termsOf(await run('cash'));
  expect(after['Operating cash']).toBe(0);
  expect(after[held]).toBe(Math.min(0, (before[held] ?? 0) + cash));
  await set('Bank Accounts', recordOf('Bank Accounts', operating), { Holds: null });
  expect(termsOf(await run('cash'))).toEqual(before);
});

describe('a net operating income that was worked out by hand', () => {
  const key = () => `property ${harbor.id} ${month} cash`;
  const row = () => rowsOf(engine, 'NOI').find(({ cells }) => cells['Key'] === key());

  test('is typed beside the calculated one, and its difference stands there moments later', async () => {
    const { job } = engine;
    const request = { period: MONTH, basis: 'cash', propertyIds: null, ownerIds: null } as const;
    const plain = { ...request, dryRun: false, override: null, reason: null };
    await startCalculation(job, { kind: 'asked', request: plain, by: 'test' });
    await advanceCalculations(job);
    await writeDueTables(job);
    const noi = Number(row()?.cells['NOI']);
    for (const typed of [1234.56, 0]) {
      await set('NOI', row()?.id ?? '', { 'Manual NOI': typed });
      expect(await wakeUps('entered')).toBe(1);
      await runChore(job, 'entered');
      await writeDueTables(job);
      expect(row()?.cells).toMatchObject({ 'Manual NOI': typed });
      const cents = Math.round(noi * 100) - Math.round(typed * 100);
      expect(row()?.cells['NOI minus Manual']).toBe(dollars(cents));
    }
    const entered = { month: MONTH.from, propertyId: harbor.id, basis: 'cash', noiCents: 1 } as const;
    const who = { note: '', enteredBy: 'test', enteredAt: new Date().toISOString() };
    expect(await saveManualNoi(engine.database, job.connectionId, { ...entered, ...who })).toBe(false);
    await set('NOI', row()?.id ?? '', { 'Manual NOI': null });
    await runChore(job, 'entered');
    await writeDueTables(job);
    expect(row()?.cells['NOI minus Manual'] ?? null).toBeNull();
    expect([...cellsByKey(engine, 'NOI').keys()]).toContain(key());
  });
});

/** Queued runs of a chore; a thousand edits leave one. */
async function wakeUps(chore: string): Promise<number> {
  const [row] = await engine.database.query<{ jobs: number }>(
    `select count(*)::int as jobs from pgboss.job where data ->> 'chore' = $1 and state = 'created'`,
    [chore],
  );
  return row?.jobs ?? 0;
}
