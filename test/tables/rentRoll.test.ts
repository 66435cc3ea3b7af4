import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEntered } from '../../server/jobs/entered/entered.ts';
import { PREPAYMENTS } from '../../server/sandbox/buildium/postings.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { bring, calculated, cellsByKey, dollars, MONTH, rowsOf, written } from './month.ts';

const month = MONTH.from.slice(0, 7);
const day = (number: number): string => `${month}-${String(number).padStart(2, '0')}`;

let engine: Engine;
/** Active leases that owe nothing. */
let leases: { record: string; id: number }[];
beforeAll(async () => {
  engine = await startEngine();
  leases = rowsOf(engine, 'Leases')
    .filter(({ cells }) => cells['Status'] === 'Active')
    .map(({ id, cells }) => ({ record: id, id: Number(cells['Buildium ID']) }))
    .filter(({ id }) => balanceOf(id) === 0);
}, 60_000);
afterAll(() => engine.close());

/** What the lease's tenants owe at the month's end, by Buildium's own books. */
function balanceOf(leaseId: number): number {
  const { ledger } = engine.network.buildium.world.records;
  const { openItems, prepaidCents } = ledger.leaseBalance(leaseId, MONTH.to);
  return openItems.reduce((sum, { openCents }) => sum + openCents, -prepaidCents);
}

async function rentRoll(): Promise<Map<string, Record<string, unknown>>> {
  await bring(engine, 'transactions');
  await readEntered(engine.job);
  const { run } = await calculated(engine);
  await written(engine, run.runId);
  return cellsByKey(engine, 'Rent Roll');
}

const rowOf = (rows: Map<string, Record<string, unknown>>, index: number): Record<string, unknown> =>
  rows.get(`lease ${leases[index]?.id} ${month}`) ?? {};

function bookedOn(index: number, action: string, input: Record<string, unknown>) {
  return engine.inBuildium(action, { leaseId: leases[index]?.id, ...input });
}

