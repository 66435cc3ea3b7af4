import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { listOpenNotices } from '../../server/db/notices.ts';
import { advanceRuns } from '../../server/jobs/runs.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** A pushed charge is waived, as far as Buildium waives it: what somebody has paid it does not. */
let desk: Desk;
let lease: string[];
let leaseId: number;
let rent: string[];
let lateFee: string[];
beforeAll(async () => {
  desk = await openDesk();
  ({ leaseId } = desk.cast.leaseOf('Amara Osei'));
  lease = await desk.to('leases', leaseId);
  rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
  lateFee = await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income'));
});
afterAll(() => desk.close());

/** The desk's Monday. */
const TODAY = '2026-11-16';
const LATER = '2026-11-20';

type Pushed = { pushId: string; chargeIds: string[]; rows: string[] };

async function charge(amounts: readonly number[], more: Record<string, unknown> = {}): Promise<Pushed> {
  const row = { Kind: 'Lease charge', Date: TODAY, Lease: lease, 'GL Account': lateFee, ...more };
  const rows = await desk.plan(...amounts.map((Amount) => ({ ...row, Amount })));
  const { pushId } = await desk.push(...rows);
  // Of several that are read back at once, one may find its row a look later.
  desk.clock.advanceMs(MINUTE_MS);
  await desk.work();
  const push = await desk.read(pushId);
  expect(push).toMatchObject({ state: 'finished', counts: { done: amounts.length } });
  return { pushId, rows, chargeIds: push.intents.map((one) => one.buildium?.entityId ?? '') };
}

/** The tenant pays so much for late fees. */
async function pay(amount: number): Promise<void> {
  const body = {
    ...{ Date: TODAY, PaymentMethod: 'Check', Memo: 'Late fee', SendEmailReceipt: false },
    Lines: [{ Amount: amount, GLAccountId: desk.cast.glAccountId('Late Fee Income') }],
  };
  const answer = await desk.engine.job.buildium.post(`/v1/leases/${leaseId}/payments`, body);
  if (!answer.ok) throw new Error(answer.error.message);
}

const previewOf = (pushId: string): Promise<ApiResponse<'undoRun'>> =>
  desk.ask('undoRun', { runId: pushId }, { dryRun: true });

async function undo(pushId: string, meanwhile = async (): Promise<void> => {}): Promise<string> {
  const { previewId, steps } = await previewOf(pushId);
  const accepted = steps.filter(({ what }) => what === 'byHand').map(({ stepId }) => stepId);
  const body = { dryRun: false, previewId, accepted };
  const { undoRunId } = await desk.ask('undoRun', { runId: pushId }, body);
  await meanwhile();
  await desk.work();
  await advanceRuns(desk.engine.job);
  return undoRunId ?? '';
}

async function notices(): Promise<string[]> {
  const { database, job } = desk.engine;
  const open = await listOpenNotices(database, job.connectionId, 100);
  return open.filter(({ kind }) => kind === 'undoIncomplete').map(({ message }) => message);
}

