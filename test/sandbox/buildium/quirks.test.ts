import { describe, expect, test } from '@jest/globals';
import { Account, ADDRESS, type Exchange, type WithId } from './account.ts';
import { bill, charge, deposit, entity, payBill, payment, portfolio, posted } from './portfolio.ts';

type Refusal = { UserMessage: string; ErrorCode: string | null; Errors: { Key: string; Value: string }[] };

const keysOf = (answer: Exchange): string[] => (answer.body as Refusal).Errors.map(({ Key }) => Key);

describe('keys', () => {
  test.each([
    ['no headers', {}],
    ['only the id', { 'x-buildium-client-id': 'id' }],
    ['a wrong secret', { 'x-buildium-client-id': 'id', 'x-buildium-client-secret': 'nope' }],
    ['a bearer token', { authorization: 'Bearer secret' }],
  ])('%s: 401 with the error body, on unknown paths too', (_title, headers: Record<string, string>) => {
    const account = new Account();
    account.headers = headers;
    expect(account.get('/v1/rentals')).toMatchObject({ status: 401, body: { ErrorCode: null, Errors: [] } });
    expect(account.get('/v1/nowhere').status).toBe(401);
  });

  test('a key that may only view gets 403 on writing, one without the permission on reading too', () => {
    const account = new Account();
    account.world.key.permissions = { 'Maintenance > Vendors': 'View', 'Accounting > Bills': 'None' };
    expect(account.get('/v1/vendors').status).toBe(200);
    expect(account.post('/v1/vendors/categories', { Name: 'x' }).status).toBe(403);
    expect(account.get('/v1/bills?paidstatus=Unpaid').status).toBe(403);
    expect(account.get('/v1/rentals').status).toBe(200);
  });
});

describe('paths and queries', () => {
  test.each([
    '/v1/Rentals',
    '/rentals',
    '/v1/properties',
    '/v1/tenants',
    '/v1/rentals/1001/units',
    '/v1/leases/3001/payments/1/x',
    '/v1/rentals?Limit=10',
    '/v1/rentals?OFFSET=1',
    '/v1/rentals?orderBy=Id',
    '/v1/rentals/999999',
    '/v1/rentals/x',
  ])('%s: 404', (path) => {
    expect(new Account().get(path).status).toBe(404);
  });

  test('core records have no DELETE', () => {
    for (const path of ['rentals/1001', 'leases/3001', 'vendors/6001', 'bills/100001'])
      expect(new Account().send('DELETE', `/v1/${path}`).status).toBe(405);
  });

  test('filters that are unknown or in another case are ignored without a word', () => {
    const account = new Account();
    const all = account.get<unknown[]>('/v1/leases').body.length;
    for (const query of ['lease_status=Active', 'LeaseStatuses=Past', 'isactive=true', 'propertyIds=1001'])
      expect(account.get<unknown[]>(`/v1/leases?${query}`).body).toHaveLength(all);
    expect(account.get<unknown[]>('/v1/leases?leasestatuses=Past').body).toHaveLength(1);
  });

  test('a query of more than 4,096 characters is a 500', () => {
    const ids = (count: number): string =>
      Array.from({ length: count }, () => 'glaccountids=100000').join('&');
    const rest = 'accountingbasis=Cash&startdate=2026-01-01&enddate=2026-02-01';
    expect(new Account().get(`/v1/generalledger?${rest}&${ids(150)}`).status).toBe(200);
    expect(new Account().get(`/v1/generalledger?${rest}&${ids(210)}`).status).toBe(500);
  });

  test.each([
    '/v1/leases/3001/transactions?transactiondatefrom=2025-01-01&transactiondateto=2026-01-02',
    '/v1/leases/3001/charges?transactiondatefrom=2025-01-01&transactiondateto=2026-01-02',
    '/v1/leases/rent?lastupdatedfrom=2025-01-01T00:00:00Z&lastupdatedto=2026-01-02T00:00:00Z',
    '/v1/rentals?lastupdatedfrom=2025-01-01T00:00:00Z&lastupdatedto=2026-01-02T00:00:00Z',
    '/v1/generalledger?accountingbasis=Cash&glaccountids=3&startdate=2025-01-01&enddate=2026-01-02',
    '/v1/generalledger/transactions?glaccountids=3&startdate=2025-01-01&enddate=2026-01-02',
    '/v1/bankaccounts/701/transactions?startdate=2025-01-01&enddate=2026-01-02',
    '/v1/bankaccounts/701/checks?startdate=2025-01-01&enddate=2026-01-02',
    '/v1/bankaccounts/701/deposits?startdate=2025-01-01&enddate=2026-01-02',
    '/v1/bankaccounts/701/quickdeposits?startdate=2025-01-01&enddate=2026-01-02',
    '/v1/vendors/6001/transactions?transactiondatefrom=2025-01-01&transactiondateto=2026-01-02',
    '/v1/bills?paidstatus=Paid&frompaiddate=2025-01-01&topaiddate=2026-01-02',
  ])('a range of more than 365 days is refused in words: %s', (path) => {
    const answer = new Account().get<Refusal>(path);
    expect(answer.status).toBe(422);
    expect(answer.body.Errors[0]?.Value).toBe('The time range must be less than or equal to 365 days.');
    expect(new Account().get(path.replace('2026-01-02', '2026-01-01')).status).toBe(200);
  });

  test.each([
    ['/v1/generalledger/transactions', ['startdate', 'enddate', 'glaccountids']],
    ['/v1/generalledger', ['accountingbasis', 'glaccountids', 'startdate', 'enddate']],
    ['/v1/glaccounts/balances', ['accountingbasis', 'asofdate']],
    ['/v1/bankaccounts/701/transactions', ['startdate', 'enddate']],
    ['/v1/vendors/6001/transactions', ['transactiondatefrom', 'transactiondateto']],
  ])('%s needs %p', (path, names) => {
    const values: Record<string, string> = { accountingbasis: 'Cash', glaccountids: '3' };
    const query = (left: string): string =>
      names
        .filter((name) => name !== left)
        .map((name) => `${name}=${values[name] ?? '2026-10-01'}`)
        .join('&');
    for (const left of names) expect(keysOf(new Account().get(`${path}?${query(left)}`))).toEqual([left]);
    expect(new Account().get(`${path}?${query('')}`).status).toBe(200);
  });
});

