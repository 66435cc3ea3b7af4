import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../server/sandbox/faults.ts';
import type { Transaction } from '../../server/sandbox/buildium/transactions.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** A change whose answer never came is done once Buildium shows just what was sent, and not because it shows anything else. */
let desk: Desk;
let lease: string[];
let account: (name: string) => Promise<string[]>;
beforeAll(async () => {
  desk = await openDesk();
  lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  account = (name) => desk.to('glAccounts', desk.cast.glAccountId(name));
});
afterAll(() => desk.close());

const DAY = '2026-11-16';

/** Plans and pushes rows of one transaction. */
async function booked(...rows: Record<string, unknown>[]): Promise<{ ids: string[]; id: number }> {
  const ids = await desk.plan(...rows.map((row) => ({ Date: DAY, ...row })));
  const push = await desk.push(...ids);
  expect(push).toMatchObject({ state: 'finished', counts: { done: 1 } });
  return { ids, id: Number(push.intents[0]?.buildium?.entityId) };
}

const leaseRow = async (Kind: string, Amount: number, more: Record<string, unknown> = {}) => ({
  ...{ Kind, Amount, Lease: lease, 'GL Account': await account('Late Fee Income') },
  ...{ Memo: 'Fee', Reference: '12', ...more },
});
const charge = async (Amount: number) => booked(await leaseRow('Lease charge', Amount));

const inBuildium = (id: number): Transaction | undefined => desk.booked().find((one) => one.id === id);
const tornChange = (kind: 'tornBefore' | 'tornAfter'): Fault[] =>
  (['PUT', 'PATCH'] as const).map((method) => ({
    ...{ method, path: '/v1/(leases|bills|generalledger)/', times: 1, effect: { kind } },
  }));

async function later(minutes: number): Promise<void> {
  desk.clock.advanceMs(minutes * MINUTE_MS);
  await desk.work();
}

describe('the lost answer to a change', () => {
  test.each([
    ['charge', async () => charge(31)],
    ['payment', async () => booked(await leaseRow('Lease payment', 32, { 'Payment Method': 'Check' }))],
    ['bill', async () => bill(33)],
    ['journal entry', async () => entry(34)],
  ])('of a %s that arrived: it is seen within seconds', async (_kind, book) => {
    const { ids } = await book();
    for (const id of ids) await desk.edit(id, { Amount: 39.5 });
    desk.breakBuildium(...tornChange('tornAfter'));
    const { pushId } = await desk.push(...ids);
    desk.engine.network.buildium.faults.clear();
    await later(0.1);
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    const { entries } = await desk.ask('listAudit', { action: 'pushAdopted', limit: '1' });
    expect(ids).toContain(entries[0]?.airtableRecordId);
    for (const id of ids) expect(desk.row(id).cells).toMatchObject({ 'Actual minus Planned': 0 });
  });

  test('that did not arrive, while somebody changed the memo: it is not taken for done, and can be pushed anew', async () => {
    const { ids, id } = await charge(100);
    await desk.edit(ids[0] ?? '', { Amount: 120 });
    desk.breakBuildium(...tornChange('tornBefore'));
    const { pushId } = await desk.push(...ids);
    await desk.engine.inBuildium('editTransaction', { transactionId: id, memo: 'Fee, as agreed' });
    await later(0.1);
    expect(await desk.read(pushId)).toMatchObject({ counts: { unknown: 1, done: 0 } });
    await later(3);
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { refused: 1 } });
    expect(inBuildium(id)?.lines).toMatchObject([{ amountCents: 10_000 }]);
    expect(desk.row(ids[0] ?? '').cells).toMatchObject({
      'Sync Status': 'Problem',
      'Sync Note':
        'Buildium shows neither what stood there before nor what was sent: somebody has changed it meanwhile. Nothing more is sent; preview it again and decide anew.',
    });
    const { records } = await desk.preview(...ids);
    expect(records).toMatchObject([{ outcome: 'change' }]);
    await desk.push(...ids);
    expect(inBuildium(id)).toMatchObject({ memo: 'Fee', lines: [{ amountCents: 12_000 }] });
  });

  test('that takes effect right before it would be sent again is done, and is not sent', async () => {
    const { ids, id } = await charge(50);
    await desk.edit(ids[0] ?? '', { Amount: 55 });
    desk.breakBuildium(...tornChange('tornBefore'));
    const { pushId } = await desk.push(...ids);
    const now = new Date(desk.clock.nowMs()).toISOString();
    await desk.engine.inBuildium('editTransactionAmount', { transactionId: id, amount: 55 });
    // As a worker leaves it that has just found nothing of it.
    await desk.engine.database.execute(
      `update intents set state = 'waiting', next_at = $2 where push_id = $1`,
      [pushId, now],
    );
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
  });
});

describe('a key that Buildium does not accept for a while', () => {
  const unauthorized = (method: 'GET' | 'POST', path: string): Fault => ({
    ...{ method, path, times: 1, effect: { kind: 'status', status: 401, body: {} } },
  });

  test.each([
    ['when it is sent', unauthorized('POST', '/charges$')],
    ['when Buildium is read before', unauthorized('GET', '/leases/.*/transactions')],
  ])('%s refuses nothing: the push waits and goes on by itself', async (_when, fault) => {
    const ids = await desk.plan({ Date: DAY, ...(await leaseRow('Lease charge', 60)) });
    const { pushId } = await desk.confirm(...ids);
    desk.breakBuildium(fault);
    await desk.work();
    const waits = await desk.read(pushId);
    expect(waits).toMatchObject({ state: 'running', counts: { underWay: 1, refused: 0 } });
    expect(waits.intents[0]?.message).toMatch(
      /^Waits: Buildium does not accept the stored API key.*goes on by itself\.$/,
    );
    await later(1);
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
  });

  test('does not bar the undo of a push: its reversal waits as well', async () => {
    const ids = await desk.plan({ Date: DAY, ...(await leaseRow('Lease charge', 61)) });
    const { pushId } = await desk.push(...ids);
    const { previewId } = await desk.ask('undoRun', { runId: pushId }, { dryRun: true });
    const undone = await desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId });
    desk.breakBuildium(unauthorized('POST', '/credits$'));
    await desk.work();
    await later(1);
    expect(await desk.read(undone.undoRunId ?? '')).toMatchObject({ state: 'finished', counts: { done: 1 } });
  });
});

async function bill(Amount: number) {
  const [vendorId = 0] = [...desk.engine.network.buildium.world.records.vendors.keys()];
  return booked({
    ...{ Kind: 'Bill', 'Due Date': '2026-12-16', Amount, Memo: 'Lock', Reference: 'R-1' },
    Vendor: await desk.to('vendors', vendorId),
    Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
    Unit: await desk.to('units', desk.cast.leaseOf('Amara Osei').unitId),
    'GL Account': await account('Repairs & Maintenance'),
  });
}

async function entry(Amount: number) {
  const Property = await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId);
  const row = { Kind: 'Journal entry', Amount, Group: `Accrual ${Amount}`, Property, Memo: 'Line' };
  return booked(
    { ...row, 'Debit or Credit': 'Debit', 'GL Account': await account('Depreciation Expense') },
    { ...row, 'Debit or Credit': 'Credit', 'GL Account': await account('Accumulated Depreciation') },
  );
}
