import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../server/sandbox/faults.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** What becomes of a booked transaction in Buildium shows on its planned row, and wipes out nothing that a later push has said there. */
let desk: Desk;
let row: Record<string, unknown>;
beforeAll(async () => {
  desk = await openDesk();
  row = {
    ...{ Kind: 'Lease charge', Date: '2026-11-16' },
    Lease: await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId),
    'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income')),
  };
});
afterAll(() => desk.close());

async function charge(Amount: number): Promise<{ id: string; pushId: string; transactionId: number }> {
  const [id = ''] = await desk.plan({ ...row, Amount });
  const { pushId, intents } = await desk.push(id);
  expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted', 'Actual Amount': Amount });
  return { id, pushId, transactionId: Number(intents[0]?.buildium?.entityId) };
}

/** Somebody does it in Buildium, and the sync hears of it. */
async function inBuildium(action: string, transactionId: number, more: object = {}): Promise<void> {
  await desk.engine.inBuildium(action, { transactionId, ...more });
  await desk.engine.mark('transactions', [transactionId]);
  await desk.engine.drain('transactions');
  await desk.work();
}

const cellsOf = (id: string): Record<string, unknown> => desk.row(id).cells;

describe('a booked row whose transaction was deleted in Buildium', () => {
  test('says so, and shows nothing as actual', async () => {
    const { id, pushId, transactionId } = await charge(21);
    await inBuildium('deleteTransaction', transactionId);
    const words = `It was booked as lease charge ${transactionId}, which is gone from Buildium. Copy the row to book it again.`;
    expect(cellsOf(id)).toMatchObject({
      ...{ 'Sync Status': 'Problem', 'Sync Note': words, 'Buildium ID': String(transactionId) },
    });
    expect([cellsOf(id)['Actual Amount'] ?? null, cellsOf(id)['Actual minus Planned'] ?? null]).toEqual([
      null,
      null,
    ]);
    expect(await desk.read(pushId)).toMatchObject({
      intents: [{ message: `Was booked in Buildium with the id ${transactionId}, and is gone from there.` }],
    });
  });

  test('and that Buildium refused to change before says that it is gone', async () => {
    const { id, transactionId } = await charge(22);
    await refusedChange(id, 23);
    await inBuildium('deleteTransaction', transactionId);
    expect(cellsOf(id)).toMatchObject({
      ...{ 'Sync Status': 'Problem', 'Sync Note': expect.stringContaining('is gone from Buildium') },
    });
  });
});

async function refusedChange(id: string, Amount: number): Promise<void> {
  const effect = { kind: 'status', status: 422, body: { UserMessage: 'Not today.' } } as const;
  desk.breakBuildium({ method: 'PUT', path: '/charges/', times: 1, effect });
  await desk.edit(id, { Amount });
  expect(await desk.push(id)).toMatchObject({ counts: { refused: 1 } });
}

describe('a booked row whose transaction is changed in Buildium', () => {
  test('keeps what it says of a later push that was refused, and shows the actual amount', async () => {
    const { id, transactionId } = await charge(31);
    await refusedChange(id, 35);
    const told = cellsOf(id);
    expect(told).toMatchObject({
      'Sync Status': 'Problem',
      'Sync Note': expect.stringContaining('Not today'),
    });
    await inBuildium('editTransactionAmount', transactionId, { amount: 32 });
    expect(cellsOf(id)).toMatchObject({
      ...{ 'Sync Status': 'Problem', 'Sync Note': told['Sync Note'] },
      ...{ 'Actual Amount': 32, 'Actual minus Planned': -3 },
    });
  });

  test('keeps saying that a later push is unclear', async () => {
    const { id, transactionId } = await charge(41);
    const torn: Fault = { method: 'PUT', path: '/charges/', times: 1, effect: { kind: 'tornBefore' } };
    desk.breakBuildium(torn);
    await desk.edit(id, { Amount: 45 });
    await desk.push(id);
    await inBuildium('editTransactionAmount', transactionId, { amount: 42 });
    expect(cellsOf(id)).toMatchObject({ 'Sync Status': 'Unclear', 'Actual Amount': 42 });
  });

  test('says what is booked once the later push is through', async () => {
    const { id, transactionId } = await charge(51);
    await refusedChange(id, 55);
    await desk.push(id);
    desk.clock.advanceMs(MINUTE_MS);
    await desk.work();
    await inBuildium('editTransactionAmount', transactionId, { amount: 52 });
    expect(cellsOf(id)).toMatchObject({ 'Sync Status': 'Posted', 'Actual Amount': 52 });
    expect(cellsOf(id)['Sync Note'] ?? null).toBeNull();
  });
});