describe('paging', () => {
  test('a list is a bare array of 50 at first, at most 1,000, with the total in a header', () => {
    const account = new Account({ properties: 60 });
    const first = account.get<WithId[]>('/v1/rentals');
    expect(first.body).toHaveLength(50);
    expect(first.headers['X-Total-Count']).toBe('60');
    expect(account.get<WithId[]>('/v1/rentals?limit=5000&offset=50').body).toHaveLength(10);
    expect(account.get('/v1/rentals?limit=x').status).toBe(400);
  });

  test('pages sorted by Id make up the whole without overlap', () => {
    const account = new Account({ properties: 23 });
    const pages = [0, 10, 20].map(
      (offset) => account.get<WithId[]>(`/v1/rentals?limit=10&offset=${offset}&orderby=Id asc`).body,
    );
    const ids = pages.flat().map(({ Id }) => Id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(23);
    const backwards = account.get<WithId[]>('/v1/rentals?limit=100&orderby=Id desc').body.map(({ Id }) => Id);
    expect(backwards).toEqual([...ids].reverse());
  });

  test('a bank register is sorted by EntryDate only', () => {
    const path = '/v1/bankaccounts/701/transactions?startdate=2026-01-01&enddate=2026-12-31';
    expect(new Account().get(`${path}&orderby=Id asc`).status).toBe(400);
    const rows = new Account().get<{ EntryDate: string }[]>(`${path}&orderby=EntryDate desc`).body;
    expect(rows[0]?.EntryDate.slice(0, 7)).toBe('2026-11');
  });
});

describe('the rate limit', () => {
  test('the eleventh request within a second is a 429 and the next second is free again', () => {
    const account = new Account();
    const { query, headers } = { query: new URLSearchParams(), headers: account.headers };
    const at = (ms: number): number =>
      account.world.handle(
        { method: 'GET', path: '/v1/vendors', query, headers, rawBody: '' },
        account.nowMs + ms,
      ).status;
    const statuses = Array.from({ length: 11 }, (_, index) => at(index * 10));
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429]);
    expect(at(999)).toBe(429);
    expect(at(1000)).toBe(200);
  });
});

