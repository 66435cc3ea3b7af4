import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDesk, type Desk } from './desk.ts';

/** What keeps a row from being sent is said at the column, by the rule, on the row itself, and keeps nothing else. */
let desk: Desk;
let links: Record<string, string[]>;
beforeAll(async () => {
  desk = await openDesk();
  const { cast } = desk;
  const amara = cast.leaseOf('Amara Osei');
  const account = (name: string) => desk.to('glAccounts', cast.glAccountId(name));
  const { records } = desk.engine.network.buildium.world;
  const vendors = [...records.vendors.keys()];
  const shared = cast.leaseOf('Liam Haddad');
  const tenants = records.leases.get(shared.leaseId)?.tenants ?? [];
  links = {
    sharedLease: await desk.to('leases', shared.leaseId),
    bothTenants: (await Promise.all(tenants.map(({ tenantId }) => desk.to('tenants', tenantId)))).flat(),
    neighbourUnit: await desk.to('units', shared.unitId),
    lease: await desk.to('leases', amara.leaseId),
    otherLease: await desk.to('leases', cast.leaseOf('Grace Lin').leaseId),
    unit: await desk.to('units', amara.unitId),
    property: await desk.to('properties', amara.propertyId),
    otherProperty: await desk.to('properties', cast.unit('Cedar Cottage', 'Cedar Cottage').propertyId),
    tenant: await desk.to('tenants', amara.tenantId),
    otherTenant: await desk.to('tenants', cast.leaseOf('Grace Lin').tenantId),
    vendor: await desk.to('vendors', vendors[0] ?? 0),
    bank: await desk.to('bankAccounts', cast.bankAccountId()),
    rent: await account('Rent Income'),
    repairs: await account('Repairs & Maintenance'),
    payable: await account('Accounts Payable'),
  };
});
afterAll(() => desk.close());

type Cells = Record<string, unknown>;
const of = (name: string): string[] => links[name] ?? [];
const charge = (): Cells => ({
  ...{ Kind: 'Lease charge', Date: '2026-11-10', Amount: 10, Lease: of('lease'), 'GL Account': of('rent') },
});
const bill = (): Cells => ({
  ...{ Kind: 'Bill', Date: '2026-11-10', 'Due Date': '2026-11-20', Amount: 10, Vendor: of('vendor') },
  ...{ Property: of('property'), 'GL Account': of('repairs') },
});
const journal = (side: string, more: Cells = {}): Cells => ({
  ...{ Kind: 'Journal entry', Date: '2026-11-10', Amount: 10, Group: 'J', 'Debit or Credit': side },
  ...{ Property: of('property'), 'GL Account': of('repairs'), ...more },
});

const EMOJI_AT_THE_LIMIT = `${'x'.repeat(64)}🎉`;

