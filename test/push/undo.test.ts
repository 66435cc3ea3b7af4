import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** A pushed payment is taken back by Buildium's own reversal, which exists for deposited payments alone. */
let desk: Desk;
let lease: string[];
let leaseId: number;
let rent: string[];
beforeAll(async () => {
  desk = await openDesk();
  ({ leaseId } = desk.cast.leaseOf('Amara Osei'));
  lease = await desk.to('leases', leaseId);
  rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
});
afterAll(() => desk.close());

const DAY = '2026-11-10';
/** The desk's Monday. */
const TODAY = '2026-11-16';

async function pay(amount: number): Promise<{ pushId: string; paymentId: string }> {
  const ids = await desk.plan({
    ...{ Kind: 'Lease payment', Date: DAY, Amount: amount, Lease: lease, 'GL Account': rent },
    ...{ 'Payment Method': 'Check', Reference: '77' },
  });
  const push = await desk.push(...ids);
  expect(push).toMatchObject({ state: 'finished', counts: { done: 1 } });
  return { pushId: push.pushId, paymentId: push.intents[0]?.buildium?.entityId ?? '' };
}

/** Somebody takes the check to the bank. */
async function deposit(paymentId: string): Promise<void> {
  const { buildium } = desk.engine.job;
  const path = `/v1/bankaccounts/${desk.cast.bankAccountId()}/deposits`;
  const body = { EntryDate: DAY, PaymentTransactionIds: [Number(paymentId)] };
  const answer = await buildium.post(path, body);
  if (!answer.ok) throw new Error(answer.error.message);
}

const previewOf = (pushId: string): Promise<ApiResponse<'undoRun'>> =>
  desk.ask('undoRun', { runId: pushId }, { dryRun: true });

async function undo(pushId: string): Promise<string> {
  const { previewId } = await previewOf(pushId);
  const { undoRunId } = await desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId });
  await desk.work();
  return undoRunId ?? '';
}

const reversalsOf = (paymentId: string): number =>
  desk.booked().filter((one) => one.kind === 'ReversePayment' && one.paymentId === Number(paymentId)).length;