describe('bodies', () => {
  const vendor = { IsCompany: true, CompanyName: 'V', CategoryId: 71 };

  test('a field that is not known is refused by name, wherever it stands', () => {
    const { account, leaseId } = portfolio();
    expect(keysOf(account.post('/v1/vendors', { ...vendor, companyname: 'x' }))).toEqual(['companyname']);
    const Lines = [{ GLAccountId: 3, Amount: 1, GlAccountId: 3 }];
    expect(keysOf(account.post(`/v1/leases/${leaseId}/charges`, { Date: '2026-10-01', Lines }))).toEqual([
      'Lines[0].GlAccountId',
    ]);
  });

  test('credits spell GlAccountId where charges and payments spell GLAccountId', () => {
    const { account, leaseId } = portfolio();
    const body = { Date: '2026-10-01', CreditType: 'WaiveUnpaid', Lines: [{ GLAccountId: 3, Amount: 1 }] };
    expect(keysOf(account.post(`/v1/leases/${leaseId}/credits`, body)).sort()).toEqual([
      'Lines[0].GLAccountId',
      'Lines[0].GlAccountId',
    ]);
  });

  test('every missing field is named', () => {
    const { account, leaseId } = portfolio();
    expect(keysOf(account.post(`/v1/leases/${leaseId}/payments`, {}))).toEqual([
      'Date',
      'PaymentMethod',
      'SendEmailReceipt',
      'Lines',
    ]);
    expect(keysOf(account.post('/v1/bills', { Lines: [{}] }))).toEqual([
      'Date',
      'DueDate',
      'VendorId',
      'Lines[0].AccountingEntity',
      'Lines[0].GlAccountId',
      'Lines[0].Amount',
    ]);
  });

  test.each([
    [
      'charge memo',
      65,
      (memo: string) => ({ Date: '2026-10-01', Memo: memo, Lines: [{ GLAccountId: 3, Amount: 1 }] }),
    ],
    [
      'charge reference',
      30,
      (text: string) => ({
        Date: '2026-10-01',
        Lines: [{ GLAccountId: 3, Amount: 1, ReferenceNumber: text }],
      }),
    ],
  ])('a %s of more than %i characters is refused', (_title, limit, body) => {
    const { account, leaseId } = portfolio();
    expect(account.post(`/v1/leases/${leaseId}/charges`, body('x'.repeat(limit))).status).toBe(201);
    expect(account.post(`/v1/leases/${leaseId}/charges`, body('x'.repeat(limit + 1))).status).toBe(422);
  });

  test.each([0, -5, 1.005, 10_000_000])('an amount of %d is refused', (Amount) => {
    const { account, leaseId } = portfolio();
    const answer = account.post(`/v1/leases/${leaseId}/charges`, {
      Date: '2026-10-01',
      Lines: [{ GLAccountId: 3, Amount }],
    });
    expect([answer.status, keysOf(answer)]).toEqual([422, ['Lines[0].Amount']]);
  });

  test('text that is no JSON is a 400, another content type a 415', () => {
    const account = new Account();
    const query = new URLSearchParams();
    const send = (rawBody: string, headers: Record<string, string>): number =>
      account.world.handle({ method: 'POST', path: '/v1/vendors', query, headers, rawBody }, account.nowMs)
        .status;
    expect(send('{"IsCompany":', account.headers)).toBe(400);
    expect(send(JSON.stringify(vendor), { ...account.headers, 'content-type': 'text/plain' })).toBe(415);
  });

  test('an address needs its first line, postal code, a known country, and a state of that country', () => {
    const { account, unitId } = portfolio();
    const put = (Address: object) => account.put(`/v1/rentals/units/${unitId}`, { UnitNumber: '1', Address });
    expect(keysOf(put({ City: 'Boston' }))).toEqual([
      'Address.AddressLine1',
      'Address.PostalCode',
      'Address.Country',
    ]);
    expect(keysOf(put({ ...ADDRESS, Country: 'United States' }))).toEqual(['Address.Country']);
    expect(keysOf(put({ ...ADDRESS, State: 'XX' }))).toEqual(['Address.State']);
    expect(put({ ...ADDRESS, Country: 'France', State: 'Bretagne' }).status).toBe(200);
  });
});