describe('the undo of a pushed charge', () => {
  test('waives what is unpaid, and of several charges no more than is unpaid of them together', async () => {
    const { pushId, chargeIds } = await charge([20, 30]);
    expect((await previewOf(pushId)).counts).toEqual({ canUndo: 2, notYet: 0, byHand: 0 });
    await pay(15);
    const { steps } = await previewOf(pushId);
    expect(steps).toMatchObject([
      {
        what: 'reversal',
        sentence: `Lease charge ${chargeIds[0]} of $20.00 is waived by a credit of the same day.`,
      },
      { what: 'byHand', sentence: expect.stringContaining(`of $30.00: only $15.00 of it is unpaid`) },
    ]);
    const undoRunId = await undo(pushId);
    expect(await desk.read(undoRunId)).toMatchObject({ intents: [{ kind: 'leaseCredit', state: 'done' }] });
    await pay(15);
  });

  test('that is paid before the credit arrives says why it was refused, and is tried again once it can work', async () => {
    const { pushId, chargeIds } = await charge([40]);
    const undoRunId = await undo(pushId, () => pay(40));
    const [refused] = (await desk.read(undoRunId)).intents;
    const told = `Lease charge ${chargeIds[0]} of $40.00: ${refused?.message} Undo it in Buildium (Leasing > Rent roll > lease ${leaseId} > Ledger)`;
    expect(await notices()).toEqual([expect.stringContaining(told)]);
    expect(refused?.message).toMatch(
      /^Buildium refused to reverse it, and nothing was booked\. .*unpaid charges of the account\.$/,
    );
    expect((await previewOf(pushId)).steps).toMatchObject([
      { what: 'byHand', sentence: expect.stringContaining('nothing of it is unpaid') },
    ]);
    await charge([50]);
    expect((await previewOf(pushId)).steps).toMatchObject([
      {
        what: 'reversal',
        sentence: expect.stringMatching(
          /by a credit of the same day\. It was tried on 2026-11-16: .*unpaid charges/,
        ),
      },
    ]);
    await undo(pushId, () => pay(50));
    expect(await notices()).toHaveLength(1);
    await charge([50]);
    expect(await desk.read(await undo(pushId))).toMatchObject({ intents: [{ state: 'done' }] });
    expect(await notices()).toEqual([]);
    await pay(10);
  });

  test('says on the planned row and in its push what it was reversed by, and the row is not sent again by an edit', async () => {
    const { pushId, chargeIds, rows } = await charge([45]);
    const undoRunId = await undo(pushId);
    const [credit] = (await desk.read(undoRunId)).intents;
    const by = `lease credit ${credit?.buildium?.entityId ?? ''} of $45.00`;
    const note = `Reversed on ${TODAY} by ${by}, as ${credit?.requestedBy ?? ''} asked. To book it again, copy the row.`;
    const rowId = rows[0] ?? '';
    expect(desk.row(rowId).cells).toMatchObject({ 'Sync Status': 'Posted', 'Sync Note': note });
    expect(await desk.read(pushId)).toMatchObject({
      counts: { done: 1, reversed: 1 },
      message: '1 of 1 booked, 1 of them reversed since.',
      intents: [
        {
          message: `Booked in Buildium with the id ${chargeIds[0]}. ${note}`,
          reversedBy: { pushId: undoRunId, kindLabel: 'Lease credit', entityId: credit?.buildium?.entityId },
        },
      ],
    });

    await desk.edit(rowId, { Amount: 46 });
    expect(await desk.preview(rowId)).toMatchObject({
      records: [
        { outcome: 'refused', problems: [{ rule: 'reversed', message: expect.stringContaining(by) }] },
      ],
    });
    await desk.edit(rowId, { Amount: 45 });
    expect(await desk.preview(rowId)).toMatchObject({
      records: [{ outcome: 'unchanged', summary: `Was booked as lease charge ${chargeIds[0]}. ${note}` }],
    });
    expect(desk.row(rowId).cells).toMatchObject({ 'Sync Status': 'Posted', 'Sync Note': note });
  });

  test('asked for again says that it is undone already, by whom and when', async () => {
    const { pushId } = await charge([42]);
    const { previewId } = await previewOf(pushId);
    const undoRunId = await undo(pushId);
    const message = `Everything of this run has been undone already, by token:journey on ${TODAY} (run ${undoRunId}). There is nothing left to undo.`;
    expect(await previewOf(pushId)).toMatchObject({ steps: [], message });
    const again = desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId });
    await expect(again).rejects.toThrow(message);
  });

  test('leaves nothing to decide about an intent that is at rest, whatever is asked for', async () => {
    const { pushId, chargeIds } = await charge([43]);
    const [charged] = (await desk.read(pushId)).intents;
    const decide = (intentId: string, decision: object) => desk.ask('decideIntent', { intentId }, decision);
    const decisions = [
      { decision: 'sendAgain' },
      { decision: 'drop' },
      { decision: 'adopt', entityId: '987654' },
    ];
    for (const decision of decisions)
      await expect(decide(charged?.intentId ?? '', decision)).rejects.toThrow(
        `This one is booked already as lease charge ${chargeIds[0]}; there is nothing to decide.`,
      );
    const undoRunId = await undo(pushId, () => pay(43));
    const [refused] = (await desk.read(undoRunId)).intents;
    await expect(decide(refused?.intentId ?? '', { decision: 'drop' })).rejects.toThrow(
      'This one was refused and nothing was booked; there is nothing to decide. Undo its push again',
    );
  });

  test('of a day to come may be paid already, which Buildium does not tell: it is asked for once', async () => {
    const { pushId } = await charge([60], { Date: LATER });
    const [asked] = (await previewOf(pushId)).steps;
    expect(asked?.sentence).toContain(`unless it has been paid: Buildium tells only from ${LATER} on`);
    await desk.engine.inBuildium('recordRentPayment', { leaseId, amount: 5000 });
    await undo(pushId);
    expect((await previewOf(pushId)).steps).toMatchObject([
      {
        what: 'byHand',
        sentence: expect.stringMatching(/: It was tried on .*unpaid charges.* Delete the charge/),
      },
    ]);
  });

  test('is not promised where the key may not see what is unpaid', async () => {
    const { pushId } = await charge([70]);
    const { key } = desk.engine.network.buildium.world;
    key.permissions = { ...key.permissions, 'Rentals > Outstanding Balances': 'None' };
    const [step] = (await previewOf(pushId)).steps;
    expect(step).toMatchObject({
      what: 'reversal',
      sentence: expect.stringContaining(
        'the key may not view what is unpaid (Rentals > Outstanding Balances)',
      ),
    });
    key.permissions = { ...key.permissions, 'Rentals > Outstanding Balances': 'View' };
  });

  test('that money paid before has settled is for a person, who is told why and where', async () => {
    const { pushId, chargeIds } = await charge([31], { 'GL Account': rent });
    expect((await previewOf(pushId)).steps).toMatchObject([
      {
        what: 'byHand',
        sentence: `Lease charge ${chargeIds[0]} of $31.00: nothing of it is unpaid on lease ${leaseId}, and Buildium waives no more than what is unpaid. Delete the charge in Buildium, or give the tenant a credit for it there (Leasing > Rent roll > lease ${leaseId} > Ledger).`,
      },
    ]);
  });
});