describe('the undo of a pushed payment', () => {
  test('that is not deposited is for a person, who is told where', async () => {
    const { pushId, paymentId } = await pay(310);
    expect((await previewOf(pushId)).steps).toMatchObject([
      {
        what: 'byHand',
        sentence: `Lease payment ${paymentId} of $310.00: it is not deposited yet, and only a deposited payment can be reversed. Delete it in Buildium (Leasing > Rent roll > lease ${leaseId} > Ledger).`,
      },
    ]);
  });

  test('that is deposited is Buildium’s reversal of today, once', async () => {
    const { pushId, paymentId } = await pay(320);
    await deposit(paymentId);
    expect((await previewOf(pushId)).steps).toMatchObject([
      { what: 'reversal', amountCents: 32_000, sentence: expect.stringContaining(`taken back on ${TODAY}`) },
    ]);
    const undoRunId = await undo(pushId);
    expect(await desk.read(undoRunId)).toMatchObject({
      state: 'finished',
      intents: [{ kind: 'paymentReversal', kindLabel: 'Payment reversal', state: 'done' }],
    });
    expect(reversalsOf(paymentId)).toBe(1);
    expect((await previewOf(pushId)).steps).toEqual([]);
    expect((await previewOf(undoRunId)).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining('record the payment anew') },
    ]);
  });

  test('that is asked for twice at once is sent once, and the second is told to look again', async () => {
    const { pushId, paymentId } = await pay(325);
    await deposit(paymentId);
    const { previewId } = await previewOf(pushId);
    const click = (): Promise<unknown> =>
      desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId });
    const clicks = await Promise.allSettled([click(), click()]);
    expect(clicks.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const reversals = await desk.engine.database.query(
      `select 1 from intents where kind = 'paymentReversal' and body ->> 'PaymentTransactionId' = $1`,
      [paymentId],
    );
    expect(reversals).toHaveLength(1);
    await desk.work();
    expect(reversalsOf(paymentId)).toBe(1);
  });

  test('whose answer never came is not sent again: a person is shown the one that looks like it', async () => {
    const { pushId, paymentId } = await pay(330);
    await deposit(paymentId);
    const torn: Fault = {
      method: 'POST',
      path: '/reversepayments$',
      times: 1,
      effect: { kind: 'tornAfter' },
    };
    desk.breakBuildium(torn);
    const undoRunId = await undo(pushId);
    desk.clock.advanceMs(3 * MINUTE_MS);
    await desk.work();
    const [intent] = (await desk.read(undoRunId)).intents;
    const found = desk
      .booked()
      .find((one) => one.kind === 'ReversePayment' && one.paymentId === Number(paymentId));
    expect(intent).toMatchObject({
      state: 'asking',
      candidates: [{ entityId: String(found?.id), shown: expect.stringContaining('$330.00') }],
    });
    const decision = { decision: 'adopt', entityId: String(found?.id) };
    await desk.ask('decideIntent', { intentId: intent?.intentId ?? '' }, decision);
    await desk.work();
    expect(await desk.read(undoRunId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    expect(reversalsOf(paymentId)).toBe(1);
  });

  test('that the key may not reverse is tried again once somebody has ticked what is missing', async () => {
    const { pushId, paymentId } = await pay(333);
    await deposit(paymentId);
    const { previewId } = await previewOf(pushId);
    const { key } = desk.engine.network.buildium.world;
    await desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId });
    key.permissions = { ...key.permissions, 'Rentals > Lease transactions': 'View' };
    await desk.work();
    key.permissions = { ...key.permissions, 'Rentals > Lease transactions': 'Edit' };
    const [step] = (await previewOf(pushId)).steps;
    expect(step).toMatchObject({ what: 'reversal' });
    expect(step?.sentence).toMatch(
      /It was tried on 2026-11-16: The key may not book this\. .* Then undo it again\./,
    );
    await undo(pushId);
    expect(reversalsOf(paymentId)).toBe(1);
  });

  test('that Buildium has refused to reverse is not promised again: a person is told why', async () => {
    const { pushId, paymentId } = await pay(336);
    await deposit(paymentId);
    const path = `/v1/leases/${leaseId}/reversepayments`;
    const body = { EntryDate: TODAY, PaymentTransactionId: Number(paymentId) };
    const { buildium } = desk.engine.job;
    expect(await buildium.post(path, body)).toMatchObject({ ok: true });
    const undoRunId = await undo(pushId);
    expect((await desk.read(undoRunId)).intents).toMatchObject([
      { state: 'refused', message: expect.not.stringContaining('push it again') },
    ]);
    expect((await previewOf(pushId)).steps).toMatchObject([
      {
        what: 'byHand',
        sentence: expect.stringMatching(/already been reversed\. Reverse it in Buildium, or look/),
      },
    ]);
  });

  test('leaves a locked period alone', async () => {
    const { pushId, paymentId } = await pay(340);
    await deposit(paymentId);
    await desk.engine.inBuildium('setLockDate', { date: TODAY });
    expect((await previewOf(pushId)).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining(`(up to ${TODAY})`) },
    ]);
    await desk.engine.inBuildium('setLockDate', { date: null });
  });

  test('that somebody has changed or deleted in Buildium since is left as it is', async () => {
    const changed = await pay(350);
    await desk.engine.inBuildium('editTransactionAmount', {
      transactionId: Number(changed.paymentId),
      amount: 300,
    });
    const deleted = await pay(360);
    await desk.engine.inBuildium('deleteTransaction', { transactionId: Number(deleted.paymentId) });
    await desk.engine.mark('transactions', [changed.paymentId, deleted.paymentId]);
    await desk.engine.drain('transactions');
    expect((await previewOf(changed.pushId)).steps).toMatchObject([
      {
        what: 'byHand',
        sentence: expect.stringContaining('has been changed to $300.00 since it was booked'),
      },
    ]);
    expect((await previewOf(deleted.pushId)).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining('is gone from Buildium already') },
    ]);
  });
});