describe('writes', () => {
  test('a PUT blanks what it leaves out', () => {
    const account = new Account();
    const before = account.get('/v1/rentals/1001').body;
    expect(before).toMatchObject({ Reserve: 1500, YearBuilt: 1924, RentalManager: { Id: 301 } });
    const body = {
      Name: 'Harbor View',
      Address: ADDRESS,
      RentalSubType: 'MultiFamily',
      OperatingBankAccountId: 701,
    };
    expect(account.put('/v1/rentals/1001', body).body).toMatchObject({
      Reserve: 0,
      YearBuilt: null,
      RentalManager: null,
      StructureDescription: '',
    });
  });

  test('an owner’s birth date is written, never read, and gone after the next PUT', () => {
    const account = new Account();
    const owner = account.world.records.owners.get(5001);
    expect(owner?.saved.DateOfBirth).toBe('1968-04-11');
    expect(account.get('/v1/rentals/owners/5001').body).not.toHaveProperty('DateOfBirth');
    const body = {
      IsCompany: false,
      FirstName: 'Maria',
      LastName: 'Okafor',
      Address: ADDRESS,
      PropertyIds: [1001],
    };
    expect(account.put('/v1/rentals/owners/5001', body).status).toBe(200);
    expect(owner?.saved.DateOfBirth).toBeNull();
  });

  test('the same POST twice makes two: nothing is idempotent', () => {
    const at = portfolio();
    expect(charge(at, '2026-10-01', 3, 10)).not.toBe(charge(at, '2026-10-01', 3, 10));
  });

  test('a charge answers an array with one transaction and its place', () => {
    const { account, leaseId } = portfolio();
    const answer = account.post<WithId[]>(`/v1/leases/${leaseId}/charges`, {
      Date: '2026-10-01',
      Lines: [{ GLAccountId: 3, Amount: 1 }],
    });
    expect(answer).toMatchObject({ status: 201, body: [{ TransactionTypeEnum: 'Charge' }] });
    expect(answer.headers['Location']).toBe(`/v1/leases/${leaseId}/charges/${answer.body[0]?.Id}`);
  });

  test('unit numbers are unique within their property', () => {
    const account = new Account();
    const unit = { UnitNumber: '1a', Address: ADDRESS };
    expect(keysOf(account.post('/v1/rentals/units', { ...unit, PropertyId: 1001 }))).toEqual(['UnitNumber']);
    expect(account.post('/v1/rentals/units', { ...unit, PropertyId: 1002 }).status).toBe(201);
  });

  test('a property without units gets one', () => {
    const { account, propertyId } = portfolio();
    expect(account.get<unknown[]>(`/v1/rentals/units?propertyids=${propertyId}`).body).toMatchObject([
      { UnitNumber: 'House' },
    ]);
  });

  test('only a deposited payment can be reversed, once', () => {
    const at = portfolio();
    const paid = payment(at, '2026-10-03', 3, 100);
    const reverse = () =>
      at.account.post(`/v1/leases/${at.leaseId}/reversepayments`, {
        EntryDate: '2026-10-09',
        PaymentTransactionId: paid,
      });
    expect(reverse().status).toBe(422);
    deposit(at, '2026-10-05', [paid]);
    expect(reverse().status).toBe(201);
    expect(reverse().status).toBe(422);
  });

  test('a payment needs a different account on every line, and one made in Buildium keeps its core', () => {
    const at = portfolio();
    const line = { GLAccountId: 3, Amount: 10 };
    const body = { Date: '2026-10-03', PaymentMethod: 'Check', Lines: [line, line] };
    expect(
      at.account.post(`/v1/leases/${at.leaseId}/payments`, { ...body, SendEmailReceipt: false }).status,
    ).toBe(422);
    const paid = payment(at, '2026-10-03', 3, 100);
    const stored = at.account.world.records.transactions.get(paid);
    if (stored?.kind === 'Payment') stored.paymentMethod = 'BuildiumEFT';
    const put = (change: object) =>
      at.account.put(`/v1/leases/${at.leaseId}/payments/${paid}`, {
        Date: '2026-10-03',
        PaymentMethod: 'BuildiumEFT',
        Lines: [{ ...line, Amount: 100 }],
        ...change,
      }).status;
    expect(put({ Lines: [line] })).toBe(422);
    expect(put({ Date: '2026-10-04' })).toBe(422);
    expect(put({ Lines: [{ GLAccountId: 8, Amount: 100 }] })).toBe(200);
  });

  test('a bill falls due after its date, and its lines and payments keep off the system’s accounts', () => {
    const at = portfolio();
    const body = (GlAccountId: number, DueDate: string) => ({
      Date: '2026-10-01',
      DueDate,
      VendorId: at.vendorId,
      Lines: [{ AccountingEntity: entity(at), GlAccountId, Amount: 5 }],
    });
    expect(keysOf(at.account.post('/v1/bills', body(109, '2026-10-01')))).toEqual(['DueDate']);
    for (const system of [1, 2, 7, 124])
      expect(keysOf(at.account.post('/v1/bills', body(system, '2026-10-30')))).toEqual([
        'Lines[0].GlAccountId',
      ]);
    const due = bill(at, '2026-10-01', 109, 100);
    payBill(at, '2026-10-02', due, 100);
    const again = {
      BankAccountId: 701,
      EntryDate: '2026-10-03',
      Lines: [{ BillLineId: due.lineId, Amount: 1 }],
    };
    expect(at.account.post(`/v1/bills/${due.id}/payments`, again).status).toBe(409);
  });

  test('a PATCH of a bill changes what it names and nothing else', () => {
    const at = portfolio();
    const due = bill(at, '2026-10-01', 109, 100);
    const answer = at.account.send('PATCH', `/v1/bills/${due.id}`, {
      Memo: 'new',
      Lines: [{ Id: due.lineId, Amount: 120 }],
    });
    expect(answer.body).toMatchObject({
      Memo: 'new',
      DueDate: '2026-12-31',
      VendorId: at.vendorId,
      Lines: [{ Id: due.lineId, Amount: 120, GLAccount: { Id: 109 } }],
    });
  });

  test('lists that can hold paid bills need the window of the paid dates', () => {
    const account = new Account();
    const first = account.get<Refusal>('/v1/bills?paidstatus=Paid');
    expect(first.status).toBe(422);
    expect(first.body.Errors[0]?.Value).toBe(
      'A valid FromPaidDate must be provided when the PaidStatus filter returns paid bills',
    );
    expect(account.get('/v1/bills').status).toBe(422);
    expect(account.get('/v1/bills?paidstatus=Paid&frompaiddate=2026-06-01').status).toBe(422);
    expect(account.get('/v1/bills?paidstatus=Unpaid').body).toHaveLength(1);
    const paid = account.get<{ PaidDate: string }[]>(
      '/v1/bills?paidstatus=Paid&frompaiddate=2026-10-01&topaiddate=2026-10-31',
    ).body;
    expect(paid.map(({ PaidDate }) => PaidDate.slice(0, 7))).toEqual(['2026-10', '2026-10']);
  });

  test('at-will leases have no end date, others need one', () => {
    const { account, unitId } = portfolio();
    const put = (body: object) =>
      keysOf(
        account.put(`/v1/leases/3001`, {
          UnitId: unitId,
          LeaseFromDate: '2026-01-01',
          IsEvictionPending: false,
          ...body,
        }),
      );
    expect(put({ LeaseType: 'AtWill', LeaseToDate: '2027-01-01' })).toEqual(['LeaseToDate']);
    expect(put({ LeaseType: 'Fixed' })).toEqual(['LeaseToDate']);
    expect(put({ LeaseType: 'None' })).toEqual(['LeaseType']);
  });
});