const CASES: [string, () => Cells, string, string][] = [
  ['no kind', () => ({ ...charge(), Kind: null }), 'Kind', 'required'],
  ['no date', () => ({ ...charge(), Date: null }), 'Date', 'required'],
  ['a date before 1900', () => ({ ...charge(), Date: '1899-12-31' }), 'Date', 'value'],
  ['no amount', () => ({ ...charge(), Amount: null }), 'Amount', 'required'],
  ['an amount of zero', () => ({ ...charge(), Amount: 0 }), 'Amount', 'positive'],
  ['a negative amount', () => ({ ...charge(), Amount: -5 }), 'Amount', 'positive'],
  ['an amount with three decimals', () => ({ ...charge(), Amount: 10.005 }), 'Amount', 'value'],
  [
    'an amount that somebody typed without its point',
    () => ({ ...charge(), Amount: 230_000_000 }),
    'Amount',
    'largest',
  ],
  ['no lease', () => ({ ...charge(), Lease: [] }), 'Lease', 'required'],
  ['two leases', () => ({ ...charge(), Lease: [...of('lease'), ...of('otherLease')] }), 'Lease', 'single'],
  [
    'a lease of another property',
    () => ({ ...charge(), Property: of('otherProperty') }),
    'Property',
    'leaseOfProperty',
  ],
  [
    'a lease of another unit',
    () => ({ ...charge(), Lease: of('otherLease'), Unit: of('unit') }),
    'Unit',
    'leaseOfUnit',
  ],
  [
    'an expense account on a lease',
    () => ({ ...charge(), 'GL Account': of('repairs') }),
    'GL Account',
    'accountType',
  ],
  [
    'a memo with an emoji over the limit',
    () => ({ ...charge(), Memo: EMOJI_AT_THE_LIMIT }),
    'Memo',
    'length',
  ],
  ['a cancelled row', () => ({ ...charge(), Status: 'Cancelled' }), 'Status', 'cancelled'],
  ['a group on a charge', () => ({ ...charge(), Group: 'G' }), 'Group', 'group'],
  [
    'a payment without a method',
    () => ({ ...charge(), Kind: 'Lease payment' }),
    'Payment Method',
    'required',
  ],
  [
    'a payment of somebody else’s tenant',
    () => ({ ...charge(), Kind: 'Lease payment', 'Payment Method': 'Cash', Payee: of('otherTenant') }),
    'Payee',
    'tenantOfLease',
  ],
  [
    'an exchange without its offset account',
    () => ({ ...charge(), Kind: 'Lease credit', 'Credit Type': 'Exchange' }),
    'Offset Account',
    'required',
  ],
  [
    'an exchange against income',
    () => ({ ...charge(), Kind: 'Lease credit', 'Credit Type': 'Exchange', 'Offset Account': of('rent') }),
    'Offset Account',
    'accountType',
  ],
  [
    'a payment of two tenants',
    () => ({
      ...{ ...charge(), Kind: 'Lease payment', 'Payment Method': 'Cash' },
      ...{ Lease: of('sharedLease'), Payee: of('bothTenants') },
    }),
    'Payee',
    'single',
  ],
  [
    'a waiver with an offset account, which Buildium would leave out',
    () => ({
      ...charge(),
      ...{ Kind: 'Lease credit', 'Credit Type': 'Waive unpaid', 'Offset Account': of('repairs') },
    }),
    'Offset Account',
    'unused',
  ],
  [
    'a refund without a bank account',
    () => ({ ...charge(), Kind: 'Lease refund' }),
    'Bank Account',
    'required',
  ],
  ['a bill without a vendor', () => ({ ...bill(), Vendor: [] }), 'Vendor', 'required'],
  ['a bill due on its own day', () => ({ ...bill(), 'Due Date': '2026-11-10' }), 'Due Date', 'afterDate'],
  [
    'a bill on an account that Buildium keeps',
    () => ({ ...bill(), 'GL Account': of('payable') }),
    'GL Account',
    'accountType',
  ],
  [
    'a bill on a unit of another property',
    () => ({ ...bill(), Unit: of('unit'), Property: of('otherProperty') }),
    'Unit',
    'unitOfProperty',
  ],
  ['a journal entry of one row', () => journal('Debit', { Group: 'Lonely' }), 'Group', 'lines'],
];

