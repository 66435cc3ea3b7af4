import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { linksByEntity } from '../../server/db/links.ts';
import { entityTimeline } from '../../server/jobs/audit/timeline.ts';
import { openBench, type Bench } from './conflicts/bench.ts';

/** What belongs to the management company stays out of the base; a bill can come to be its, and go back. */
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());

type Line = {
  Id: number;
  Amount: number;
  GLAccount: { Id: number };
  AccountingEntity: { Id: number; AccountingEntityType: string };
};
type BillWire = {
  Id: number;
  Date: string;
  DueDate: string;
  VendorId: number;
  Memo: string;
  ReferenceNumber: string;
  Lines: Line[];
};

async function billInBuildium(id: string): Promise<BillWire> {
  const answer = await bench.job.buildium.get(`/v1/bills/${id}`);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as BillWire;
}

const companysOwn = () => ({
  Id: bench.engine.network.buildium.world.records.companyEntityId,
  AccountingEntityType: 'Company',
});

/** A person books all lines of the bill on somebody else. */
async function rebook(bill: BillWire, entityOf: (line: Line) => object, Memo = bill.Memo): Promise<void> {
  const { Date, DueDate, VendorId, ReferenceNumber, Lines } = bill;
  const lines = Lines.map((line) => ({
    ...{ Id: line.Id, GlAccountId: line.GLAccount.Id, Amount: line.Amount },
    AccountingEntity: entityOf(line),
  }));
  const body = { Date, DueDate, VendorId, ReferenceNumber, Memo, Lines: lines };
  const answer = await bench.job.buildium.put(`/v1/bills/${bill.Id}`, body);
  if (!answer.ok) throw new Error(answer.error.message);
}

const now = async (resource: string, entityId: string) =>
  (await entityTimeline(bench.job, { resource, entityId }, { before: null, limit: 1 })).now;

async function aBillWithRow(): Promise<string> {
  const [row] = await bench.engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'bills' and synced_buildium->>'status' = 'Unpaid' order by 1 limit 1`,
  );
  return row?.id ?? '';
}

const NOTE =
  'Not synced: it belongs to the management company, not to a rental property. What is typed into a row of it goes nowhere.';

test('a bill that is given to the management company says on its row that it is not synced any more, and comes back with the new values', async () => {
  const id = await aBillWithRow();
  const bill = await billInBuildium(id);
  const line = `${id}-${bill.Lines[0]?.Id ?? ''}`;
  await rebook(bill, companysOwn);
  await bench.look('bills', id);
  for (const [resource, entityId] of [
    ['bills', id],
    ['billLines', line],
  ] as const) {
    const { syncStatus, syncNote } = await bench.engine.cellsOf(resource, entityId);
    expect([syncStatus, syncNote]).toEqual(['Paused', NOTE]);
    expect(await now(resource, entityId)).toMatchObject({
      ...{ state: 'outside', sentence: NOTE },
      whatToDo: expect.stringMatching(/^If that is wrong, give it to a rental property in Buildium/),
    });
  }
  const { Id = 0, AccountingEntityType = '' } = bill.Lines[0]?.AccountingEntity ?? {};
  const propertys = () => ({ Id, AccountingEntityType });
  // A day passes: what was once sent to the row does not count as on its way any more.
  await bench.engine.database.execute(`delete from sent`);
  // Meanwhile its memo is corrected in Buildium: that is the newer one, and is not put back to what the row still shows.
  await rebook(await billInBuildium(id), companysOwn, 'Corrected while it was the company’s');
  await bench.look('bills', id);
  await rebook(await billInBuildium(id), propertys);
  await bench.look('bills', id);
  expect((await billInBuildium(id)).Memo).toBe('Corrected while it was the company’s');
  expect(await bench.engine.cellsOf('bills', id)).toMatchObject({
    ...{ syncStatus: 'Synced', memo: 'Corrected while it was the company’s' },
  });
  expect(await bench.engine.cellsOf('billLines', line)).toMatchObject({ syncStatus: 'Synced' });
  expect(await now('bills', id)).toMatchObject({ state: 'inStep' });
});

test('of a bill of the management company neither the bill nor its lines come into the base', async () => {
  const like = await billInBuildium(await aBillWithRow());
  const { Date, DueDate, VendorId, Lines } = like;
  const body = {
    ...{ Date, DueDate, VendorId, ReferenceNumber: 'OFFICE-1', Memo: 'Office rent' },
    Lines: Lines.map(({ GLAccount, Amount }) => ({
      ...{ GlAccountId: GLAccount.Id, Amount, AccountingEntity: companysOwn() },
    })),
  };
  const made = await bench.job.buildium.post('/v1/bills', body);
  if (!made.ok) throw new Error(made.error.message);
  const bill = made.value as BillWire;
  await bench.look('bills', String(bill.Id));
  await bench.look('bills', String(bill.Id));
  const { database, connectionId } = { ...bench.engine, connectionId: bench.job.connectionId };
  const lineIds = bill.Lines.map(({ Id }) => `${bill.Id}-${Id}`);
  const links = [
    ...(await linksByEntity(database, connectionId, 'bills', [String(bill.Id)])).values(),
    ...(await linksByEntity(database, connectionId, 'billLines', lineIds)).values(),
  ];
  expect(links.map(({ standing, airtableRecordId }) => [standing, airtableRecordId])).toEqual([
    ...links.map(() => ['outOfScope', null]),
  ]);
  expect(links).toHaveLength(1 + lineIds.length);
});
