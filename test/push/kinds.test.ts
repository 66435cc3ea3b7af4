import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { markerIn } from '../../shared/marker.ts';
import { openDesk, type Desk } from './desk.ts';

/** Every kind of planned row becomes one transaction in Buildium, and the row shows it. */
let desk: Desk;
let lease: string[];
let rent: string[];
beforeAll(async () => {
  desk = await openDesk();
  lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
});
afterAll(() => desk.close());

const leaseRow = (kind: string, amount: number, more: Record<string, unknown> = {}) => ({
  ...{ Kind: kind, Date: '2026-11-10', Amount: amount, Lease: lease, 'GL Account': rent, ...more },
});

async function bookedAs(recordIds: readonly string[]) {
  const before = desk.booked().length;
  const push = await desk.push(...recordIds);
  expect(push).toMatchObject({ state: 'finished', counts: { total: 1, done: 1 } });
  const [transaction, ...more] = desk.booked().slice(before);
  expect(more).toEqual([]);
  const id = String(transaction?.id);
  for (const recordId of recordIds)
    expect(desk.row(recordId).cells).toMatchObject({
      ...{ 'Buildium ID': id, 'Sync Status': 'Posted', 'Actual minus Planned': 0 },
    });
  return { transaction, id, row: desk.row(recordIds[0] ?? '').cells, push };
}

