import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import type { Transaction } from '../../server/sandbox/buildium/transactions.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** An undo turns round what was sent: where that stands no longer, whoever has changed it, it books nothing. */
let desk: Desk;
let lease: string[];
let property: string[];
let account: (name: string) => Promise<string[]>;
beforeAll(async () => {
  desk = await openDesk();
  const { leaseId, propertyId } = desk.cast.leaseOf('Amara Osei');
  lease = await desk.to('leases', leaseId);
  property = await desk.to('properties', propertyId);
  account = (name) => desk.to('glAccounts', desk.cast.glAccountId(name));
});
afterAll(() => desk.close());

const DAY = '2026-11-16';
type Pushed = { pushId: string; ids: string[]; entityId: string };

async function pushed(...rows: Record<string, unknown>[]): Promise<Pushed> {
  const ids = await desk.plan(...rows);
  const push = await desk.push(...ids);
  expect(push).toMatchObject({ state: 'finished', counts: { done: 1 } });
  return { pushId: push.pushId, ids, entityId: push.intents[0]?.buildium?.entityId ?? '' };
}

const charge = async (Amount: number): Promise<Pushed> =>
  pushed({
    ...{ Kind: 'Lease charge', Date: DAY, Amount, Lease: lease },
    'GL Account': await account('Late Fee Income'),
  });

async function entry(Amount: number): Promise<Pushed> {
  const row = { Kind: 'Journal entry', Date: DAY, Amount, Group: `Accrual ${Amount}`, Property: property };
  return pushed(
    { ...row, 'Debit or Credit': 'Debit', 'GL Account': await account('Depreciation Expense') },
    { ...row, 'Debit or Credit': 'Credit', 'GL Account': await account('Accumulated Depreciation') },
  );
}

const previewOf = (runId: string): Promise<ApiResponse<'undoRun'>> =>
  desk.ask('undoRun', { runId }, { dryRun: true });

async function undo(runId: string, meanwhile = async (): Promise<void> => {}): Promise<string> {
  const { previewId } = await previewOf(runId);
  const { undoRunId } = await desk.ask('undoRun', { runId }, { dryRun: false, previewId });
  await meanwhile();
  await desk.work();
  return undoRunId ?? '';
}

const bookedAs = (entityId: string): Transaction => {
  const found = desk.booked().find(({ id }) => String(id) === entityId);
  if (!found) throw new Error(`Buildium has no ${entityId}`);
  return found;
};
const inBuildium = (name: string, entityId: string, input: object = {}): Promise<unknown> =>
  desk.engine.inBuildium(name, { transactionId: Number(entityId), ...input });

/** Somebody books the entry on other accounts; Buildium tells nobody. */
async function moveEntry(entityId: string): Promise<void> {
  const [debit, credit] = bookedAs(entityId).lines;
  const Amount = (debit?.amountCents ?? 0) / 100;
  const answer = await desk.engine.job.buildium.put(`/v1/generalledger/journalentries/${entityId}`, {
    AccountingEntity: {
      Id: desk.cast.leaseOf('Amara Osei').propertyId,
      AccountingEntityType: 'Rental',
    },
    ...{ Date: DAY, Memo: 'By hand' },
    Lines: [
      { GLAccountId: desk.cast.glAccountId('Repairs & Maintenance'), PostingType: 'Debit', Amount },
      { GLAccountId: credit?.glAccountId, PostingType: 'Credit', Amount },
    ],
  });
  if (!answer.ok) throw new Error(answer.error.message);
}

async function expectByHand(runId: string, sentence: string): Promise<void> {
  const { steps } = await previewOf(runId);
  expect(steps).toMatchObject([{ what: 'byHand', sentence: expect.stringContaining(sentence) }]);
}