describe('the rent roll', () => {
  test('has Buildium’s own balance for every lease, and each row adds up', async () => {
    const rows = await rentRoll();
    expect(rows.size).toBeGreaterThan(3);
    for (const [key, cells] of rows) {
      const leaseId = Number(key.split(' ')[1]);
      expect([key, cells['Balance']]).toEqual([key, dollars(balanceOf(leaseId))]);
      const of = (column: string): number => Math.round(Number(cells[column] ?? 0) * 100);
      const came = of('Balance Carried') + of('Charged') + of('Late Fees') + of('Returned');
      expect(came - of('Paid') - of('Credits')).toBe(of('Balance'));
    }
  });

  test('a payment that the bank returned leaves its charge open, and late after its grace', async () => {
    const [row] = (rowOf(await rentRoll(), 0)['Payments'] ?? []) as string[];
    expect(row).toBeDefined();
    const [payment] = await engine.database.query<{ id: number }>(
      `select entity_id::bigint as id from links where resource = 'transactions'
          and synced_buildium ->> 'type' = 'Payment' and synced_buildium -> 'lease' ->> 0 = $1
          and synced_buildium ->> 'date' between $2 and $3 limit 1`,
      [String(leases[0]?.id), MONTH.from, MONTH.to],
    );
    const { records } = engine.network.buildium.world;
    const waits = records.transactions.get(payment?.id ?? 0);
    if (waits?.kind === 'Payment' && waits.depositId === null)
      await engine.inBuildium('depositPayments', { paymentIds: [payment?.id], date: day(6) });
    const reversed = await engine.job.buildium.post(`/v1/leases/${leases[0]?.id}/reversepayments`, {
      EntryDate: day(12),
      PaymentTransactionId: payment?.id,
      NSFCharge: { GLAccountId: 8, TotalAmount: 35 },
    });
    expect(reversed.ok).toBe(true);
    const cells = rowOf(await rentRoll(), 0);
    expect(cells['Returned']).toBe(cells['Charged']);
    expect(cells).toMatchObject({ Status: 'Late', 'Late Fees': 35 });
    expect(cells['Balance']).toBe(dollars(balanceOf(leases[0]?.id ?? 0)));
    expect(cells['Balance']).toBe(Number(cells['Charged']) + 35);
  });

  test('a payment plan keeps what its instalments will bring from being late', async () => {
    const owed = Number(rowOf(await rentRoll(), 0)['Balance']);
    const nextMonth = new Date(Date.parse(`${MONTH.to}T00:00:00Z`) + 10 * 86_400_000)
      .toISOString()
      .slice(0, 10);
    const plan = { Lease: [leases[0]?.record], Due: nextMonth, Amount: owed };
    await engine.inAirtable('createRecords', { table: 'Payment Plans', records: [{ fields: plan }] });
    expect(rowOf(await rentRoll(), 0)).toMatchObject({ 'Late Amount': 0, Balance: owed });
    expect(rowOf(await rentRoll(), 0)['Status']).not.toBe('Late');
  });

  test('a payment of a part is partial, or late once its grace is over', async () => {
    await bookedOn(1, 'postCharge', { amount: 100, date: day(28) });
    await bookedOn(1, 'recordRentPayment', { amount: 40, date: day(28) });
    expect(rowOf(await rentRoll(), 1)).toMatchObject({ Status: 'Partial', Balance: 60, 'Late Amount': 0 });
    await bookedOn(1, 'postCharge', { amount: 70, date: day(2) });
    expect(rowOf(await rentRoll(), 1)).toMatchObject({ Status: 'Late' });
  });

  test('money paid ahead is prepaid, and what is given back of it no longer is', async () => {
    await bookedOn(2, 'recordRentPayment', { amount: 500, date: day(20) });
    expect(rowOf(await rentRoll(), 2)).toMatchObject({ Status: 'Prepaid', Balance: -500, Prepaid: 500 });
    const [bankAccountId] = engine.network.buildium.world.records.bankAccounts.keys();
    const { tenants } = engine.network.buildium.world.records.leases.get(leases[2]?.id ?? 0) ?? {};
    const refunded = await engine.job.buildium.post(`/v1/leases/${leases[2]?.id}/refunds`, {
      Date: day(25),
      Memo: 'Paid twice',
      BankAccountId: bankAccountId,
      PayeeUserIds: [tenants?.[0]?.tenantId],
      Address: {
        AddressLine1: '1 Main Street',
        City: 'Boston',
        State: 'MA',
        PostalCode: '02109',
        Country: 'UnitedStates',
      },
      Lines: [{ Amount: 500, GLAccountId: PREPAYMENTS }],
    });
    if (!refunded.ok) throw new Error(refunded.error.message);
    const cells = rowOf(await rentRoll(), 2);
    expect(cells['Balance']).toBe(dollars(balanceOf(leases[2]?.id ?? 0)));
    expect(cells).toMatchObject({ Status: 'Paid', Prepaid: 0, Returned: 500 });
  });

  test('a lease that drops out of the month keeps no figures, and its row stays away where a person removes it', async () => {
    const over = rowsOf(engine, 'Leases').find(
      ({ cells }) => cells['Status'] === 'Past' && String(cells['To']) < MONTH.from,
    );
    const leaseId = Number(over?.cells['Buildium ID']);
    const rowId = () =>
      rowsOf(engine, 'Rent Roll').find(({ cells }) => cells['Key'] === `lease ${leaseId} ${month}`)?.id;
    expect((await rentRoll()).has(`lease ${leaseId} ${month}`)).toBe(false);
    const { transactionId } = await engine.inBuildium('postCharge', { leaseId, amount: 50, date: day(3) });
    expect((await rentRoll()).get(`lease ${leaseId} ${month}`)).toMatchObject({ Charged: 50, Balance: 50 });
    await engine.inBuildium('deleteTransaction', { transactionId });
    await engine.mark('transactions', [Number(transactionId)]);
    const cells = (await rentRoll()).get(`lease ${leaseId} ${month}`);
    expect(cells).toMatchObject({ Checks: expect.stringMatching(/^Nothing is booked or open/) });
    for (const column of ['Status', 'Charged', 'Balance', 'Late Amount'])
      expect([column, cells?.[column] ?? null]).toEqual([column, null]);
    await engine.inAirtable('deleteRecords', { table: 'Rent Roll', ids: [rowId()] });
    await rentRoll();
    expect(rowId()).toBeUndefined();
  });
});
