import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { claimIntents } from '../../server/db/intents.ts';
import { advancePushes } from '../../server/jobs/push/pushRun.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** Whatever becomes of an answer, a server or a second click: one push, one transaction in Buildium. */
let desk: Desk;
let lease: string[];
let rent: string[];
let day = 0;
beforeAll(async () => {
  desk = await openDesk();
  lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
});
afterAll(() => desk.close());

let before: number;
beforeEach(() => {
  before = desk.booked().length;
  day += 1;
});

/** Each test has a day of its own, so that nothing looks like anything of another. */
const date = (): string => `2026-09-${String(day).padStart(2, '0')}`;
const charge = (more = {}) => ({
  ...{ Kind: 'Lease charge', Date: date(), Amount: 100 + day, Lease: lease, 'GL Account': rent, ...more },
});
const payment = () => charge({ Kind: 'Lease payment', 'Payment Method': 'Cash' });
const bookedNow = () => desk.booked().slice(before);
const torn = (path: string, kind: 'tornAfter' | 'tornBefore', method = 'POST'): Fault => ({
  ...{ method, path, times: 1, effect: { kind } },
});

async function later(minutes: number): Promise<void> {
  desk.clock.advanceMs(minutes * MINUTE_MS);
  await desk.work();
}

test('where transactions are not synced no row is awaited: what is booked is done at once', async () => {
  const [id = ''] = await desk.plan(charge());
  const { pushId } = await desk.confirm(id);
  const { job } = desk.engine;
  const resources = { ...job.settings.resources, transactions: { enabled: false } };
  await advancePushes({ ...job, settings: { ...job.settings, resources } });
  expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
  expect(desk.row(id).cells).toMatchObject({
    ...{ 'Sync Status': 'Posted', 'Buildium ID': String(bookedNow()[0]?.id) },
  });
});

test('what is booked counts as booked while its row is still on the way', async () => {
  const [id = ''] = await desk.plan(charge());
  const { pushId } = await desk.push(id);
  await desk.engine.database.execute(
    `update intents set state = 'created', next_at = settled_at where push_id = $1`,
    [pushId],
  );
  const message = '1 of 1 booked.';
  expect(await desk.read(pushId)).toMatchObject({ state: 'running', message, counts: { done: 0 } });
  await later(1);
  expect(await desk.read(pushId)).toMatchObject({ state: 'finished', message, counts: { done: 1 } });
});

