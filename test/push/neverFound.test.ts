import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** What was sent, was not confirmed, and does not stand in Buildium where it is looked for first. */
let desk: Desk;
let lease: string[];
let rent: string[];
let repairs: string[];
let property: string[];
let vendor: string[];
beforeAll(async () => {
  desk = await openDesk();
  const { leaseId, propertyId } = desk.cast.leaseOf('Amara Osei');
  const [vendorId = 0] = desk.engine.network.buildium.world.records.vendors.keys();
  lease = await desk.to('leases', leaseId);
  property = await desk.to('properties', propertyId);
  vendor = await desk.to('vendors', vendorId);
  rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
  repairs = await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance'));
});
afterAll(() => desk.close());
afterEach(() => desk.engine.network.buildium.faults.clear());

type Cells = Record<string, unknown>;
const charge = (Amount: number, more: Cells = {}): Cells => ({
  ...{ Kind: 'Lease charge', Date: '2026-10-12', Amount, Lease: lease, 'GL Account': rent, ...more },
});
const bill = (Amount: number): Cells => ({
  ...{ Kind: 'Bill', Date: '2026-10-12', 'Due Date': '2026-12-12', Amount, Memo: 'Boiler' },
  ...{ Vendor: vendor, Property: property, 'GL Account': repairs },
});
const entry = (Amount: number): Cells[] =>
  [
    { 'Debit or Credit': 'Debit', 'GL Account': repairs },
    { 'Debit or Credit': 'Credit', 'GL Account': rent },
  ].map((side) => ({
    ...{ Kind: 'Journal entry', Date: '2026-10-12', Amount, Group: `Entry ${Amount}`, Property: property },
    ...side,
  }));
const broken = (method: string, path: string, effect: Fault['effect'], times = 1): Fault => ({
  ...{ method, path, times, effect },
});
const tornAfter: Fault['effect'] = { kind: 'tornAfter' };
const away: Fault['effect'] = { kind: 'status', status: 503, body: {} };
const gone: Fault['effect'] = { kind: 'status', status: 404, body: {} };

async function later(minutes: number): Promise<void> {
  desk.clock.advanceMs(minutes * MINUTE_MS);
  await desk.work();
}

/** Two looks that find nothing, and what follows from them. */
async function twoLooks(): Promise<void> {
  await later(3);
  await later(16);
}

type Intent = ApiResponse<'decideIntent'>;

async function onlyAsking(): Promise<Intent> {
  const { intents } = await desk.ask('listIntents', { state: 'asking' });
  const [intent] = intents;
  if (!intent || intents.length > 1) throw new Error(`${intents.length} intents are asking`);
  return intent;
}

const decide = (intentId: string, decision: string, entityId?: string): Promise<Intent> =>
  desk.ask('decideIntent', { intentId }, { decision, ...(entityId === undefined ? {} : { entityId }) });

describe('what was booked without an answer, and whose date somebody corrects before it is looked for', () => {
  test.each([
    ['a charge', '/charges$', () => [charge(611)]],
    ['a bill', '/bills$', () => [bill(612)]],
    ['a journal entry', '/journalentries$', () => entry(613)],
  ])('%s is known by its mark and not sent again', async (_what, path, rows) => {
    const before = desk.booked().length;
    const ids = await desk.plan(...rows());
    desk.breakBuildium(broken('POST', path, tornAfter));
    const { pushId } = await desk.push(...ids);
    const transactionId = desk.booked()[before]?.id;
    await desk.engine.inBuildium('editTransaction', { transactionId, date: '2026-11-09' });
    await twoLooks();
    expect(desk.booked()).toHaveLength(before + 1);
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    expect(desk.row(ids[0] ?? '').cells).toMatchObject({ 'Buildium ID': String(transactionId) });
  });

  test('and that has come to lie years away is taken over once the sync has seen its mark', async () => {
    const before = desk.booked().length;
    const [id = ''] = await desk.plan(charge(614));
    desk.breakBuildium(broken('POST', '/charges$', tornAfter));
    const { pushId } = await desk.push(id);
    const transactionId = desk.booked()[before]?.id ?? 0;
    await desk.engine.inBuildium('editTransaction', { transactionId, date: '2025-10-12' });
    await desk.engine.mark('transactions', [transactionId]);
    await desk.engine.drain('transactions');
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    await twoLooks();
    expect(desk.booked()).toHaveLength(before + 1);
  });
});

