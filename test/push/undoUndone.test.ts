import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** A journal entry can be undone, the undo undone, and so on: the books hold it or do not, and everybody is told which. */
let desk: Desk;
let rows: Record<string, unknown>[];
beforeAll(async () => {
  desk = await openDesk();
  const property = await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId);
  const account = (name: string) => desk.to('glAccounts', desk.cast.glAccountId(name));
  const row = { Kind: 'Journal entry', Date: '2026-11-16', Amount: 61, Group: 'Accrual', Property: property };
  rows = [
    { ...row, 'Debit or Credit': 'Debit', 'GL Account': await account('Depreciation Expense') },
    { ...row, 'Debit or Credit': 'Credit', 'GL Account': await account('Accumulated Depreciation') },
  ];
});
afterAll(() => desk.close());

const previewOf = (runId: string): Promise<ApiResponse<'undoRun'>> =>
  desk.ask('undoRun', { runId }, { dryRun: true });

async function undo(runId: string): Promise<string> {
  const { previewId } = await previewOf(runId);
  const { undoRunId } = await desk.ask('undoRun', { runId }, { dryRun: false, previewId });
  await desk.work();
  // Of several that are told at once, one may be told a look later.
  desk.clock.advanceMs(MINUTE_MS);
  await desk.work();
  return undoRunId ?? '';
}

/** What the entries debit to depreciation, all in all. */
const debitCents = (): number =>
  desk
    .booked()
    .flatMap((one) => (one.kind === 'JournalEntry' ? one.lines : []))
    .filter(({ glAccountId }) => glAccountId === desk.cast.glAccountId('Depreciation Expense'))
    .reduce((sum, line) => sum + (line.postingType === 'Debit' ? line.amountCents : -line.amountCents), 0);

test('what stands again after its undo was undone is called that, and is taken back where that is undone', async () => {
  const ids = await desk.plan(...rows);
  const { pushId, intents } = await desk.push(...ids);
  const entityId = intents[0]?.buildium?.entityId ?? '';
  const noteOf = (): unknown => desk.row(ids[0] ?? '').cells['Sync Note'] ?? null;

  const undone = await undo(pushId);
  expect([debitCents(), noteOf()]).toEqual([0, expect.stringMatching(/^Reversed on/)]);

  const undoneAgain = await undo(undone);
  expect([debitCents(), noteOf()]).toEqual([6100, null]);
  const { steps, message } = await previewOf(pushId);
  expect(message).toBeNull();
  expect(steps).toMatchObject([
    {
      what: 'byHand',
      sentence: `Journal entry ${entityId} of $61.00 stands again, since its undo was undone by token:journey. To take it back once more, undo that: run ${undoneAgain}.`,
    },
  ]);
  expect(await desk.read(pushId)).toMatchObject({ counts: { reversed: 0 } });

  await undo(undoneAgain);
  expect([debitCents(), noteOf()]).toEqual([0, expect.stringMatching(/^Reversed on/)]);
  expect(await previewOf(pushId)).toMatchObject({
    steps: [],
    message: expect.stringContaining('has been undone already'),
  });
  expect(await desk.read(pushId)).toMatchObject({ counts: { reversed: 1 } });
});