describe('a planned row of each kind is booked once', () => {
  test('a lease charge, linked to its transaction', async () => {
    const ids = await desk.plan(leaseRow('Lease charge', 45.5, { Memo: 'Lost key', Reference: 'K-7' }));
    const { transaction, row, push } = await bookedAs(ids);
    expect(transaction).toMatchObject({ kind: 'Charge', memo: 'Lost key', date: '2026-11-10' });
    expect(transaction?.lines).toMatchObject([{ amountCents: 4550 }]);
    expect(markerIn(transaction?.lines[0]?.referenceNumber)).not.toBeNull();
    expect(row['Transaction']).toEqual(['Charge · 2026-11-10 · $45.50']);
    expect(push.intents[0]?.buildium?.airtableRecordId).toMatch(/^rec/);
  });

  test('a payment, without a receipt unless it is ticked', async () => {
    const tenantId = desk.cast.leaseOf('Amara Osei').tenantId;
    const Payee = await desk.to('tenants', tenantId);
    const more = { 'Payment Method': 'Check', Payee, Reference: '1042', Memo: 'November' };
    const ids = await desk.plan(leaseRow('Lease payment', 500, more));
    const preview = await desk.preview(...ids);
    expect(preview.records[0]?.fields.map(({ column }) => column)).not.toContain('Send Receipt');
    const { transaction, id } = await bookedAs(ids);
    expect(transaction).toMatchObject({
      ...{ kind: 'Payment', paymentMethod: 'Check', payeeTenantId: tenantId },
    });
    // Our mark is for Buildium; in Airtable the check number reads as it was typed.
    expect(await desk.engine.cellsOf('transactions', id)).toMatchObject({ checkNumber: '1042' });
  });

  test('a credit, its mark at the end of the memo and not shown in Airtable', async () => {
    const offset = await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance'));
    const more = { 'Credit Type': 'Exchange', 'Offset Account': offset, Memo: 'Painted it themselves' };
    const { transaction, id } = await bookedAs(await desk.plan(leaseRow('Lease credit', 80, more)));
    expect(transaction).toMatchObject({ kind: 'Credit', creditType: 'Exchange' });
    expect(transaction?.memo).toMatch(/^Painted it themselves AS-/);
    expect(await desk.engine.cellsOf('transactions', id)).toMatchObject({ memo: 'Painted it themselves' });
  });

  test('a credit whose reference Buildium has no place for says so before it is sent', async () => {
    const more = { 'Credit Type': 'Waive unpaid', Reference: 'R-9', Payee: [] };
    const [id = ''] = await desk.plan(leaseRow('Lease credit', 5, more));
    expect((await desk.preview(id)).records[0]?.warnings).toMatchObject([
      { rule: 'leftOut', message: 'Not sent, since a lease credit has none in Buildium: Reference.' },
    ]);
    await desk.edit(id, { Reference: null });
    expect((await desk.preview(id)).records[0]?.warnings).toEqual([]);
  });

  test('a refund to the only tenant, whose address lies in our tables only sealed', async () => {
    const deposit = await desk.to('glAccounts', desk.cast.glAccountId('Security Deposit Liability'));
    const bank = await desk.to('bankAccounts', desk.cast.bankAccountId());
    const more = { 'GL Account': deposit, 'Bank Account': bank };
    const { transaction } = await bookedAs(await desk.plan(leaseRow('Lease refund', 25, more)));
    expect(transaction).toMatchObject({ kind: 'Refund', address: { Country: 'UnitedStates' } });
    const [stored] = await desk.engine.database.query<{ body: string }>(
      `select body::text || coalesce(body_sealed, '') as body from intents where kind = 'leaseRefund'`,
    );
    expect(stored?.body).not.toContain('Commercial Wharf');
  });

  test('a bill whose group is its two lines', async () => {
    const { propertyId } = desk.cast.leaseOf('Amara Osei');
    const line = {
      ...{ Kind: 'Bill', Date: '2026-11-12', 'Due Date': '2026-12-12', Group: 'Storm November' },
      Vendor: await desk.to(
        'vendors',
        [...desk.engine.network.buildium.world.records.vendors.keys()][0] ?? 0,
      ),
      Property: await desk.to('properties', propertyId),
      'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance')),
    };
    const ids = await desk.plan(
      { ...line, Amount: 310, Memo: 'Roof' },
      { ...line, Amount: 90, Memo: 'Gutter' },
    );
    const preview = await desk.preview(ids[0] ?? '');
    expect(preview.records).toHaveLength(2);
    expect(preview.totals).toMatchObject([{ kind: 'bill', transactions: 1, amountCents: 40000 }]);
    const { transaction, row } = await bookedAs(ids);
    expect(transaction).toMatchObject({ kind: 'Bill', memo: 'Storm November', dueDate: '2026-12-12' });
    expect(transaction?.lines.map(({ amountCents }) => amountCents).sort()).toEqual([31000, 9000]);
    expect(row['Bill']).toHaveLength(1);
  });

  test('a journal entry whose debits equal its credits', async () => {
    const base = {
      ...{ Kind: 'Journal entry', Date: '2026-11-13', Group: 'Depreciation November' },
      Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
    };
    const account = async (name: string) => desk.to('glAccounts', desk.cast.glAccountId(name));
    const debit = { 'Debit or Credit': 'Debit', 'GL Account': await account('Depreciation Expense') };
    const credit = { 'Debit or Credit': 'Credit', 'GL Account': await account('Accumulated Depreciation') };
    const ids = await desk.plan({ ...base, ...debit, Amount: 120 }, { ...base, ...credit, Amount: 120 });
    const { transaction } = await bookedAs(ids);
    expect(transaction).toMatchObject({ kind: 'JournalEntry' });
    expect(transaction?.memo).toMatch(/^Depreciation November AS-/);
  });
});

test('a preview and its push show the rows in the order in which they were given', async () => {
  const ids = await desk.plan(...[11, 12, 13, 14].map((amount) => leaseRow('Lease charge', amount)));
  const given = [2, 0, 3, 1].flatMap((at) => ids[at] ?? []);
  expect((await desk.preview(...given)).records.map(({ recordId }) => recordId)).toEqual(given);
  const { intents } = await desk.push(...given);
  expect(intents.map(({ recordIds }) => recordIds[0])).toEqual(given);
  expect(intents.map(({ amountCents }) => amountCents)).toEqual([1300, 1100, 1400, 1200]);
});

