import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDesk, type Desk } from './desk.ts';

/** What is copied from a posted group starts afresh, and never touches what it was copied from. */
let desk: Desk;
let line: Record<string, unknown>;
beforeAll(async () => {
  desk = await openDesk();
  const [vendorId = 0] = desk.engine.network.buildium.world.records.vendors.keys();
  line = {
    ...{ Kind: 'Bill', Date: '2026-11-12', 'Due Date': '2026-12-12' },
    Vendor: await desk.to('vendors', vendorId),
    Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
    'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance')),
  };
});
afterAll(() => desk.close());

/** A bill of two rows, posted. */
async function postedBill(Group: string): Promise<{ ids: string[]; billId: string }> {
  const ids = await desk.plan(
    { ...line, Group, Amount: 310, Memo: 'Roof' },
    { ...line, Group, Amount: 90, Memo: 'Gutter' },
  );
  const push = await desk.push(...ids);
  expect(push).toMatchObject({ state: 'finished', counts: { total: 1, done: 1 } });
  return { ids, billId: push.intents[0]?.buildium?.entityId ?? '' };
}

async function copyOf(id: string): Promise<string> {
  const { id: copy } = await desk.engine.inAirtable('duplicateRecord', { table: 'Planned Transactions', id });
  return String(copy);
}

const standingOf = (ids: readonly string[]) =>
  ids.map((id) => {
    const { cells } = desk.row(id);
    return [cells['Sync Status'] ?? null, cells['Sync Note'] ?? null, cells['Buildium ID'] ?? null];
  });

test('The copies of a whole posted bill are another bill under the same group, and the originals stay as they are', async () => {
  const { ids, billId } = await postedBill('Storm');
  const before = ids.map((id) => desk.row(id).cells);
  const copies = [await copyOf(ids[0] ?? ''), await copyOf(ids[1] ?? '')];
  // A copy shows all that its original does, until it is previewed.
  expect(standingOf(copies).map(([status]) => status)).toEqual(['Posted', 'Posted']);
  const { now } = await desk.ask('readRecordTimeline', { airtableRecordId: copies[0] ?? '' });
  expect(now).toMatchObject({
    state: 'unlinked',
    sentence: expect.stringMatching(
      /^It has not been booked: the Buildium ID that it shows is another row’s/,
    ),
  });
  const count = desk.booked().length;
  const preview = await desk.preview(...copies);
  expect(preview.records.map(({ recordId, outcome }) => [recordId, outcome])).toEqual(
    copies.map((id) => [id, 'create']),
  );
  expect(preview.totals).toMatchObject([{ kind: 'bill', transactions: 1, amountCents: 40_000 }]);
  expect(preview.records[0]?.warnings.map(({ rule }) => rule)).toEqual(['copy', 'possibleDuplicate']);
  expect(ids.map((id) => desk.row(id).cells)).toEqual(before);
  expect(standingOf(copies).map(([status, , id]) => [status, id])).toEqual([
    ['Copy', null],
    ['Copy', null],
  ]);

  expect(await desk.push(...copies)).toMatchObject({ state: 'finished', counts: { total: 1, done: 1 } });
  const [bill, ...more] = desk.booked().slice(count);
  expect(more).toEqual([]);
  expect(bill?.lines.map(({ amountCents }) => amountCents).sort()).toEqual([31_000, 9_000]);
  expect(standingOf([...ids, ...copies])).toEqual(
    [billId, billId, String(bill?.id), String(bill?.id)].map((id) => ['Posted', null, id]),
  );

  // Each is changed by its own rows from now on.
  await desk.edit(copies[0] ?? '', { Amount: 320 });
  const { records } = await desk.preview(...ids, ...copies);
  expect(records.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'change', 'change']);
});

test('A row that joins a posted group is another bill, and the preview says that it is not added to the first', async () => {
  const { ids, billId } = await postedBill('Flood');
  const [more = ''] = await desk.plan({ ...line, Group: 'Flood', Amount: 55 });
  const { records } = await desk.preview(more);
  expect(records).toMatchObject([{ recordId: more, outcome: 'create', amountCents: 5_500 }]);
  expect(records[0]?.warnings).toMatchObject([
    {
      rule: 'bookedGroup',
      message: `The group "Flood" is booked already as bill ${billId} with 2 rows. This row is not added to it: sent, it is another bill.`,
    },
  ]);
  expect(standingOf(ids).map(([status]) => status)).toEqual(['Posted', 'Posted']);
});