describe('an answer that never came', () => {
  test('to a charge that was booked: it is found by its mark and adopted within seconds', async () => {
    desk.breakBuildium(torn('/charges$', 'tornAfter'));
    const [id = ''] = await desk.plan(charge());
    const push = await desk.push(id);
    expect(push).toMatchObject({ state: 'running', counts: { unknown: 1 } });
    expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Unclear' });
    await later(0.1);
    expect(await desk.read(push.pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    expect(bookedNow()).toHaveLength(1);
    expect(desk.row(id).cells).toMatchObject({
      ...{ 'Sync Status': 'Posted', 'Buildium ID': String(bookedNow()[0]?.id) },
    });
    const { entries } = await desk.ask('listAudit', { action: 'pushAdopted', limit: '1' });
    expect(entries).toMatchObject([{ airtableRecordId: id, resource: 'transactions' }]);
  });

  test('to a charge that was not booked: looked for twice, a quarter of an hour apart, then sent again', async () => {
    desk.breakBuildium(torn('/charges$', 'tornBefore'));
    const [id = ''] = await desk.plan(charge());
    const { pushId } = await desk.push(id);
    await later(3);
    await later(10);
    expect(bookedNow()).toEqual([]);
    expect(await desk.read(pushId)).toMatchObject({ counts: { unknown: 1 } });
    await later(6);
    expect(bookedNow()).toHaveLength(1);
    expect(await desk.read(pushId)).toMatchObject({ counts: { done: 1 } });
  });

  test('to a payment that was not booked: a person is asked, and decides', async () => {
    desk.breakBuildium(torn('/payments$', 'tornBefore'));
    const [id = ''] = await desk.plan(payment());
    const { pushId } = await desk.push(id);
    await later(3);
    await later(16);
    expect(await desk.read(pushId)).toMatchObject({ state: 'needsPerson', counts: { asking: 1 } });
    const { intents } = await desk.ask('listIntents', { state: 'asking' });
    expect(intents).toMatchObject([{ pushId, choices: ['adopt', 'sendAgain', 'drop'] }]);
    const { attention } = await desk.ask('readStatus');
    expect(attention.filter(({ level }) => level === 'problem')).toContainEqual(
      expect.objectContaining({ about: 'Push', message: expect.stringContaining('payment') as unknown }),
    );
    await desk.ask('decideIntent', { intentId: intents[0]?.intentId ?? '' }, { decision: 'sendAgain' });
    await desk.work();
    expect(bookedNow()).toHaveLength(1);
    expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
  });

  test('and its lease is deleted meanwhile: nothing can be looked for, so that a person is asked', async () => {
    const gone: Fault = {
      method: 'GET',
      path: '/leases/.*/transactions',
      effect: { kind: 'status', status: 404 },
      times: 1,
    };
    desk.breakBuildium(torn('/charges$', 'tornBefore'));
    const [id = ''] = await desk.plan(charge());
    const { pushId } = await desk.push(id);
    desk.breakBuildium(gone);
    await later(3);
    expect(await desk.read(pushId)).toMatchObject({ state: 'needsPerson', counts: { asking: 1 } });
    const { intents } = await desk.ask('listIntents', { state: 'asking' });
    expect(intents[0]?.message).toContain('is gone from Buildium');
    await desk.ask('decideIntent', { intentId: intents[0]?.intentId ?? '' }, { decision: 'drop' });
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished' });
    expect(bookedNow()).toEqual([]);
  });

  test('to a payment whose request takes effect long after: what the person sends again is found instead', async () => {
    desk.breakBuildium(torn('/payments$', 'tornBefore'));
    const [id = ''] = await desk.plan(payment());
    const { pushId, intents } = await desk.push(id);
    await later(3);
    await later(16);
    const [lost] = await desk.engine.database.query<{ path: string; body: object }>(
      `select path, body from intents where push_id = $1`,
      [pushId],
    );
    await desk.engine.job.buildium.post(lost?.path ?? '', lost?.body);
    await desk.ask('decideIntent', { intentId: intents[0]?.intentId ?? '' }, { decision: 'sendAgain' });
    await desk.work();
    expect(bookedNow()).toHaveLength(1);
    expect(await desk.read(pushId)).toMatchObject({ counts: { done: 1 } });
  });

  test('and somebody books the same by hand meanwhile: the person says which it is, and there is one', async () => {
    desk.breakBuildium(torn('/payments$', 'tornBefore'));
    const [id = ''] = await desk.plan(payment());
    await desk.push(id);
    const { leaseId } = desk.cast.leaseOf('Amara Osei');
    const body = { Date: date(), PaymentMethod: 'Cash', SendEmailReceipt: false };
    const Lines = [{ Amount: 100 + day, GLAccountId: desk.cast.glAccountId('Rent Income') }];
    const made = await desk.engine.job.buildium.post(`/v1/leases/${leaseId}/payments`, { ...body, Lines });
    const byHand = (made.ok ? (made.value as { Id: number }) : { Id: 0 }).Id;
    // The sync hears of it: it waits, for it may be what was pushed.
    await desk.engine.mark('transactions', [byHand]);
    await desk.engine.drain('transactions');
    expect((await desk.to('transactions', byHand))[0]).toContain('has no row');
    await later(3);
    const { intents } = await desk.ask('listIntents', { state: 'asking' });
    expect(intents[0]?.candidates).toMatchObject([{ entityId: String(byHand) }]);
    const decision = { decision: 'adopt', entityId: String(byHand) };
    await desk.ask('decideIntent', { intentId: intents[0]?.intentId ?? '' }, decision);
    await desk.work();
    expect(bookedNow().map((one) => one.id)).toEqual([byHand]);
    expect(desk.row(id).cells).toMatchObject({ 'Buildium ID': String(byHand), 'Sync Status': 'Posted' });
    expect((await desk.to('transactions', byHand))[0]).toMatch(/^rec/);
  });

  test('and an error of Buildium’s own is no answer either', async () => {
    const effect = { kind: 'status', status: 503, body: {} } as const;
    desk.breakBuildium({ method: 'POST', path: '/charges$', times: 1, effect });
    const [id = ''] = await desk.plan(charge());
    expect(await desk.push(id)).toMatchObject({ counts: { unknown: 1 } });
    await later(3);
    await later(16);
    expect(bookedNow()).toHaveLength(1);
  });
});

describe('a server that dies', () => {
  /** A worker that took the intent and was never heard of again. */
  const claimAndDie = () =>
    claimIntents(desk.engine.database, {
      ...{ connectionId: desk.engine.network.connectionId, owner: 'dead', limit: 1 },
      now: new Date(desk.clock.nowMs()).toISOString(),
      until: new Date(desk.clock.nowMs() + 2 * MINUTE_MS).toISOString(),
    });

  test('before the request left: another sends it once its claim has run out', async () => {
    const [id = ''] = await desk.plan(charge());
    await desk.confirm(id);
    await claimAndDie();
    await desk.work();
    expect(bookedNow()).toEqual([]);
    await later(2.1);
    expect(bookedNow()).toHaveLength(1);
  });

  test('while it waits for its turn: it was not under way, so that nobody is asked about it', async () => {
    const { database, job } = desk.engine;
    const [id = ''] = await desk.plan(payment());
    const { pushId } = await desk.confirm(id);
    const stateOf = async (): Promise<unknown> =>
      (await database.query(`select state from intents where push_id = $1`, [pushId]))[0];
    const seen: unknown[] = [];
    await advancePushes({
      ...job,
      buildium: {
        ...job.buildium,
        post: async (...asked) => {
          seen.push(await stateOf());
          // The server stands still for so long that another has taken the intent up by then.
          await database.execute(`update intents set claim_fence = claim_fence + 1000 where push_id = $1`, [
            pushId,
          ]);
          return job.buildium.post(...asked);
        },
      },
    });
    expect(seen).toEqual([{ state: 'waiting' }]);
    expect(bookedNow()).toEqual([]);
    await later(5);
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    expect(bookedNow()).toHaveLength(1);
  });

  test('after the request left: another finds what it booked, and sends nothing', async () => {
    const [id = ''] = await desk.plan(payment());
    const { pushId } = await desk.confirm(id);
    // The worker is gone at the very moment at which Buildium's answer arrives.
    desk.breakBuildium(torn('/payments$', 'tornAfter'));
    await desk.work();
    await desk.engine.database.execute(
      `update intents set state = 'sending', claim_owner = 'dead', claim_fence = 1, next_at = $2,
         claim_until = $3 where push_id = $1`,
      [pushId, ...[0, 2].map((minutes) => new Date(desk.clock.nowMs() + minutes * MINUTE_MS).toISOString())],
    );
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ counts: { underWay: 1 } });
    await later(2.1);
    await later(0.1);
    expect(await desk.read(pushId)).toMatchObject({ counts: { done: 1 } });
    expect(bookedNow()).toHaveLength(1);
  });

  test('and comes back after its claim was passed on: it sends nothing', async () => {
    const [id = ''] = await desk.plan(charge());
    await desk.confirm(id);
    const [first, second] = [desk.engine.job, { ...desk.engine.job, owner: 'second' }];
    await Promise.all([advancePushes(first), advancePushes(second), advancePushes(first)]);
    expect(bookedNow()).toHaveLength(1);
  });
});