describe('a booked row', () => {
  test('is not booked again by another push, and one that was edited changes its transaction', async () => {
    const [id = ''] = await desk.plan(leaseRow('Lease charge', 60, { Memo: 'Cleaning' }));
    await bookedAs([id]);
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'unchanged', previewHash: null }]);
    await desk.edit(id, { Amount: 75, Memo: 'Cleaning and carpet' });
    const { records } = await desk.preview(id);
    expect(records[0]).toMatchObject({
      outcome: 'change',
      fields: expect.arrayContaining([
        expect.objectContaining({ column: 'Amount', beforeText: '$60.00', afterText: '$75.00' }),
        expect.objectContaining({ column: 'Memo', before: 'Cleaning', after: 'Cleaning and carpet' }),
      ]) as unknown,
    });
    const before = desk.booked();
    expect((await desk.push(id)).counts).toMatchObject({ done: 1 });
    expect(desk.booked()).toHaveLength(before.length);
    expect(desk.booked().at(-1)).toMatchObject({
      memo: 'Cleaning and carpet',
      lines: [{ amountCents: 7500 }],
    });
    expect(desk.row(id).cells).toMatchObject({ 'Actual Amount': 75, 'Actual minus Planned': 0 });
  });

  /** Pushes changed rows again: what the preview showed is what Buildium has, and nothing is booked beside it. */
  async function change(ids: readonly string[], edited: Readonly<Record<string, unknown>>) {
    const [first = ''] = ids;
    await desk.edit(first, edited);
    const { records } = await desk.preview(first);
    const shown = records.find(({ recordId }) => recordId === first);
    expect(shown?.warnings).toEqual([]);
    expect(shown?.fields.map(({ column }) => column)).not.toContain('Send Receipt');
    const count = desk.booked().length;
    const push = await desk.push(first);
    expect(push).toMatchObject({ state: 'finished', counts: { total: 1, done: 1 } });
    const message = expect.not.stringContaining('something else') as unknown;
    expect(push.intents).toMatchObject([{ action: 'change', message }]);
    expect(desk.booked()).toHaveLength(count);
    for (const id of ids) expect(desk.row(id).cells).toMatchObject({ 'Actual minus Planned': 0 });
    expect((await desk.preview(first)).records[0]?.outcome).toBe('unchanged');
    const changed = shown?.fields.filter(({ beforeText, afterText }) => beforeText !== afterText);
    return changed?.map(({ column, beforeText, afterText }) => [column, beforeText, afterText]);
  }

  test('a charge and a bill whose account, property or unit is changed show both by their names', async () => {
    const ids = await desk.plan(leaseRow('Lease charge', 27));
    await bookedAs(ids);
    const lateFees = await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income'));
    expect(await change(ids, { 'GL Account': lateFees })).toEqual([
      ['GL Account', 'Rent Income', 'Late Fee Income'],
    ]);
    const [cottage, { unitId }] = [
      desk.cast.unit('Cedar Cottage', 'Cedar Cottage'),
      desk.cast.leaseOf('Amara Osei'),
    ];
    const bill = await desk.plan({
      ...{ Kind: 'Bill', Date: '2026-11-12', 'Due Date': '2026-12-12', Amount: 28 },
      Vendor: await desk.to(
        'vendors',
        [...desk.engine.network.buildium.world.records.vendors.keys()][0] ?? 0,
      ),
      Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
      Unit: await desk.to('units', unitId),
      'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance')),
    });
    await bookedAs(bill);
    const moved = { Property: await desk.to('properties', cottage.propertyId), Unit: [] };
    const [property, unit] = (await change(bill, moved)) ?? [];
    expect(property).toEqual(['Property', expect.not.stringMatching(/\d{4}/), 'Cedar Cottage']);
    expect(unit).toEqual(['Unit', expect.not.stringMatching(/^Unit \d{4}/), '']);
  });

  test('a payment is changed by another push, and keeps our mark', async () => {
    const more = { 'Payment Method': 'Check', Reference: '1077', Memo: 'December' };
    const ids = await desk.plan(leaseRow('Lease payment', 410, more));
    const { id } = await bookedAs(ids);
    // No receipt is mailed for a change, ticked or not, and the preview promises none.
    await desk.edit(ids[0] ?? '', { 'Send Receipt': true });
    expect((await desk.preview(...ids)).records).toMatchObject([{ outcome: 'unchanged', warnings: [] }]);
    expect(await change(ids, { Amount: 415, Memo: 'December, all', Date: '2026-11-11' })).toEqual([
      ['Date', '2026-11-10', '2026-11-11'],
      ['Amount', '$410.00', '$415.00'],
      ['Memo', 'December', 'December, all'],
    ]);
    const payment = desk.booked().find((one) => String(one.id) === id);
    expect(payment).toMatchObject({ date: '2026-11-11', memo: 'December, all', paymentMethod: 'Check' });
    expect(payment?.lines).toMatchObject([{ amountCents: 41500 }]);
    expect(payment).toMatchObject({ checkNumber: expect.stringMatching(/AS-/) });
  });

  test('a bill of one row, without a group, differs in nothing once it is booked, and its memo can be changed', async () => {
    const ids = await desk.plan({
      ...{ Kind: 'Bill', Date: '2026-11-12', 'Due Date': '2026-12-12', Amount: 64, Memo: 'Lock' },
      Vendor: await desk.to(
        'vendors',
        [...desk.engine.network.buildium.world.records.vendors.keys()][0] ?? 0,
      ),
      Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
      'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance')),
    });
    await bookedAs(ids);
    expect((await desk.preview(...ids)).records).toMatchObject([{ outcome: 'unchanged', previewHash: null }]);
    expect(await change(ids, { Memo: 'Lock and key' })).toEqual([['Memo', 'Lock', 'Lock and key']]);
    // Named as a group it has its memo from the group's name, and blank again from its row.
    expect(await change(ids, { Group: 'Locksmith' })).toEqual([['Group', 'Lock and key', 'Locksmith']]);
    expect(await change(ids, { Group: null })).toEqual([['Memo', 'Locksmith', 'Lock and key']]);
  });

  test('a bill whose memo or line’s memo is cleared has none in Buildium either', async () => {
    const line = {
      ...{ Kind: 'Bill', Date: '2026-11-12', 'Due Date': '2026-12-12' },
      Vendor: await desk.to(
        'vendors',
        [...desk.engine.network.buildium.world.records.vendors.keys()][0] ?? 0,
      ),
      Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
      'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance')),
    };
    const alone = await desk.plan({ ...line, Amount: 66, Memo: 'Hinge' });
    await bookedAs(alone);
    expect(await change(alone, { Memo: null })).toEqual([['Memo', 'Hinge', '']]);
    const ids = await desk.plan(
      { ...line, Group: 'Doors', Amount: 67, Memo: 'Front' },
      { ...line, Group: 'Doors', Amount: 68, Memo: 'Back' },
    );
    await bookedAs(ids);
    expect(await change(ids, { Memo: null })).toEqual([['Memo', 'Front', '']]);
    const messages = async (edited: Record<string, unknown>): Promise<string[]> => {
      await desk.edit(ids[1] ?? '', edited);
      return (await desk.push(...ids)).intents.map(({ message }) => message);
    };
    // Buildium says that all is well, and keeps what it had.
    desk.breakBuildium({
      method: 'PATCH',
      path: '/bills/',
      times: 1,
      effect: { kind: 'status', status: 200 },
    });
    expect(await messages({ Memo: null })).toEqual([
      expect.stringContaining('It shows something else than what was sent'),
    ]);
    expect((await desk.preview(...ids)).records.map(({ outcome }) => outcome)).toEqual(['change', 'change']);
    expect(await messages({ Amount: 69 })).toEqual([expect.not.stringContaining('something else')]);
  });

  test('a bill is changed by another push, line by line, and keeps its other line', async () => {
    const line = {
      ...{ Kind: 'Bill', Date: '2026-11-12', 'Due Date': '2026-12-12', Group: 'Gutters' },
      Vendor: await desk.to(
        'vendors',
        [...desk.engine.network.buildium.world.records.vendors.keys()][0] ?? 0,
      ),
      Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
      'GL Account': await desk.to('glAccounts', desk.cast.glAccountId('Repairs & Maintenance')),
    };
    const ids = await desk.plan(
      { ...line, Amount: 200, Memo: 'North' },
      { ...line, Amount: 150, Memo: 'South' },
    );
    const { id } = await bookedAs(ids);
    expect(await change(ids, { Amount: 220, Memo: 'North side' })).toEqual([
      ['Amount', '$200.00', '$220.00'],
      ['Memo', 'North', 'North side'],
    ]);
    const bill = desk.booked().find((one) => String(one.id) === id);
    // The lines stand in the order of the rows' ids, whichever row was made first.
    expect(bill?.lines.map(({ amountCents, memo }) => [memo, amountCents]).sort()).toEqual([
      ['North side', 22000],
      ['South', 15000],
    ]);
  });

  test('a journal entry is changed by another push only as long as it balances', async () => {
    const base = {
      ...{ Kind: 'Journal entry', Date: '2026-11-14', Group: 'Accrual November' },
      Property: await desk.to('properties', desk.cast.leaseOf('Amara Osei').propertyId),
    };
    const account = async (name: string) => desk.to('glAccounts', desk.cast.glAccountId(name));
    const debit = { 'Debit or Credit': 'Debit', 'GL Account': await account('Depreciation Expense') };
    const credit = { 'Debit or Credit': 'Credit', 'GL Account': await account('Accumulated Depreciation') };
    const ids = await desk.plan({ ...base, ...debit, Amount: 90 }, { ...base, ...credit, Amount: 90 });
    const { id } = await bookedAs(ids);
    await desk.edit(ids[1] ?? '', { Amount: 95 });
    expect((await desk.preview(ids[0] ?? '')).records[0]).toMatchObject({
      outcome: 'refused',
      problems: [{ rule: 'balanced', column: 'Amount' }],
    });
    expect(await change(ids, { Amount: 95 })).toEqual([['Amount', '$90.00', '$95.00']]);
    const entry = desk.booked().find((one) => String(one.id) === id);
    expect(entry?.lines.map(({ amountCents }) => Math.abs(amountCents))).toEqual([9500, 9500]);
    expect(entry?.memo).toMatch(/^Accrual November AS-/);
    // Buildium shows no side of a line: what was sent stands, and the other way round is a change.
    const sides = ['Credit', 'Debit'];
    for (const [at, side] of sides.entries()) await desk.edit(ids[at] ?? '', { 'Debit or Credit': side });
    const { records } = await desk.preview(ids[0] ?? '');
    expect(records.map(({ outcome, fields }) => [outcome, sideOf(fields)])).toEqual([
      ['change', ['Debit', 'Credit']],
      ['change', ['Credit', 'Debit']],
    ]);
    expect(await desk.push(ids[0] ?? '')).toMatchObject({ counts: { done: 1 } });
    const turned = desk.booked().find((one) => String(one.id) === id);
    const expense = desk.cast.glAccountId('Depreciation Expense');
    const sideNow = turned?.lines.map((line) => [line.glAccountId === expense, line]);
    expect(sideNow?.toSorted()).toMatchObject([
      [false, { postingType: 'Debit' }],
      [true, { postingType: 'Credit' }],
    ]);
    expect((await desk.preview(ids[0] ?? '')).records[0]?.outcome).toBe('unchanged');
  });

  const sideOf = (fields: readonly { key: string; beforeText: string; afterText: string }[]) =>
    fields.flatMap(({ key, beforeText, afterText }) =>
      key === 'debitOrCredit' ? [beforeText, afterText] : [],
    );

  test('whose credit is to be booked against another account is refused, since the API cannot change it', async () => {
    const account = async (name: string) => desk.to('glAccounts', desk.cast.glAccountId(name));
    const more = { 'Credit Type': 'Exchange', 'Offset Account': await account('Repairs & Maintenance') };
    const [id = ''] = await desk.plan(leaseRow('Lease credit', 14, more));
    await bookedAs([id]);
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'unchanged' }]);
    await desk.edit(id, { 'Offset Account': await account('Depreciation Expense') });
    expect((await desk.preview(id)).records).toMatchObject([
      { outcome: 'refused', problems: [{ rule: 'unchangeable', column: 'Offset Account' }] },
    ]);
  });

  test('a refund, which the API cannot change, is refused with where to do it', async () => {
    const deposit = await desk.to('glAccounts', desk.cast.glAccountId('Security Deposit Liability'));
    const bank = await desk.to('bankAccounts', desk.cast.bankAccountId());
    const more = { 'GL Account': deposit, 'Bank Account': bank };
    const [id = ''] = await desk.plan(leaseRow('Lease refund', 35, more));
    const { id: refundId } = await bookedAs([id]);
    await desk.edit(id, { Amount: 36 });
    expect((await desk.preview(id)).records[0]).toMatchObject({
      outcome: 'refused',
      previewHash: null,
      problems: [
        {
          rule: 'unchangeable',
          message: `Buildium's API cannot change the lease refund ${refundId}. Void the refund in Buildium, and copy the row to book it anew.`,
        },
      ],
    });
  });

  test('whose amount was mistyped when it was previewed is posted again once it is set back, or right', async () => {
    const [id = ''] = await desk.plan(leaseRow('Lease charge', 21));
    await bookedAs([id]);
    const shown = async (Amount: number) => {
      await desk.edit(id, { Amount });
      const { records } = await desk.preview(id);
      const { cells } = desk.row(id);
      return [records[0]?.outcome, cells['Sync Status'], cells['Sync Note'] ?? null];
    };
    const mistyped = ['refused', 'Problem', expect.stringContaining('must be more than zero')];
    expect(await shown(-5)).toEqual(mistyped);
    expect(await shown(21)).toEqual(['unchanged', 'Posted', null]);
    expect(await shown(-5)).toEqual(mistyped);
    expect(await shown(22)).toEqual(['change', 'Posted', null]);
  });

  test('shows what is actual when somebody changes the transaction in Buildium later', async () => {
    const [id = ''] = await desk.plan(leaseRow('Lease charge', 33, { Date: '2026-11-08' }));
    const { id: transactionId } = await bookedAs([id]);
    await desk.engine.inBuildium('editTransactionAmount', {
      transactionId: Number(transactionId),
      amount: 30,
    });
    await desk.engine.mark('transactions', [transactionId]);
    await desk.engine.drain('transactions');
    await desk.work();
    expect(desk.row(id).cells).toMatchObject({
      ...{ Amount: 33, 'Actual Amount': 30, 'Actual minus Planned': -3, 'Sync Status': 'Posted' },
    });
  });

  test('that the API cannot change says how to undo it', async () => {
    const more = { 'Credit Type': 'Waive unpaid' };
    const lateFees = await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income'));
    const unpaid = { Date: '2026-11-09', 'GL Account': lateFees };
    await bookedAs(await desk.plan(leaseRow('Lease charge', 30, unpaid)));
    const [id = ''] = await desk.plan(leaseRow('Lease credit', 30, { ...more, ...unpaid }));
    await bookedAs([id]);
    await desk.edit(id, { Amount: 20 });
    const { records } = await desk.preview(id);
    expect(records[0]).toMatchObject({
      outcome: 'refused',
      problems: [{ rule: 'unchangeable', column: 'Amount' }],
    });
  });

  test('that is copied starts afresh, with a warning and without the id', async () => {
    const [id = ''] = await desk.plan(leaseRow('Lease charge', 19));
    await bookedAs([id]);
    const { id: copy } = await desk.engine.inAirtable('duplicateRecord', {
      table: 'Planned Transactions',
      id,
    });
    const copyId = String(copy);
    const { records } = await desk.preview(copyId);
    expect(records[0]?.outcome).toBe('create');
    expect(records[0]?.warnings.map(({ rule }) => rule)).toEqual(['copy', 'possibleDuplicate']);
    expect(records[0]?.warnings[1]?.duplicates[0]?.url).toMatch(
      /^https:\/\/airtable\.com\/app\w+\/tbl\w+\/rec/,
    );
    expect(desk.row(copyId).cells).toMatchObject({ 'Sync Status': 'Copy' });
    expect(desk.row(copyId).cells['Buildium ID'] ?? null).toBeNull();
    await bookedAs([copyId]);
  });
});