test('A copy that cannot be sent is marked alone', async () => {
  const { ids } = await postedBill('Hail');
  const copy = await copyOf(ids[0] ?? '');
  await desk.edit(copy, { Amount: -1 });
  expect((await desk.preview(copy)).records).toMatchObject([{ recordId: copy, outcome: 'refused' }]);
  expect(standingOf([copy]).map(([status]) => status)).toEqual(['Problem']);
  expect(standingOf(ids).map(([status, note]) => [status, note])).toEqual(ids.map(() => ['Posted', null]));
});

test('A posted bill one of whose rows has left its group is not changed, and both are told', async () => {
  const { ids, billId } = await postedBill('Ice');
  await desk.edit(ids[1] ?? '', { Group: 'Thaw' });
  const { records } = await desk.preview(...ids);
  expect(records.map(({ problems }) => problems.map(({ message }) => message))).toEqual(
    ids.map(() => [
      `It is booked as bill ${billId} with 2 rows, of which the group has 1 now. Bring the others back into the group, or change the lines in Buildium.`,
    ]),
  );
});

test('The sound rows of a group say which row keeps it from being sent, until that is corrected', async () => {
  const Group = 'Frost';
  const [bad = '', good = ''] = await desk.plan(
    { ...line, Group, Plan: 'Pipes', Amount: 12.345 },
    { ...line, Group, Amount: 90 },
  );
  await desk.preview(good);
  expect(standingOf([good])[0]?.slice(0, 2)).toEqual([
    'Problem',
    'Not sent, since its group "Frost" is sent as a whole. Correct "Pipes", as the Sync Note there says, then preview the group again.',
  ]);
  expect(standingOf([bad])[0]?.[1]).toContain('Amount has more than two decimals');
  await desk.edit(bad, { Amount: 12.34 });
  expect((await desk.preview(good)).records.map(({ outcome }) => outcome)).toEqual(['create', 'create']);
  expect(standingOf([bad, good])).toEqual([bad, good].map(() => [null, null, null]));
});

test('An id typed into Buildium ID that no planned row was booked as is not called the copy of anything', async () => {
  const [id = ''] = await desk.plan({ ...line, Amount: 77 });
  await desk.edit(id, { 'Buildium ID': '424242' });
  const { records } = await desk.preview(id);
  const message = expect.stringContaining('No planned row was booked as 424242') as unknown;
  expect(records).toMatchObject([{ outcome: 'create', warnings: [{ rule: 'strangeId', message }] }]);
  expect(standingOf([id])).toEqual([[null, message, null]]);
});

test('What is no id of a row is told as that by the timeline, and not as a service that is away', async () => {
  await expect(desk.ask('readRecordTimeline', { airtableRecordId: 'abc' })).rejects.toThrow(
    /422[^]*must be the id of a row, such as rec/,
  );
});

test('Two that look the same and were previewed apart: once the first is sent, the other is asked anew and warned of', async () => {
  const [id = ''] = await desk.plan({ ...line, Amount: 412 });
  const copy = await copyOf(id);
  const [first, second] = [await desk.preview(id), await desk.preview(copy)];
  const warned = [first, second].flatMap(({ records }) => records.flatMap(({ warnings }) => warnings));
  expect(warned).toEqual([]);
  const confirm = (recordId: string, { records }: typeof first) =>
    desk.ask('push', {}, { records: [{ recordId, previewHash: records[0]?.previewHash }], dryRun: false });
  const count = desk.booked().length;
  await confirm(id, first);
  await expect(confirm(copy, second)).rejects.toThrow(
    /409.*something that looks the same was booked or sent since\. Nothing was sent/,
  );
  await desk.work();
  await expect(confirm(copy, second)).rejects.toThrow('409');
  expect(desk.booked()).toHaveLength(count + 1);

  const anew = await desk.preview(copy);
  expect(anew.records[0]?.warnings).toMatchObject([{ rule: 'possibleDuplicate' }]);
  await confirm(copy, anew);
  await desk.work();
  expect(desk.booked()).toHaveLength(count + 2);
});