describe('a row is refused at the column that is wrong', () => {
  test('for every rule, all in one preview, and the good row beside them is not', async () => {
    const good = { ...charge(), Memo: '", ""=" }', Date: '2026-11-02' };
    const ids = await desk.plan(good, ...CASES.map(([, cells]) => cells()));
    const { records, refused, totalCents } = await desk.preview(...ids);
    const found = CASES.map(([what], index) => {
      const record = records.find(({ recordId }) => recordId === ids[index + 1]);
      return [what, record?.outcome, record?.problems.map(({ column, rule }) => `${column}: ${rule}`)];
    });
    expect(found).toEqual(CASES.map(([what, , column, rule]) => [what, 'refused', [`${column}: ${rule}`]]));
    expect({ refused, totalCents }).toEqual({ refused: CASES.length, totalCents: 1000 });
    for (const [index] of CASES.entries()) {
      const { cells } = desk.row(ids[index + 1] ?? '');
      expect(cells['Sync Status']).toBe('Problem');
      const { problems } = records.find(({ recordId }) => recordId === ids[index + 1]) ?? { problems: [] };
      expect(cells['Sync Note']).toBe(
        `${problems[0]?.message ?? ''}\nCorrect this, then preview the row again.`,
      );
    }
    expect(desk.row(ids[0] ?? '').cells['Sync Status'] ?? null).toBeNull();
  });

  test('and corrected, it goes through and its note is gone', async () => {
    const [id = ''] = await desk.plan({ ...charge(), Amount: 10.005, Date: '2026-11-03' });
    await desk.preview(id);
    await desk.edit(id, { Amount: 10.01, Memo: 'x'.repeat(63) + '🎉' });
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'create', problems: [] }]);
    expect(desk.row(id).cells['Sync Note'] ?? null).toBeNull();
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
  });

  test('and half an emoji in the memo of one keeps none of them from being booked', async () => {
    const ids = await desk.plan(
      { ...charge(), Amount: 31, Memo: 'Key \ud83c' },
      { ...charge(), Amount: 32, Memo: 'Lock\u0000' },
    );
    expect(await desk.push(...ids)).toMatchObject({ counts: { refused: 0, unknown: 0 } });
    expect(desk.booked().map(({ memo }) => memo)).toEqual(expect.arrayContaining(['Key \ufffd', 'Lock']));
    expect((await desk.preview(...ids)).records.map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'unchanged',
    ]);
  });

  test('with a link to a row that is not synced', async () => {
    const { ids } = await desk.engine.inAirtable('createRecords', {
      ...{ table: 'Leases', records: [{ fields: { Name: 'Made up' } }] },
    });
    const [id = ''] = await desk.plan({ ...charge(), Lease: ids });
    expect((await desk.preview(id)).records[0]?.problems).toMatchObject([
      { column: 'Lease', rule: 'synced' },
    ]);
  });

  test('and of several problems the summary tells the first, and how many more there are', async () => {
    const [id = ''] = await desk.plan({ Kind: 'Lease charge', Lease: of('lease') });
    const [record] = (await desk.preview(id)).records;
    const [first, ...others] = record?.problems ?? [];
    expect(others.length).toBeGreaterThan(0);
    expect(record?.summary).toBe(
      `Cannot be sent: ${first?.message ?? ''} And ${others.length} more under problems.`,
    );
  });

  test('and a row that is not in the table is named', async () => {
    const { records } = await desk.preview('recDoesNotExist00');
    expect(records).toMatchObject([{ outcome: 'refused', problems: [{ rule: 'unknownRow' }] }]);
  });
});

describe('a group', () => {
  test('whose debits and credits differ is refused on each of its rows', async () => {
    const ids = await desk.plan(journal('Debit'), journal('Credit', { Amount: 11 }));
    const { records } = await desk.preview(...ids);
    for (const { problems } of records) {
      expect(problems).toMatchObject([{ column: 'Amount', rule: 'balanced' }]);
      expect(problems[0]?.message).toContain('The debits of "J" are $10.00 and its credits $11.00');
    }
  });

  test('whose rows name two vendors is refused, since one bill has one', async () => {
    const vendors = [...desk.engine.network.buildium.world.records.vendors.keys()];
    const other = await desk.to('vendors', vendors[1] ?? 0);
    const ids = await desk.plan({ ...bill(), Group: 'B' }, { ...bill(), Group: 'B', Vendor: other });
    const { records } = await desk.preview(...ids);
    expect(records[0]?.problems).toMatchObject([{ column: 'Vendor', rule: 'sameInGroup' }]);
  });

  test('of a journal entry whose rows name two units is refused, since Buildium books it on one', async () => {
    const two = [journal('Debit', { Unit: of('unit') }), journal('Credit', { Unit: of('neighbourUnit') })];
    const ids = await desk.plan(...two.map((row) => ({ ...row, Group: 'Units' })));
    for (const { outcome, problems } of (await desk.preview(...ids)).records)
      expect({ outcome, problems }).toMatchObject({
        outcome: 'refused',
        problems: [{ column: 'Unit', rule: 'sameInGroup' }],
      });
  });

  test.each([
    ['a blank behind it', 'Fence', 'Fence '],
    ['blanks before it', '  Gate', 'Gate'],
    ['accents that are composed in one row and not in the other', 'Caf\u00e9', 'Cafe\u0301'],
  ])(
    'of which one row is asked for is seen whole, though a row has %s: no half of a bill is booked',
    async (_what, first, second) => {
      const ids = await desk.plan({ ...bill(), Group: first }, { ...bill(), Group: second, Amount: 20 });
      for (const id of ids) {
        const { records, totalCents } = await desk.preview(id);
        expect(records.map(({ recordId }) => recordId).sort()).toEqual(ids.toSorted());
        expect({ outcome: records[0]?.outcome, totalCents }).toEqual({ outcome: 'create', totalCents: 3000 });
      }
    },
  );

  test('that is written in two ways is refused by either of its rows too', async () => {
    const ids = await desk.plan({ ...bill(), Group: 'Boiler' }, { ...bill(), Group: 'BOILER' });
    for (const id of ids)
      expect((await desk.preview(id)).records).toMatchObject([
        { problems: [{ column: 'Group', rule: 'sameInGroup' }] },
        { problems: [{ column: 'Group', rule: 'sameInGroup' }] },
      ]);
  });

  test('that is written in two ways is refused, since it becomes the memo of one bill', async () => {
    const ids = await desk.plan({ ...bill(), Group: 'Roof' }, { ...bill(), Group: 'roof' });
    const { records } = await desk.preview(...ids);
    expect(records.map(({ problems }) => problems.map(({ column, rule }) => [column, rule]))).toEqual(
      ids.map(() => [['Group', 'sameInGroup']]),
    );
  });
});