describe('locked periods', () => {
  test('nothing dated on or before the lock date is written or changed; a property’s own date goes first', () => {
    const at = portfolio();
    const other = portfolio(at.account);
    const old = charge(at, '2026-09-30', 3, 100);
    const { lock } = at.account.world.records;
    lock.globalDate = '2026-09-30';
    lock.propertyDates.set(other.propertyId, '2026-08-31');
    const Lines = [{ GLAccountId: 3, Amount: 1 }];
    const locked = at.account.post(`/v1/leases/${at.leaseId}/charges`, { Date: '2026-09-30', Lines });
    expect(locked.status).toBe(422);
    expect((locked.body as Refusal).UserMessage).toContain('locked through 2026-09-30');
    expect(
      at.account.put(`/v1/leases/${at.leaseId}/charges/${old}`, { Date: '2026-10-01', Lines }).status,
    ).toBe(422);
    charge(at, '2026-10-01', 3, 1);
    charge(other, '2026-09-30', 3, 1);
    expect(at.account.get('/v1/administration/accountinglockperiod').body).toMatchObject({
      Global: { LockDate: '2026-09-30' },
      Overrides: [{ Property: { Id: other.propertyId }, LockDate: '2026-08-31' }],
    });
  });
});

describe('what is computed when it is asked', () => {
  test('occupancy and lease status follow the calendar without moving the last update', () => {
    const account = new Account();
    const since = '2026-12-02T00:00:00Z';
    const future = (): unknown =>
      account
        .get<{ Id: number; LeaseStatus: string; CurrentTenants: unknown[] }[]>('/v1/leases?propertyids=1001')
        .body.at(-2);
    expect(future()).toMatchObject({ LeaseStatus: 'Future', CurrentTenants: [] });
    expect(account.get('/v1/rentals/units/2003').body).toMatchObject({ IsUnitOccupied: false });
    account.nowMs = Date.parse('2026-12-03T00:00:00Z');
    expect(future()).toMatchObject({ LeaseStatus: 'Active', CurrentNumberOfOccupants: 1 });
    expect(account.get('/v1/rentals/units/2003').body).toMatchObject({ IsUnitOccupied: true });
    expect(account.get(`/v1/rentals/units?lastupdatedfrom=${since}`).body).toEqual([]);
    expect(account.get(`/v1/leases?lastupdatedfrom=${since}`).body).toEqual([]);
  });

  test('a lease without tenants stays active years after its end', () => {
    const account = new Account({ properties: 40 });
    const leases =
      account.get<
        { LeaseStatus: string; LeaseToDate: string; CurrentTenants: unknown[]; Tenants: unknown[] }[]
      >('/v1/leases?limit=1000').body;
    const ghosts = leases.filter(({ Tenants }) => Tenants.length === 0);
    expect(ghosts).toMatchObject([{ LeaseStatus: 'Active', LeaseToDate: '2022-11-01', CurrentTenants: [] }]);
  });

  test('lists of properties, units and owners hold the inactive ones too, and inactivating takes units and owners along', () => {
    const account = new Account();
    expect(account.post('/v1/rentals/1001/inactivationrequest').status).toBe(204);
    expect(account.get('/v1/rentals').body).toHaveLength(3);
    expect(account.get('/v1/rentals?status=InActive').body).toMatchObject([{ Id: 1001, IsActive: false }]);
    expect(account.get('/v1/rentals/owners?status=Inactive').body).toMatchObject([
      { Id: 5001 },
      { Id: 5002 },
    ]);
    expect(account.get('/v1/rentals/units').body).toHaveLength(7);
  });
});