describe('two clicks', () => {
  test('at the very same moment, of six people: one transaction, one push', async () => {
    const [recordId = ''] = await desk.plan(charge());
    const { records } = await desk.preview(recordId);
    const body = { records: [{ recordId, previewHash: records[0]?.previewHash }], dryRun: false };
    const answers = await Promise.all(Array.from({ length: 6 }, () => desk.ask('push', {}, body)));
    expect(new Set(answers.map(({ push }) => push?.pushId)).size).toBe(1);
    await Promise.all([desk.work(), desk.work()]);
    expect(bookedNow()).toHaveLength(1);
  });

  test('of which the second repeats the confirmation after all is done: the same push is answered', async () => {
    const [recordId = ''] = await desk.plan(charge());
    const { records } = await desk.preview(recordId);
    const body = { records: [{ recordId, previewHash: records[0]?.previewHash }], dryRun: false };
    const first = await desk.ask('push', {}, body);
    await desk.work();
    const again = await desk.ask('push', {}, body);
    expect(again.push?.pushId).toBe(first.push?.pushId);
    await desk.work();
    expect(bookedNow()).toHaveLength(1);
  });
});

describe('a confirmation', () => {
  const confirmationOf = async (recordId: string) => {
    const { records } = await desk.preview(recordId);
    return { records: [{ recordId, previewHash: records[0]?.previewHash }], dryRun: false };
  };
  const centsBooked = () => bookedNow()[0]?.lines[0]?.amountCents;

  test('of an amount that was pushed before, changed back and typed again, is sent like any other', async () => {
    const [id = ''] = await desk.plan(charge({ Amount: 100 }));
    await desk.push(id);
    const pushIds: string[] = [];
    for (const Amount of [120, 100, 120]) {
      await desk.edit(id, { Amount });
      const push = await desk.push(id);
      expect(push).toMatchObject({ counts: { done: 1 } });
      expect(centsBooked()).toBe(Amount * 100);
      pushIds.push(push.pushId);
    }
    expect(new Set(pushIds).size).toBe(3);
    expect(bookedNow()).toHaveLength(1);
  });

  test('of a change that somebody has taken back in Buildium is sent again', async () => {
    const [id = ''] = await desk.plan(charge({ Amount: 100 }));
    await desk.push(id);
    await desk.edit(id, { Amount: 120 });
    await desk.push(id);
    const transactionId = bookedNow()[0]?.id;
    await desk.engine.inBuildium('editTransactionAmount', { transactionId, amount: 100 });
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'change' }]);
    await desk.push(id);
    expect(centsBooked()).toBe(12_000);
  });

  test('of a change, asked again after its answer was lost, answers with its own push and sends nothing', async () => {
    const [id = ''] = await desk.plan(charge({ Amount: 100 }));
    await desk.push(id);
    await desk.edit(id, { Amount: 120 });
    const to120 = await confirmationOf(id);
    const first = await desk.ask('push', {}, to120);
    expect((await desk.ask('push', {}, to120)).push?.pushId).toBe(first.push?.pushId);
    await desk.work();
    await desk.edit(id, { Amount: 100 });
    await desk.push(id);
    expect((await desk.ask('push', {}, to120)).push?.pushId).toBe(first.push?.pushId);
    await desk.work();
    expect(centsBooked()).toBe(10_000);
  });

  test('of what Buildium refused answers that, asked again, and sends nothing; a new preview does', async () => {
    const keys = desk.engine.network.buildium.world.key;
    const { permissions } = keys;
    const [id = ''] = await desk.plan(charge());
    const confirmation = await confirmationOf(id);
    keys.permissions = { ...permissions, 'Rentals > Lease transactions': 'View' };
    await desk.ask('push', {}, confirmation);
    await desk.work();
    keys.permissions = permissions;
    const again = await desk.ask('push', {}, confirmation);
    expect(again.push).toMatchObject({ state: 'finished', counts: { total: 1, refused: 1 } });
    await desk.work();
    expect(bookedNow()).toEqual([]);
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
  });
});

