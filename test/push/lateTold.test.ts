import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDesk, type Desk } from './desk.ts';

/** What became of an earlier push may reach the row late: what the row has become since stands. */
let desk: Desk;
let charge: (Amount: number) => Record<string, unknown>;
beforeAll(async () => {
  desk = await openDesk();
  const lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  const lateFee = await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income'));
  charge = (Amount) => ({
    ...{ Kind: 'Lease charge', Date: '2026-11-16', Amount, Lease: lease, 'GL Account': lateFee },
  });
});
afterAll(() => desk.close());

/** Airtable lets the token write nothing for a while. */
function closeAirtable(): void {
  desk.engine.network.airtable.faults.add([
    { method: 'PATCH', times: 20, effect: { kind: 'status', status: 403, body: {} } },
  ]);
}

function refuseInBuildium(): void {
  const effect = { kind: 'status', status: 422, body: { UserMessage: 'Not today.' } } as const;
  desk.breakBuildium({ method: 'POST', path: '/charges$', times: 1, effect });
}

const openAirtable = (): void => desk.engine.network.airtable.faults.clear();

async function later(minutes: number): Promise<void> {
  desk.clock.advanceMs(minutes * 60_000);
  await desk.work();
}

test('a refusal that could not be told does not stand over what was booked by the next push', async () => {
  const [id = ''] = await desk.plan(charge(41));
  refuseInBuildium();
  await desk.confirm(id);
  closeAirtable();
  await desk.work();
  openAirtable();
  await desk.push(id);
  expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
  await later(2);
  expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
  expect(desk.row(id).cells['Sync Note'] ?? null).toBeNull();
});

test('a withdrawal that could not be told does not stand over it either', async () => {
  const [id = ''] = await desk.plan(charge(42));
  const { pushId } = await desk.confirm(id);
  const { previewId } = await desk.ask('undoRun', { runId: pushId }, { dryRun: true });
  await desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId, accepted: [] });
  closeAirtable();
  await desk.work();
  openAirtable();
  await desk.push(id);
  await later(2);
  expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
});

test('what cannot be told is tried again after a while, not over and over', async () => {
  const [id = ''] = await desk.plan(charge(43));
  refuseInBuildium();
  await desk.confirm(id);
  closeAirtable();
  const since = desk.engine.calls.length;
  const writes = (): number => desk.engine.airtableWrites(since).length;
  await desk.work();
  expect(writes()).toBe(1);
  await later(1);
  expect(writes()).toBe(2);
  openAirtable();
  await later(1);
  expect(desk.row(id).cells).toMatchObject({
    ...{ 'Sync Status': 'Problem', 'Sync Note': expect.stringContaining('Not today.') },
  });
});
