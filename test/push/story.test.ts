import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { insertRun } from '../../server/db/runs.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** What a planned row's history says, and its answer to "why is this not in Buildium?". */
let desk: Desk;
let row: Record<string, unknown>;
let day = 0;
beforeAll(async () => {
  desk = await openDesk();
  const lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  const rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
  row = { Kind: 'Lease charge', Amount: 75, Lease: lease, 'GL Account': rent };
});
afterAll(() => desk.close());

/** Each test has a day of its own, so that nothing looks like anything of another. */
async function planned(more: Record<string, unknown> = {}): Promise<string> {
  day += 1;
  const [id = ''] = await desk.plan({ ...row, Date: `2026-09-${String(day).padStart(2, '0')}`, ...more });
  return id;
}

type Story = ApiResponse<'readRecordTimeline'>;
const storyOf = (airtableRecordId: string): Promise<Story> =>
  desk.ask('readRecordTimeline', { airtableRecordId });
const sentences = ({ steps }: Story): string[] => steps.map(({ sentence }) => sentence).toReversed();

test('a row that nobody has pushed says so, and what the last preview found wrong', async () => {
  const id = await planned({ Amount: null });
  expect(await storyOf(id)).toMatchObject({
    ...{ resource: 'plannedTransactions', entityId: null, steps: [] },
    now: { state: 'unlinked', sentence: expect.stringContaining('has not been pushed') as unknown },
  });
  await desk.preview(id);
  expect((await storyOf(id)).now).toMatchObject({
    ...{ state: 'held', sentence: expect.stringMatching(/Amount/) as unknown },
    whatToDo: 'Preview it again once it is corrected.',
  });
});

test('a row of no table that the sync knows is unknown as before', async () => {
  await expect(storyOf('recNobodysRow0001')).rejects.toThrow('does not know this row');
});

test('a charge that Buildium refused, and then took: who pushed it, why not, what it became, and what that did', async () => {
  const id = await planned();
  const refusal = { status: 422, body: { UserMessage: 'The period is closed.' } };
  desk.breakBuildium({ method: 'POST', path: '/charges$', times: 1, effect: { kind: 'status', ...refusal } });
  await desk.push(id);
  expect((await storyOf(id)).now).toMatchObject({
    state: 'held',
    sentence: expect.stringContaining('The period is closed.') as unknown,
  });
  desk.clock.advanceMs(MINUTE_MS);
  const { intents } = await desk.push(id);
  const entityId = intents[0]?.buildium?.entityId ?? '';
  const story = await storyOf(id);
  expect(story.now.sentence).toBe(`Booked as transaction ${entityId}. Both sides agree.`);
  expect(sentences(story)).toEqual([
    expect.stringMatching(/^A push was confirmed: Book a lease charge of \$75\.00/),
    expect.stringContaining('The period is closed.'),
    expect.stringMatching(/^A push was confirmed: Book/),
    `Booked in Buildium with the id ${entityId}; its row is on the way.`,
    'The sync saw this transaction for the first time.',
    expect.stringMatching(/^Its row was made in Airtable/),
  ]);
  expect(story.steps.at(-1)).toMatchObject({ kind: 'pushed', who: 'journey' });
  const { leaseId } = desk.cast.leaseOf('Amara Osei');
  const [made] = story.steps;
  expect(made?.details).toContainEqual(expect.stringMatching(new RegExp(`^Lease: .+ \\(${leaseId}\\)$`)));

  const paged: string[] = [];
  for (let before: string | undefined; ; ) {
    const query = { limit: '2', ...(before === undefined ? {} : { before }) };
    const page = await desk.ask('readRecordTimeline', { airtableRecordId: id, ...query });
    paged.push(...page.steps.map(({ stepId }) => stepId));
    if (page.nextBefore === null) break;
    before = page.nextBefore;
  }
  expect(paged).toEqual(story.steps.map(({ stepId }) => stepId));
});

test('a charge whose answer never came is looked for and found, and an undo reverses it', async () => {
  const id = await planned();
  desk.breakBuildium({ method: 'POST', path: '/charges$', times: 1, effect: { kind: 'tornAfter' } });
  const { pushId } = await desk.push(id);
  expect((await storyOf(id)).now).toMatchObject({
    state: 'waiting',
    sentence: expect.stringContaining('not known whether this was booked') as unknown,
  });
  desk.clock.advanceMs(MINUTE_MS);
  await desk.work();
  expect((await storyOf(id)).now.sentence).toMatch(/^Booked as transaction/);
  const { previewId } = await desk.ask('undoRun', { runId: pushId }, { dryRun: true });
  await desk.ask('undoRun', { runId: pushId }, { dryRun: false, previewId });
  await desk.work();
  const story = await storyOf(id);
  expect(story.now.sentence).toMatch(/^Booked as transaction \d+\. Reversed on .* by lease credit \d+/);
  const told = sentences(story);
  expect(told).toContainEqual(expect.stringContaining('not known whether this was booked'));
  expect(told).toContainEqual(expect.stringMatching(/^To be pushed into Buildium: Undo of Lease charge \d+/));
});

test('while the first pairing waits for a person, a planned row and a row that is not paired say so, and so does the push', async () => {
  const id = await planned();
  const { records } = await desk.preview(id);
  const { database, job } = desk.engine;
  await updateConnection(database, job.connectionId, { state: 'pairing' });
  try {
    expect((await storyOf(id)).now).toMatchObject({
      ...{ state: 'stopped', sentence: 'The first pairing is not finished.' },
      whatToDo: 'Finish it: `npm run cli -- pair`.',
    });
    await expect(storyOf('recNobodysRow0001')).rejects.toThrow(
      'does not know this row. The first pairing is not finished, and rows become known by it.',
    );
    const confirmed = records.map(({ recordId, previewHash }) => ({ recordId, previewHash }));
    await expect(desk.ask('push', {}, { records: confirmed, dryRun: false })).rejects.toThrow(
      'The first pairing is not finished, and nothing is sent before.',
    );
  } finally {
    await updateConnection(database, job.connectionId, { state: 'running' });
  }
});

test('while the first sync is under way, what it has not reached yet is said to come', async () => {
  const { database, job } = desk.engine;
  const run = { runId: job.newId(), kind: 'firstSync', state: 'running', requestedBy: 'test' } as const;
  await insertRun(database, job.connectionId, {
    ...{ ...run, startedAt: new Date(desk.clock.nowMs()).toISOString(), finishedAt: null },
    ...{ progress: {}, problem: null },
  });
  await expect(storyOf('recNobodysRow0001')).rejects.toThrow('The first sync is still under way');
  await expect(desk.ask('readEntityTimeline', { resource: 'leases', entityId: '999' })).rejects.toThrow(
    'The first sync is still under way',
  );
  await database.execute(`delete from runs where run_id = $1`, [run.runId]);
});

test('a group of more rows than one preview takes is confirmed whole, as it was shown', async () => {
  const { propertyId } = desk.cast.leaseOf('Amara Osei');
  const [vendorId = 0] = desk.engine.network.buildium.world.records.vendors.keys();
  const line = {
    ...{ Kind: 'Bill', Date: '2026-09-20', 'Due Date': '2026-10-20', Amount: 1, Group: 'Many lines' },
    'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Landscaping')),
    Property: await desk.to('properties', propertyId),
    Vendor: await desk.to('vendors', vendorId),
  };
  const [id = ''] = await desk.plan(...Array.from({ length: 501 }, () => line));
  const { intents } = await desk.confirm(id);
  expect(intents.map(({ recordIds }) => recordIds.length)).toEqual([501]);
});