describe('what Buildium keeps answering with an error of its own', () => {
  test('is a charge: a person is asked after three times, and each time after that', async () => {
    const before = desk.booked().length;
    const [id = ''] = await desk.plan(charge(621));
    desk.breakBuildium(broken('POST', '/charges$', away, 5));
    const since = desk.engine.calls.length;
    const sent = () =>
      desk.engine.calls.slice(since).filter(({ kind }) => /^leases\.charges\./.test(kind)).length;
    const { pushId } = await desk.push(id);
    for (const times of [2, 3]) {
      await twoLooks();
      expect(sent()).toBe(times);
      expect(await desk.read(pushId)).toMatchObject({ state: 'running', counts: { unknown: 1 } });
    }
    await twoLooks();
    await later(120);
    expect(sent()).toBe(3);
    const intent = await onlyAsking();
    expect(intent).toMatchObject({ pushId, choices: ['adopt', 'sendAgain', 'drop'] });
    expect(intent.message).toContain('sent 3 times');
    const { attention } = await desk.ask('readStatus');
    expect(attention.map(({ message }) => message).join()).toContain('sent 3 times');
    await decide(intent.intentId, 'sendAgain');
    await desk.work();
    await twoLooks();
    expect(sent()).toBe(4);
    expect((await onlyAsking()).intentId).toBe(intent.intentId);
    desk.engine.network.buildium.faults.clear();
    await decide(intent.intentId, 'sendAgain');
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    expect(desk.booked()).toHaveLength(before + 1);
  });

  test('is a change: a person is asked after three times, and may send it again or drop it', async () => {
    const before = desk.booked().length;
    const [id = ''] = await desk.plan(charge(622));
    await desk.push(id);
    await desk.edit(id, { Amount: 623 });
    desk.breakBuildium(broken('PUT', '/charges/', away, 100));
    const { pushId } = await desk.push(id);
    for (const _again of [1, 2]) {
      await later(3);
      expect(await desk.read(pushId)).toMatchObject({ state: 'running', counts: { unknown: 1 } });
    }
    await later(3);
    await later(30);
    const intent = await onlyAsking();
    expect(intent).toMatchObject({ pushId, action: 'change', choices: ['sendAgain', 'drop'] });
    expect(intent.message).toContain('sent 3 times');
    const { entityId } = intent.buildium ?? {};
    await expect(decide(intent.intentId, 'adopt', entityId)).rejects.toThrow(
      /422.*send it again or drop it/s,
    );
    await decide(intent.intentId, 'drop');
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished' });
    expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
    desk.engine.network.buildium.faults.clear();
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
    expect(desk.booked().slice(before)).toMatchObject([{ lines: [{ amountCents: 62_300 }] }]);
  });

  test('and what only waited for its turn or for an answer that it was not let in counts for nothing', async () => {
    const before = desk.booked().length;
    const [id = ''] = await desk.plan(charge(624));
    desk.breakBuildium(broken('POST', '/charges$', { kind: 'status', status: 429, body: {} }, 2));
    const { pushId } = await desk.push(id);
    for (let times = 0; times < 8 && desk.booked().length === before; times += 1) await later(1);
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 1 } });
    const [counted] = await desk.engine.database.query(`select attempts from intents where push_id = $1`, [
      pushId,
    ]);
    expect(counted).toEqual({ attempts: 0 });
  });
});

describe('what was sent to a lease that is gone', () => {
  const leaseGone = broken('GET', '/leases/.*/transactions', gone, 100);

  async function sentToGone(amount: number): Promise<{ pushId: string; intentId: string }> {
    const [id = ''] = await desk.plan(charge(amount));
    desk.breakBuildium(broken('POST', '/charges$', { kind: 'tornBefore' }));
    const { pushId } = await desk.push(id);
    desk.breakBuildium(leaseGone);
    await later(3);
    const { intentId, message } = await onlyAsking();
    expect(message).toContain('is gone from Buildium');
    return { pushId, intentId };
  }

  test('can be dropped', async () => {
    const { pushId, intentId } = await sentToGone(631);
    await decide(intentId, 'drop');
    await desk.work();
    expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { refused: 1 } });
    desk.engine.network.buildium.faults.clear();
  });

  test('and is to be sent again asks once more: nobody says that nothing was booked', async () => {
    const { pushId, intentId } = await sentToGone(632);
    await decide(intentId, 'sendAgain');
    await desk.work();
    const asked = await onlyAsking();
    expect(asked).toMatchObject({ pushId, intentId });
    expect(asked.message).toContain('is gone from Buildium');
    desk.engine.network.buildium.faults.clear();
    await decide(intentId, 'drop');
    await desk.work();
  });
});