describe('what answers show', () => {
  test('sub-accounts appear inside their parent and nowhere else', () => {
    const accounts = new Account().get<
      { Id: number; Name: string; SubAccounts: { Id: number; SubAccounts: null }[] }[]
    >('/v1/glaccounts?limit=1000').body;
    const repairs = accounts.find(({ Name }) => Name === 'Repairs & Maintenance');
    expect(repairs?.SubAccounts.map(({ SubAccounts }) => SubAccounts)).toEqual([null, null]);
    const nested = accounts.flatMap(({ SubAccounts }) => SubAccounts.map(({ Id }) => Id));
    expect(nested).toHaveLength(4);
    expect(accounts.filter(({ Id }) => nested.includes(Id))).toEqual([]);
  });

  test('the default accounts have their ids and names, the traps their types', () => {
    const accounts = new Account().get<
      {
        Id: number;
        DefaultAccountName: string | null;
        Name: string;
        Type: string;
        SubType: string;
        IsContraAccount: boolean;
      }[]
    >('/v1/glaccounts?limit=1000').body;
    const defaults = accounts
      .filter(({ DefaultAccountName }) => DefaultAccountName !== null)
      .map(({ Id }) => Id);
    expect(defaults).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(accounts.find(({ Id }) => Id === 19)?.Name).toBe("Last Month\\'s Rent");
    const named = (name: string) => accounts.find(({ Name }) => Name === name);
    expect(named('Mortgage Interest')).toMatchObject({ SubType: 'OperatingExpenses' });
    expect(named('Depreciation Expense')).toMatchObject({ SubType: 'OperatingExpenses' });
    expect(named('Bad Debt Expense')).toMatchObject({ Type: 'Income', IsContraAccount: true });
    expect(named('Owner Draw')).toMatchObject({ Type: 'Equity', IsContraAccount: true });
  });

  test('only leases, rents and ledger transactions tell when they were updated', () => {
    const account = new Account();
    const one = (path: string): object => account.get<object[]>(path).body[0] ?? {};
    for (const path of [
      '/v1/rentals',
      '/v1/rentals/units',
      '/v1/rentals/owners',
      '/v1/leases/tenants',
      '/v1/vendors',
      '/v1/bills?paidstatus=Unpaid',
      '/v1/glaccounts',
      '/v1/leases/3001/transactions',
    ])
      expect(one(path)).not.toHaveProperty('LastUpdatedDateTime');
    expect(one('/v1/leases')).toHaveProperty('LastUpdatedDateTime');
    expect(one('/v1/leases/rent')).toMatchObject({ LastUpdatedDateTime: null });
  });

  test('lastupdatedfrom is inclusive to the second, also where the answer does not show it', () => {
    const account = new Account();
    const [second] = new Date(account.nowMs + 150).toISOString().split('.');
    account.put('/v1/vendors/6002', { IsCompany: true, CompanyName: 'GreenLeaf', CategoryId: 72 });
    expect(account.get(`/v1/vendors?lastupdatedfrom=${second}Z`).body).toMatchObject([{ Id: 6002 }]);
    expect(account.get(`/v1/vendors?lastupdatedfrom=2026-11-22T12:00:05Z`).body).toEqual([]);
  });

  test('a lease transaction is found in the general ledger by the same id, with its lease', () => {
    const at = portfolio();
    const paid = payment(at, '2026-10-03', 3, 100);
    expect(at.account.get(`/v1/generalledger/transactions/${paid}`).body).toMatchObject({
      Id: paid,
      TransactionType: 'Payment',
      UnitId: at.unitId,
      UnitAgreement: { Id: at.leaseId, Type: 'Lease', Href: `/v1/leases/${at.leaseId}` },
      PaymentDetail: { PaymentMethod: 'Check' },
    });
  });

  test('rent schedules always say that they do not backdate, and post what they were told to', () => {
    const at = portfolio();
    const Charges = [{ GlAccountId: 3, Amount: 900, NextDueDate: '2026-09-01' }];
    const rent = { StartDate: '2026-01-01', RentCycle: 'Monthly', BackdateCharges: true, Charges };
    const id = posted(at.account, `/v1/leases/${at.leaseId}/rent`, rent);
    expect(at.account.get(`/v1/leases/${at.leaseId}/rent/${id}`).body).toMatchObject({
      BackdateCharges: false,
      TotalAmount: 900,
    });
    const charges = at.account.get<{ Date: string }[]>(`/v1/leases/${at.leaseId}/charges`).body;
    expect(charges.map(({ Date }) => Date)).toEqual(['2026-09-01', '2026-10-01', '2026-11-01']);
  });

  test('every answer carries the simulated time', () => {
    expect(new Account().get('/v1/rentals').headers['Date']).toBe('Sun, 22 Nov 2026 12:00:00 GMT');
  });
});
