import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { formatCents } from '../../shared/money.ts';
import { beginSending, claimIntents } from '../../server/db/intents.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** The undo of a push that is not through: nothing of it is left on its way without a word. */
let desk: Desk;
let lease: string[];
let lateFee: string[];
beforeAll(async () => {
  desk = await openDesk();
  lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  lateFee = await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income'));
});
afterAll(() => desk.close());

const DAY = '2026-11-16';
const planned = (Amount: number, Kind = 'Lease charge', more = {}) => ({
  ...{ Kind, Date: DAY, Amount, Lease: lease, 'GL Account': lateFee, ...more },
});
const torn = (path: string, kind: 'tornAfter' | 'tornBefore'): Fault => ({
  ...{ method: 'POST', path, times: 1, effect: { kind } },
});

const previewOf = (runId: string): Promise<ApiResponse<'undoRun'>> =>
  desk.ask('undoRun', { runId }, { dryRun: true });

async function undo(runId: string): Promise<string> {
  const { previewId, steps } = await previewOf(runId);
  const accepted = steps.filter(({ what }) => what === 'notYet').map(({ stepId }) => stepId);
  const { undoRunId } = await desk.ask('undoRun', { runId }, { dryRun: false, previewId, accepted });
  await desk.work();
  return undoRunId ?? '';
}

async function later(minutes: number): Promise<void> {
  desk.clock.advanceMs(minutes * MINUTE_MS);
  await desk.work();
}

const centsOf = (kind: string, from: number): number[] =>
  desk
    .booked()
    .slice(from)
    .filter((one) => one.kind === kind)
    .map(({ lines }) => lines[0]?.amountCents ?? 0);

describe('the undo of a push', () => {
  test('one of whose charges is being looked for names it, reverses the others, and takes it back once it is found', async () => {
    const from = desk.booked().length;
    const ids = await desk.plan(planned(21), planned(22), planned(23));
    desk.breakBuildium(torn('/charges$', 'tornBefore'));
    const { pushId, intents } = await desk.push(...ids);
    // They are sent side by side: which of them is lost is chance.
    const unclear = intents.find(({ state }) => state === 'unknown');
    const lostCents = unclear?.amountCents ?? 0;
    const others = [2100, 2200, 2300].filter((cents) => cents !== lostCents);
    const { steps, counts, previewId } = await previewOf(pushId);
    expect(counts).toEqual({ canUndo: 2, notYet: 1, byHand: 0 });
    expect(steps.find(({ what }) => what === 'notYet')).toMatchObject({
      stepId: `push ${unclear?.intentId}`,
      sentence: `Nobody knows yet whether Buildium has taken lease charge of ${formatCents(lostCents)} on ${DAY}: it is looked for there by itself, and sent again if it is not there. Wait for its outcome or drop it under Push, then undo this push again.`,
    });
    await expect(desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId })).rejects.toThrow(
      /422.*notAccepted/s,
    );
    await undo(pushId);
    expect(centsOf('Credit', from).sort()).toEqual(others);
    await later(3);
    await later(16);
    expect(centsOf('Charge', from).sort()).toEqual([2100, 2200, 2300]);
    expect((await previewOf(pushId)).steps).toMatchObject([{ what: 'reversal', amountCents: lostCents }]);
    await undo(pushId);
    expect(centsOf('Credit', from).sort()).toEqual([2100, 2200, 2300]);
  });

  test('right after it was confirmed withdraws what has not left, and its rows can be pushed anew', async () => {
    const from = desk.booked().length;
    const ids = await desk.plan(planned(31), planned(32));
    const shown = await desk.preview(...ids);
    const records = shown.records.map(({ recordId, previewHash }) => ({ recordId, previewHash }));
    const confirm = () => desk.ask('push', {}, { records, dryRun: false });
    const pushId = (await confirm()).push?.pushId ?? '';
    expect((await previewOf(pushId)).steps).toMatchObject([
      {
        what: 'withdrawal',
        sentence: `Lease charge of $31.00 on ${DAY} has not been sent yet: it is withdrawn, and nothing is booked.`,
      },
      { what: 'withdrawal', amountCents: 3200 },
    ]);
    await undo(pushId);
    // The confirmation whose answer was lost is repeated: it is over all the same.
    expect((await confirm()).push).toMatchObject({ pushId, state: 'finished', counts: { refused: 2 } });
    await later(30);
    expect(desk.booked()).toHaveLength(from);
    expect(await previewOf(pushId)).toMatchObject({
      steps: [],
      message: expect.stringMatching(/undone already, by .* There is nothing left to undo\.$/),
    });
    const again = await desk.push(...ids);
    await later(1);
    expect(await desk.read(again.pushId)).toMatchObject({ counts: { total: 2, done: 2 } });
    expect(centsOf('Charge', from).sort()).toEqual([3100, 3200]);
  });

  test('withdraws what a worker has taken up and not sent: the worker finds it gone', async () => {
    const { database, network } = desk.engine;
    const from = desk.booked().length;
    const { pushId } = await desk.confirm(...(await desk.plan(planned(36))));
    const now = (): string => new Date(desk.clock.nowMs()).toISOString();
    const until = new Date(desk.clock.nowMs() + 2 * MINUTE_MS).toISOString();
    const of = { connectionId: network.connectionId, owner: 'slow', limit: 9, now: now(), until };
    const [claimed] = await claimIntents(database, of);
    await undo(pushId);
    const isOurs = claimed && (await beginSending(database, network.connectionId, claimed, now()));
    expect(isOurs).toBe(false);
    await later(5);
    expect(desk.booked()).toHaveLength(from);
  });

  test('that has left since the preview is previewed anew', async () => {
    const { pushId } = await desk.confirm(...(await desk.plan(planned(37))));
    const { previewId } = await previewOf(pushId);
    await desk.work();
    await expect(desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId })).rejects.toThrow(
      /409.*moved/s,
    );
    expect((await previewOf(pushId)).steps).toMatchObject([{ what: 'reversal' }]);
  });

  test('whose only payment waits for a decision says so, and nothing is done', async () => {
    desk.breakBuildium(torn('/payments$', 'tornBefore'));
    const { pushId, intents } = await desk.push(
      ...(await desk.plan(planned(41, 'Lease payment', { 'Payment Method': 'Cash' }))),
    );
    await later(3);
    await later(16);
    const { steps, previewId } = await previewOf(pushId);
    expect(steps).toMatchObject([
      {
        what: 'notYet',
        sentence: `Lease payment of $41.00 on ${DAY} waits for your decision. Say under Push what has become of it, then undo this push again.`,
      },
    ]);
    const accepted = steps.map(({ stepId }) => stepId);
    await expect(
      desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId, accepted }),
    ).rejects.toThrow(/409.*nothingToUndo/s);
    await desk.ask('decideIntent', { intentId: intents[0]?.intentId ?? '' }, { decision: 'drop' });
    expect(await previewOf(pushId)).toMatchObject({
      steps: [],
      message: 'This run changed nothing that could be undone.',
    });
  });

  test('that was to change a booked charge withdraws the change, and the row stays posted', async () => {
    const [id = ''] = await desk.plan(planned(51));
    const from = desk.booked().length;
    await desk.push(id);
    await desk.edit(id, { Amount: 52 });
    const { pushId } = await desk.confirm(id);
    expect((await previewOf(pushId)).steps).toMatchObject([
      { what: 'withdrawal', sentence: expect.stringMatching(/^The change of lease charge \d+ has not been/) },
    ]);
    await undo(pushId);
    expect(centsOf('Charge', from)).toEqual([5100]);
    expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'change' }]);
  });
});