describe('the undo of what a later push has changed at the same total', () => {
  test('an entry on other accounts is left as it is, and is reversed once it is pushed back', async () => {
    const { pushId, ids, entityId } = await entry(61);
    const [debit = ''] = ids;
    const from = desk.booked().length;
    await desk.edit(debit, { 'GL Account': await account('Repairs & Maintenance') });
    await desk.push(...ids);
    await expectByHand(
      pushId,
      `Journal entry ${entityId} of $61.00 has been changed in its accounts or lines since it was booked`,
    );
    await desk.edit(debit, { 'GL Account': await account('Depreciation Expense') });
    await desk.push(...ids);
    expect((await previewOf(pushId)).steps).toMatchObject([{ what: 'reversal' }]);
    await undo(pushId);
    expect(desk.booked().slice(from)).toMatchObject([
      { kind: 'JournalEntry', memo: expect.stringContaining(`Undo of journal entry ${entityId}`) },
    ]);
  });

  test('an entry the other way round, which Buildium does not show, is left as it is', async () => {
    const { pushId, ids } = await entry(62);
    const sides = ['Credit', 'Debit'];
    for (const [at, side] of sides.entries()) await desk.edit(ids[at] ?? '', { 'Debit or Credit': side });
    await desk.push(...ids);
    await expectByHand(pushId, 'has been changed in its debits and credits since it was booked');
  });

  test('an entry whose memo alone was changed is reversed', async () => {
    const { pushId, ids } = await entry(63);
    await desk.edit(ids[0] ?? '', { Memo: 'Roof' });
    expect(await desk.push(...ids)).toMatchObject({ counts: { done: 1 } });
    expect((await previewOf(pushId)).steps).toMatchObject([{ what: 'reversal' }]);
  });

  test('a charge on another account is not waived where it no longer is, and takes nothing from one that is', async () => {
    const { pushId, ids, entityId } = await charge(64);
    await desk.edit(ids[0] ?? '', { 'GL Account': await account('Rent Income') });
    await desk.push(...ids);
    await expectByHand(pushId, `Lease charge ${entityId} of $64.00 has been changed in its accounts`);
  });
});

describe('the undo of what somebody has changed in Buildium, of which the sync has not heard', () => {
  test.each([
    ['day', { date: '2026-11-12' }, 'has been moved to 2026-11-12'],
    ['amount', { amount: 12 }, 'has been changed to $12.00'],
  ])('a charge of another %s is left as it is', async (_what, edited, how) => {
    const { pushId, entityId } = await charge(71);
    await inBuildium('editTransaction', entityId, edited);
    await expectByHand(pushId, `${how} since it was booked, and is left as it is. Undo it in Buildium`);
  });

  test('an entry on another account is left as it is', async () => {
    const { pushId, entityId } = await entry(72);
    await moveEntry(entityId);
    await expectByHand(pushId, 'has been changed in its accounts or lines');
  });

  test('an entry that was deleted is not reversed: that would book against nothing', async () => {
    const { pushId, entityId } = await entry(73);
    await inBuildium('deleteTransaction', entityId);
    await expectByHand(pushId, 'is gone from Buildium already');
  });

  test('between the undo and its sending: nothing is sent, and it is tried again once it is set back', async () => {
    const { pushId, entityId } = await charge(74);
    const edit = (amount: number) => inBuildium('editTransaction', entityId, { amount });
    const from = desk.booked().length;
    const undoRunId = await undo(pushId, async () => void (await edit(70)));
    expect((await desk.read(undoRunId)).intents).toMatchObject([
      {
        state: 'refused',
        message: `Lease charge ${entityId} has been changed to $70.00 since the undo was previewed. Nothing was sent, and it is left as it is.`,
      },
    ]);
    expect(desk.booked()).toHaveLength(from);
    await expectByHand(pushId, 'has been changed to $70.00');
    await edit(74);
    await undo(pushId);
    expect(desk.booked().slice(from)).toMatchObject([{ kind: 'Credit', lines: [{ amountCents: 7400 }] }]);
  });
});

test('the undo of what a later push is about to change waits for the outcome of that', async () => {
  const { pushId, ids, entityId } = await charge(81);
  await desk.edit(ids[0] ?? '', { Amount: 82 });
  const torn: Fault = { method: 'PUT', path: '/charges/', times: 1, effect: { kind: 'tornBefore' } };
  desk.breakBuildium(torn);
  await desk.push(...ids);
  expect((await previewOf(pushId)).steps).toMatchObject([
    {
      what: 'notYet',
      sentence: `Lease charge ${entityId} of $81.00 is being changed by a later push. Once the outcome of that is clear, undo this push again.`,
    },
  ]);
  desk.clock.advanceMs(3 * MINUTE_MS);
  await desk.work();
  await expectByHand(pushId, 'has been changed to $82.00');
});
