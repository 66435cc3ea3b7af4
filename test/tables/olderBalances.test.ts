import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addMonths } from '../../shared/dates.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { bring, calculated, cellsByKey, dollars, MONTH, rowsOf, written } from './month.ts';

const month = MONTH.from.slice(0, 7);
/** Before the month with which the stored history begins. */
const LONG_AGO = addMonths(MONTH.from, -2);

let engine: Engine;
let leaseIds: number[];
beforeAll(async () => {
  engine = await startEngine({ otherFirstSync: { historyMonths: 1 } });
  leaseIds = rowsOf(engine, 'Leases')
    .filter(({ cells }) => cells['Status'] === 'Active')
    .map(({ cells }) => Number(cells['Buildium ID']));
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
  const { run } = await calculated(engine);
  await written(engine, run.runId);
  return cellsByKey(engine, 'Rent Roll');
}

const ledgerReads = (since: number): number =>
  engine.calls.slice(since).filter(({ call }) => /\/v1\/leases\/\d+\/transactions$/.test(call)).length;

test('a balance from before the stored history is carried, to the cent, and what is owed since then is late', async () => {
  const [first = 0, second = 0] = leaseIds;
  const before = new Map([first, second].map((id) => [id, balanceOf(id)]));
  await engine.inBuildium('postCharge', { leaseId: first, amount: 123.45, date: LONG_AGO });
  await engine.inBuildium('recordRentPayment', { leaseId: second, amount: 77.07, date: LONG_AGO });
  const rows = await rentRoll();
  for (const leaseId of leaseIds)
    expect([leaseId, rows.get(`lease ${leaseId} ${month}`)]).toMatchObject([
      leaseId,
      { Balance: dollars(balanceOf(leaseId)), Checks: undefined },
    ]);
  expect(balanceOf(first)).toBe((before.get(first) ?? 0) + 12_345);
  expect(balanceOf(second)).toBe((before.get(second) ?? 0) - 7_707);
  expect(rows.get(`lease ${first} ${month}`)).toMatchObject({ Status: 'Late' });
});

test('what is that old is read once, and again only where Buildium says something else', async () => {
  const since = engine.calls.length;
  await rentRoll();
  expect(ledgerReads(since)).toBe(0);
  const [first = 0] = leaseIds;
  await engine.inBuildium('postCharge', { leaseId: first, amount: 10, date: LONG_AGO });
  const rows = await rentRoll();
  expect(ledgerReads(since)).toBe(1);
  expect(rows.get(`lease ${first} ${month}`)).toMatchObject({
    Balance: dollars(balanceOf(first)),
    Checks: undefined,
  });
});

test('a charge that the sync has not brought yet is said on the row', async () => {
  const [first = 0] = leaseIds;
  await engine.inBuildium('postCharge', { leaseId: first, amount: 5, date: `${month}-20` });
  const { run } = await calculated(engine, 'accrual');
  await written(engine, run.runId);
  const row = cellsByKey(engine, 'Rent Roll').get(`lease ${first} ${month}`);
  expect(row?.['Checks']).toContain('One is still to be synced');
  expect((await rentRoll()).get(`lease ${first} ${month}`)?.['Checks'] ?? null).toBeNull();
});

test('with a key that may not see what is owed, the roll is of the transactions that are here', async () => {
  const before = await rentRoll();
  const path = '/v1/leases/outstandingbalances';
  const refusal = { kind: 'status', status: 403, body: { UserMessage: 'No access.' } } as const;
  engine.network.buildium.faults.add([{ path, effect: refusal }]);
  expect(await rentRoll()).toEqual(before);
  engine.network.buildium.faults.clear();
});