describe('what Buildium’s books say', () => {
  test('a locked period refuses the day, for the one property that it is locked for', async () => {
    const propertyId = desk.cast.leaseOf('Amara Osei').propertyId;
    await desk.engine.inBuildium('setLockDate', { date: '2026-10-31', propertyId });
    const ids = await desk.plan(
      { ...charge(), Date: '2026-10-31' },
      { ...charge(), Date: '2026-11-01' },
      { ...bill(), Date: '2026-10-30', Property: of('otherProperty') },
    );
    const { records } = await desk.preview(...ids);
    expect(records.map(({ outcome }) => outcome)).toEqual(['refused', 'create', 'create']);
    expect(records[0]?.problems).toMatchObject([{ column: 'Date', rule: 'lockedPeriod' }]);
    await desk.engine.inBuildium('setLockDate', { date: null, propertyId });
  });

  test('and neither that of an association with the same number nor settings that are not there keep anything back', async () => {
    const propertyId = desk.cast.leaseOf('Amara Osei').propertyId;
    const path = 'accountinglockperiod';
    const Property = { Id: propertyId, Type: 'Association' };
    const body = { Global: null, Overrides: [{ Property, LockDate: '2026-11-15' }] };
    const [id = ''] = await desk.plan({ ...charge(), Amount: 79, Date: '2026-11-11' });
    desk.breakBuildium({ method: 'GET', path, times: 1, effect: { kind: 'status', status: 200, body } });
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'create', warnings: [] }]);
    desk.breakBuildium({ method: 'GET', path, times: 1, effect: { kind: 'status', status: 404, body: {} } });
    expect((await desk.preview(id)).records).toMatchObject([
      { outcome: 'create', warnings: [{ rule: 'lockUnknown' }] },
    ]);
  });

  test('an inactive offset account is refused like any other, and an inactive property is told', async () => {
    const offsetId = desk.cast.glAccountId('Repairs & Maintenance');
    const propertyId = desk.cast.leaseOf('Amara Osei').propertyId;
    const exchange = {
      ...{ ...charge(), Amount: 80, Date: '2026-11-11', Kind: 'Lease credit' },
      ...{ 'Credit Type': 'Exchange', 'Offset Account': of('repairs') },
    };
    const [credit = '', other = ''] = await desk.plan(exchange, {
      ...charge(),
      Amount: 81,
      Date: '2026-11-11',
    });
    await desk.engine.database.execute(
      `update links set synced_buildium = synced_buildium || '{"isActive": false}'
        where (resource = 'glAccounts' and entity_id = $1) or (resource = 'properties' and entity_id = $2)`,
      [String(offsetId), String(propertyId)],
    );
    const { records } = await desk.preview(credit, other);
    await desk.engine.database.execute(
      `update links set synced_buildium = synced_buildium || '{"isActive": true}'
        where (resource = 'glAccounts' and entity_id = $1) or (resource = 'properties' and entity_id = $2)`,
      [String(offsetId), String(propertyId)],
    );
    expect(records).toMatchObject([
      { outcome: 'refused', problems: [{ column: 'Offset Account', rule: 'activeAccount' }] },
      { outcome: 'create', warnings: [{ rule: 'inactiveProperty' }] },
    ]);
  });

  test.each([
    ['2200-01-01', ['farDay']],
    ['1990-01-01', ['farDay']],
    ['2027-11-17', ['farDay']],
    ['2027-11-16', []],
    ['2025-11-16', []],
  ])('a charge dated %s is warned of where a year may be mistyped: %j', async (Date, rules) => {
    const [id = ''] = await desk.plan({ ...charge(), Amount: 82, Date });
    const [record] = (await desk.preview(id)).records;
    expect(record?.outcome).toBe('create');
    expect(record?.warnings.map(({ rule }) => rule)).toEqual(rules);
    for (const { message } of record?.warnings ?? [])
      expect(message).toBe(
        `Date is ${Date}, more than a year from today. Send it only if the year is meant so.`,
      );
  });

  test('a charge that lies in a locked period is not changed, not even to a day after it', async () => {
    const [id = ''] = await desk.plan({ ...charge(), Amount: 77, Date: '2026-09-15' });
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
    await desk.engine.inBuildium('setLockDate', { date: '2026-09-30' });
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'unchanged', problems: [] }]);
    await desk.edit(id, { Date: '2026-10-15' });
    expect((await desk.preview(id)).records).toMatchObject([
      {
        outcome: 'refused',
        problems: [
          {
            ...{ column: 'Date', rule: 'lockedPeriod' },
            message:
              'It is booked on 2026-09-15, and the books are locked through 2026-09-30 in Buildium: it cannot be changed. Set the row back, or ask who may unlock them.',
          },
        ],
      },
    ]);
    await desk.engine.inBuildium('setLockDate', { date: null });
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'change' }]);
  });

  test('and what they say of a change is told on the row in their words, without the call', async () => {
    const [id = ''] = await desk.plan({ ...charge(), Amount: 78, Date: '2026-11-05' });
    await desk.push(id);
    await desk.edit(id, { Date: '2026-11-06' });
    const body = { UserMessage: 'Invalid.', Errors: [{ Key: 'Date', Value: 'The period is closed' }] };
    const effect = { kind: 'status', status: 422, body } as const;
    desk.breakBuildium({ method: 'PUT', path: '/charges/', times: 1, effect });
    expect(await desk.push(id)).toMatchObject({ counts: { refused: 1 } });
    expect(desk.row(id).cells).toMatchObject({
      'Sync Status': 'Problem',
      'Sync Note':
        'Buildium refused the change, and nothing was changed. Buildium says: Date: The period is closed. Preview and push it again once it is corrected.',
    });
  });

  test('a charge like one that is booked already is a possible duplicate, and can still be sent', async () => {
    const [id = ''] = await desk.plan({ ...charge(), Amount: 2300, Date: '2026-11-01' });
    const [record] = (await desk.preview(id)).records;
    expect(record?.outcome).toBe('create');
    expect(record?.warnings).toMatchObject([{ rule: 'possibleDuplicate' }]);
    expect(record?.warnings[0]?.message).toContain('lease charge of $2,300.00 on 2026-11-01');
  });

  test('a lease that has ended takes payments and no new charges', async () => {
    const { leaseId } = desk.cast.leaseOf('Ruth Nyman');
    await desk.engine.inBuildium('terminateLease', { leaseId, date: '2026-11-05' });
    await desk.engine.mark('leases', [leaseId]);
    await desk.engine.drain('leases');
    const ended = { ...charge(), Lease: await desk.to('leases', leaseId), Date: '2026-11-10' };
    const ids = await desk.plan(ended, { ...ended, Kind: 'Lease payment', 'Payment Method': 'Cash' });
    const { records } = await desk.preview(...ids);
    expect(records.map(({ outcome }) => outcome)).toEqual(['refused', 'create']);
    expect(records[0]?.problems).toMatchObject([{ column: 'Lease', rule: 'endedLease' }]);
  });

  test('the unit alone is enough where it has one active lease', async () => {
    const [id = ''] = await desk.plan({ ...charge(), Lease: [], Unit: of('unit'), Date: '2026-11-04' });
    const [record] = (await desk.preview(id)).records;
    expect(record?.fields.find(({ column }) => column === 'Lease')?.after).toEqual([
      String(desk.cast.leaseOf('Amara Osei').leaseId),
    ]);
  });
});
