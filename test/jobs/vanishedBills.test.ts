import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { addDays } from '../../shared/dates.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.close());

async function unpaidBills(): Promise<string[]> {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'bills' and synced_buildium->>'status' = 'Unpaid' order by 1`,
  );
  return rows.map(({ id }) => id);
}

async function sweepBills(): Promise<void> {
  await sweep(engine.job, { resource: resourceNamed('bills'), kind: 'changes', reason: 'sweep' });
  await engine.drain('bills');
}

async function addBill(): Promise<number> {
  const [known] = await engine.database.query<{ vendor: string; property: string; account: string }>(
    `select b.synced_buildium->'vendor'->>0 as vendor, b.synced_buildium->'properties'->>0 as property,
       l.synced_buildium->'glAccount'->>0 as account
       from links b join links l on l.resource = 'billLines' and l.parent_id = b.entity_id
      where b.resource = 'bills' limit 1`,
  );
  const bill = await engine.inBuildium('addBill', {
    vendorId: Number(known?.vendor),
    propertyId: Number(known?.property),
    glAccountId: Number(known?.account),
    amount: 120.5,
  });
  return Number(bill['billId']);
}

test('A bill that was unpaid and has left the list of unpaid ones is looked at, though no event of its payment came', async () => {
  const billId = await addBill();
  await sweepBills();
  expect(await unpaidBills()).toContain(String(billId));
  // Dated further back than a sweep reads the paid ones.
  await engine.inBuildium('payBill', { billId, date: addDays(todayIn(engine.job), -60) });
  await sweepBills();
  expect(await unpaidBills()).not.toContain(String(billId));
  expect(await engine.cellsOf('bills', String(billId))).toMatchObject({ status: 'Paid', paid: 120.5 });
});

test('One that was deleted is marked as deleted, and its row stays', async () => {
  const billId = await addBill();
  await sweepBills();
  await engine.inBuildium('deleteBill', { billId });
  await sweepBills();
  const [link] = await engine.database.query(
    `select standing, status from links where resource = 'bills' and entity_id = $1`,
    [String(billId)],
  );
  expect(link).toEqual({ standing: 'deletedInBuildium', status: 'Deleted in Buildium' });
});

test('Bills that stay where they were are not looked at again', async () => {
  await sweepBills();
  const since = engine.calls.length;
  await sweepBills();
  const singles = engine.calls.slice(since).filter(({ call }) => /^GET \/v1\/bills\/\d+$/.test(call));
  expect([singles, engine.airtableWrites(since)]).toEqual([[], []]);
});