describe('nothing is sent', () => {
  test('when the row changed after its preview', async () => {
    const [recordId = ''] = await desk.plan(charge());
    const { records } = await desk.preview(recordId);
    await desk.edit(recordId, { Amount: 999 });
    const body = { records: [{ recordId, previewHash: records[0]?.previewHash }], dryRun: false };
    await expect(desk.ask('push', {}, body)).rejects.toThrow(/409.*changed since the preview/s);
    await desk.work();
    expect(bookedNow()).toEqual([]);
  });

  test('when the key may not book it: the row says which permission is missing, and it can be pushed later', async () => {
    const keys = desk.engine.network.buildium.world.key;
    const permissions = keys.permissions;
    keys.permissions = { ...permissions, 'Rentals > Lease transactions': 'View' };
    const [id = ''] = await desk.plan(charge());
    expect(await desk.push(id)).toMatchObject({ counts: { refused: 1 } });
    expect(desk.row(id).cells['Sync Status']).toBe('Problem');
    expect(desk.row(id).cells['Sync Note']).toContain('Rentals > Lease transactions');
    keys.permissions = { ...permissions, 'Rentals > Lease transactions': 'None' };
    const [seen] = (await desk.preview(id)).records;
    expect(seen).toMatchObject({ outcome: 'refused', problems: [{ rule: 'permission' }] });
    keys.permissions = permissions;
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
    expect(bookedNow()).toHaveLength(1);
    expect(desk.row(id).cells['Sync Note'] ?? null).toBeNull();
  });

  test('when a person drops what is unknown; the row can be planned anew', async () => {
    desk.breakBuildium(torn('/payments$', 'tornBefore'));
    const [id = ''] = await desk.plan(payment());
    const { intents } = await desk.push(id);
    const drop = () =>
      desk.ask('decideIntent', { intentId: intents[0]?.intentId ?? '' }, { decision: 'drop' });
    await expect(drop()).rejects.toThrow(/may still be under way; this can be decided from \S+ on\."/);
    await later(3);
    await drop();
    await later(30);
    expect(bookedNow()).toEqual([]);
    expect(desk.row(id).cells['Sync Status'] ?? null).toBeNull();
    expect((await desk.preview(id)).records[0]?.outcome).toBe('create');
  });
});
