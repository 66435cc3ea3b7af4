import { expect, test } from '@jest/globals';
import { ROUTES } from '../../../server/sandbox/buildium/routes.ts';
import { Account, ADDRESS, type WithId } from './account.ts';
import { missingFields } from './alwaysThere.ts';
import { absence, documentIsPresent, specCheck } from './openapi.ts';

const RANGE = 'startdate=2026-01-01&enddate=2026-12-31';
const TRANSACTION_RANGE = 'transactiondatefrom=2026-01-01&transactiondateto=2026-12-31';

/** Calls every endpoint at least once, with every field that its body has. */
function callEverything(account: Account): void {
  const property = callProperties(account);
  const lease = callLeases(account, property);
  callLeaseMoney(account, lease);
  callPayables(account, property);
  callBooks(account, property);
  callBank(account, property, lease);
}

function callProperties(account: Account): { id: number; unitId: number; ownerId: number } {
  const rental = {
    Name: 'Test House',
    StructureDescription: 'A house',
    Address: { ...ADDRESS, AddressLine2: 'Rear', AddressLine3: null },
    RentalSubType: 'MultiFamily',
    OperatingBankAccountId: 701,
    PropertyManagerId: 301,
    Reserve: 250.5,
    YearBuilt: 1999,
  };
  const unit = {
    UnitNumber: '7',
    UnitSize: 700,
    MarketRent: 1500,
    Address: ADDRESS,
    UnitBedrooms: 'TwoBed',
    UnitBathrooms: 'OneBath',
    Description: 'Bright',
  };
  account.get(
    '/v1/rentals?location=bos&types=Residential&subtypes=MultiFamily&status=Active&rentalownerids=5001&propertyids=1001&lastupdatedfrom=2024-01-01T00:00:00Z',
  );
  const posted = account.post<WithId>('/v1/rentals', { ...rental, RentalOwnerIds: [5001], Units: [unit] });
  const { Id } = posted.body;
  expect(posted.headers['Location']).toBe(`/v1/rentals/${Id}`);
  account.put(`/v1/rentals/${Id}`, rental);
  account.get(`/v1/rentals/${Id}`);
  account.put(`/v1/rentals/${Id}/amenities`, { Features: ['Pool'], IncludedInRent: ['Heat'] });
  account.get(`/v1/rentals/${Id}/amenities`);
  account.post(`/v1/rentals/${Id}/inactivationrequest`);
  account.post(`/v1/rentals/${Id}/reactivationrequest`);
  const added = account.post<WithId>('/v1/rentals/units', { ...unit, UnitNumber: '8', PropertyId: Id });
  account.put(`/v1/rentals/units/${added.body.Id}`, { ...unit, UnitNumber: '8B' });
  account.get(`/v1/rentals/units/${added.body.Id}`);
  account.get(`/v1/rentals/units?propertyids=${Id}`);
  account.put(`/v1/rentals/units/${added.body.Id}/amenities`, { Features: ['Dishwasher'] });
  account.get(`/v1/rentals/units/${added.body.Id}/amenities`);
  const owner = {
    FirstName: 'Olga',
    LastName: 'Test',
    IsCompany: false,
    CompanyName: null,
    DateOfBirth: '1970-01-01',
    ManagementAgreementStartDate: '2026-01-01',
    ManagementAgreementEndDate: '2027-01-01',
    Email: 'olga@mail.example',
    AlternateEmail: null,
    PhoneNumbers: { Home: '(617) 555-0190', Work: null, Mobile: '(617) 555-0191', Fax: null },
    Address: ADDRESS,
    Comment: 'Hello',
    PropertyIds: [Id],
  };
  const TaxInformation = {
    TaxPayerId: '900-11-2222',
    TaxPayerType: 'SSN',
    TaxPayerName1: 'Olga Test',
    TaxPayerName2: null,
    Address: null,
  };
  const ownerId = account.post<WithId>('/v1/rentals/owners', { ...owner, TaxInformation }).body.Id;
  account.put(`/v1/rentals/owners/${ownerId}`, owner);
  account.get(`/v1/rentals/owners/${ownerId}`);
  account.get(
    '/v1/rentals/owners?ownername=o&status=Active&phone=617&agreementdaysremaining=400&propertyids=1001',
  );
  return { id: Id, unitId: added.body.Id, ownerId };
}

const TENANT = {
  FirstName: 'Tara',
  LastName: 'Test',
  Email: 'tara@mail.example',
  AlternateEmail: null,
  PhoneNumbers: { Home: null, Work: '(617) 555-0192', Mobile: null, Fax: null },
  DateOfBirth: '1990-05-05',
  Comment: 'Quiet',
  TaxId: '900-33-4444',
  EmergencyContact: {
    Name: 'Ed',
    RelationshipDescription: 'Brother',
    Phone: '(617) 555-0193',
    Email: 'ed@mail.example',
  },
  Address: ADDRESS,
  AlternateAddress: ADDRESS,
  MailingPreference: 'AlternateAddress',
};

function callLeases(
  account: Account,
  property: { id: number; unitId: number },
): { id: number; tenantId: number } {
  const terms = {
    LeaseType: 'Fixed',
    UnitId: property.unitId,
    LeaseFromDate: '2026-09-15',
    LeaseToDate: '2027-09-14',
  };
  const lease = account.post<{ Id: number; Tenants: WithId[] }>('/v1/leases', {
    ...terms,
    SendWelcomeEmail: false,
    Tenants: [TENANT],
    TenantIds: [],
    ApplicantIds: null,
    Cosigners: [{ FirstName: 'Co', LastName: 'Signer', Address: ADDRESS }],
    Rent: {
      Cycle: 'Monthly',
      Charges: [{ Amount: 1500, GlAccountId: 3, NextDueDate: '2026-10-01', Memo: 'Rent' }],
    },
    SecurityDeposit: { DueDate: '2026-09-15', Amount: 1500 },
    ProratedFirstMonthRent: 800,
  }).body;
  const tenantId = lease.Tenants[0]?.Id ?? 0;
  account.put(`/v1/leases/${lease.Id}`, {
    ...terms,
    IsEvictionPending: true,
    AutomaticallyMoveOutTenants: false,
  });
  account.get(`/v1/leases/${lease.Id}`);
  account.get(
    `/v1/leases?propertyids=${property.id}&leasestatuses=Active&leasestatuses=Future&leasetypes=Fixed&unitnumber=8&tenantname=tara&rentalownerids=5001`,
  );
  const second = account.post<WithId>('/v1/leases/tenants', { ...TENANT, LeaseId: lease.Id }).body.Id;
  account.put(`/v1/leases/tenants/${second}`, TENANT);
  account.get(`/v1/leases/tenants/${second}`);
  account.get(
    `/v1/leases/tenants?name=test&phone=617&email=tara&unitids=${property.unitId}&leasetermstatuses=Active&buildingstatuses=Active`,
  );
  const moveOut = { TenantId: second, MoveOutDate: '2026-11-30', NoticeGivenDate: '2026-10-31' };
  account.post(`/v1/leases/${lease.Id}/moveouts`, moveOut);
  account.get(`/v1/leases/${lease.Id}/moveouts`);
  account.get(`/v1/leases/${lease.Id}/moveouts/${second}`);
  account.send('DELETE', `/v1/leases/${lease.Id}/moveouts/${second}`);
  const charges = [
    { GlAccountId: 3, Amount: 1550, Memo: 'Rent', PostDaysInAdvance: 5, NextDueDate: '2026-10-01' },
  ];
  const rent = { RentCycle: 'Monthly', BackdateCharges: true, Charges: charges };
  const rentId = account.post<WithId>(`/v1/leases/${lease.Id}/rent`, { ...rent, StartDate: '2026-10-01' })
    .body.Id;
  account.put(`/v1/leases/${lease.Id}/rent/${rentId}`, { ...rent, BackdateCharges: false });
  account.get(`/v1/leases/${lease.Id}/rent/${rentId}`);
  account.get(`/v1/leases/${lease.Id}/rent`);
  account.get(`/v1/leases/rent?leaseids=${lease.Id}`);
  account.get(
    '/v1/leases/outstandingbalances?entitytype=RentalOwner&entityid=5001&leasestatuses=Active&balanceduration=TotalBalance',
  );
  return { id: lease.Id, tenantId };
}

function callLeaseMoney(account: Account, lease: { id: number; tenantId: number }): void {
  const at = `/v1/leases/${lease.id}`;
  account.get(`${at}/transactions?transactiontypes=Charge&${TRANSACTION_RANGE}`);
  const charge = {
    Date: '2026-10-05',
    Memo: 'Late',
    Lines: [{ Amount: 50, GLAccountId: 8, ReferenceNumber: 'R1' }],
  };
  const posted = account.post<WithId[]>(`${at}/charges`, charge);
  const chargeId = posted.body[0]?.Id ?? 0;
  account.put(`${at}/charges/${chargeId}`, {
    ...charge,
    Lines: [{ Amount: 60, GLAccountId: 8, ReferenceNumber: null }],
  });
  account.get(`${at}/charges/${chargeId}`);
  account.get(`${at}/charges?${TRANSACTION_RANGE}`);
  account.get(`${at}/transactions/${chargeId}`);
  const payment = {
    Date: '2026-10-06',
    PaymentMethod: 'Check',
    PayeeUserId: lease.tenantId,
    Memo: 'Rent',
    ReferenceNumber: '1001',
    Lines: [
      { Amount: 800, GLAccountId: 3 },
      { Amount: 1500, GLAccountId: 5 },
    ],
  };
  const paymentId = account.post<WithId>(`${at}/payments`, { ...payment, SendEmailReceipt: false }).body.Id;
  account.put(`${at}/payments/${paymentId}`, { ...payment, Memo: 'Rent and deposit' });
  const { Lines: _lines, ...rest } = payment;
  account.post(`${at}/autoallocatedpayments`, { ...rest, SendEmailReceipt: false, TotalAmount: 700 });
  account.post('/v1/bankaccounts/701/deposits', {
    EntryDate: '2026-10-08',
    Memo: 'To the bank',
    PaymentTransactionIds: [paymentId],
    Lines: null,
  });
  account.post(`${at}/credits`, {
    Date: '2026-10-09',
    Memo: 'Goodwill',
    CreditType: 'Exchange',
    OffsettingGLAccountId: 109,
    Lines: [{ Amount: 20, GlAccountId: 3 }],
  });
  account.post(`${at}/applieddeposits`, {
    EntryDate: '2026-10-10',
    DepositLiabilityGLAccountId: 5,
    Memo: 'Kept',
    Lines: [{ Amount: 100, GLAccountId: 3 }],
  });
  const applied = account.get<WithId[]>(`${at}/transactions?transactiontypes=ApplyDeposit`).body[0]?.Id;
  account.put(`${at}/applieddeposits/${applied}`, {
    EntryDate: '2026-10-10',
    DepositLiabilityGLAccountId: 5,
    Memo: 'Kept',
    Lines: [{ Amount: 90, GLAccountId: 3 }],
  });
  const refundId = account.post<WithId>(`${at}/refunds`, {
    Date: '2026-10-11',
    PayeeUserIds: [lease.tenantId],
    Memo: 'Part of the deposit',
    CheckNumber: '2001',
    BankAccountId: 701,
    Address: ADDRESS,
    Lines: [{ Amount: 200, GLAccountId: 5 }],
  }).body.Id;
  account.get(`${at}/refunds/${refundId}`);
  account.post(`${at}/reversepayments`, {
    EntryDate: '2026-10-12',
    PaymentTransactionId: paymentId,
    NSFCharge: { GLAccountId: 13, TotalAmount: 35 },
    BankFee: { GLAccountId: 14, TotalAmount: 12 },
  });
}

function callPayables(account: Account, property: { id: number }): void {
  const category = account.post<WithId>('/v1/vendors/categories', { Name: 'Roofers' }).body.Id;
  account.put(`/v1/vendors/categories/${category}`, { Name: 'Roofers and gutters' });
  account.get(`/v1/vendors/categories/${category}`);
  account.get('/v1/vendors/categories');
  const vendor = {
    IsCompany: true,
    CompanyName: 'Top Roofs',
    FirstName: null,
    LastName: null,
    PrimaryEmail: 'office@roofs.example',
    AlternateEmail: null,
    PhoneNumbers: { Home: null, Work: '(617) 555-0194', Mobile: null, Fax: null },
    Address: ADDRESS,
    CategoryId: category,
    ExpenseGlAccountId: 109,
    AccountNumber: 'A-1',
    Website: 'https://www.roofs.example',
    VendorInsurance: { Provider: 'Safe', PolicyNumber: 'P-1', ExpirationDate: '2027-01-31' },
    Comments: 'Fast',
  };
  const tax = {
    TaxPayerId: '12-3456789',
    TaxPayerType: 'EIN',
    TaxPayerName1: 'Top Roofs',
    TaxPayerName2: null,
    Address: null,
  };
  const vendorId = account.post<WithId>('/v1/vendors', { ...vendor, TaxInformation: tax }).body.Id;
  account.put(`/v1/vendors/${vendorId}`, { ...vendor, TaxInformation: { ...tax, IncludeIn1099: true } });
  account.get(`/v1/vendors/${vendorId}`);
  account.get(
    '/v1/vendors?status=Active&name=roofs&email=office&website=roofs&phone=617&insuranceexpiration=Any',
  );
  const entity = { Id: property.id, AccountingEntityType: 'Rental', UnitId: null };
  const line = {
    AccountingEntity: entity,
    GlAccountId: 109,
    Amount: 300,
    Markup: { Amount: 10, Type: 'Percent' },
    Memo: 'Shingles',
  };
  const bill = {
    Date: '2026-10-01',
    DueDate: '2026-10-31',
    Memo: 'Roof',
    VendorId: vendorId,
    ReferenceNumber: 'TR-1',
  };
  const created = account.post<{ Id: number; Lines: WithId[] }>('/v1/bills', {
    ...bill,
    WorkOrderId: null,
    Lines: [line],
  }).body;
  const lineId = created.Lines[0]?.Id;
  account.put(`/v1/bills/${created.Id}`, {
    ...bill,
    Lines: [
      { ...line, Id: lineId },
      { ...line, Id: null, Amount: 40 },
    ],
  });
  account.send('PATCH', `/v1/bills/${created.Id}`, { Memo: 'Roof repair' });
  account.get(`/v1/bills/${created.Id}`);
  account.get(
    '/v1/bills?paidstatus=Unpaid&vendorid=6001&approvalstatuses=NotNeeded&referencenumber=F&entitytype=Rental&entityid=1001',
  );
  const creditLine = { GLAccountId: 109, Amount: 30, Memo: 'Returned', AccountingEntity: entity };
  const creditId = account.post<WithId>(`/v1/vendors/${vendorId}/credits`, {
    EntryDate: '2026-10-03',
    ReferenceNumber: 'C-1',
    Memo: 'Credit',
    Lines: [creditLine],
  }).body.Id;
  account.get(`/v1/vendors/${vendorId}/credits/${creditId}`);
  const payment = account.post<WithId>(`/v1/bills/${created.Id}/payments`, {
    BankAccountId: 701,
    EntryDate: '2026-10-10',
    Memo: 'Part',
    CheckNumber: '3001',
    Lines: [{ BillLineId: lineId, Amount: 100 }],
    VendorCreditIds: [creditId],
  }).body.Id;
  account.get(`/v1/bills/${created.Id}/payments`);
  account.get(`/v1/bills/${created.Id}/payments/${payment}`);
  account.post('/v1/bills/payments', {
    BankAccountId: 701,
    EntryDate: '2026-10-20',
    QueueChecksForPrinting: false,
    BillIds: [created.Id],
    VendorCreditIds: null,
    PaymentAllocations: null,
  });
  const refund = account.post<WithId>(`/v1/vendors/${vendorId}/refunds`, {
    EntryDate: '2026-10-21',
    BankAccountId: 701,
    CreditCardAccountId: null,
    PaymentMethod: 'Check',
    ReferenceNumber: 'RF-1',
    Memo: 'Overpaid',
    Lines: [creditLine],
  }).body.Id;
  account.get(`/v1/vendors/${vendorId}/refunds/${refund}`);
  account.get(`/v1/vendors/${vendorId}/transactions?${TRANSACTION_RANGE}`);
}

function callBooks(account: Account, property: { id: number }): void {
  const accountId = account.post<WithId>('/v1/glaccounts', {
    SubType: 'OperatingExpenses',
    IsCashAsset: null,
    Name: 'Snow Removal',
    AccountNumber: '5990',
    Description: 'Winter',
    IsContraAccount: null,
    CashFlowClassification: 'OperatingActivities',
    ParentGLAccountId: 109,
  }).body.Id;
  account.put(`/v1/glaccounts/${accountId}`, {
    Name: 'Snow',
    SubType: 'OperatingExpenses',
    ParentGLAccountId: 109,
    AccountNumber: '5990',
  });
  account.get(`/v1/glaccounts/${accountId}`);
  account.get('/v1/glaccounts?accounttypes=Expense&accounttypes=Income');
  account.get(
    '/v1/glaccounts/balances?accountingbasis=Cash&asofdate=2026-11-22&entitytype=Rental&entityid=1001',
  );
  account.get(
    '/v1/glaccounts/balances?accountingbasis=Accrual&asofdate=2026-11-22&glaccountids=3&aggregatebalancesbyunitid=true',
  );
  account.get(
    `/v1/generalledger?accountingbasis=Accrual&glaccountids=1&glaccountids=3&${RANGE}&entitytype=RentalOwner&entityid=5001`,
  );
  const entry = {
    AccountingEntity: { Id: property.id, AccountingEntityType: 'Rental', UnitId: null },
    Date: '2026-10-31',
    Memo: 'Depreciation',
    Lines: [
      { GLAccountId: 105, Memo: 'October', PostingType: 'Debit', Amount: 100 },
      { GLAccountId: 121, Memo: null, PostingType: 'Credit', Amount: 100 },
    ],
  };
  const entryId = account.post<WithId>('/v1/generalledger/journalentries', entry).body.Id;
  account.put(`/v1/generalledger/journalentries/${entryId}`, { ...entry, Memo: 'Depreciation, October' });
  account.get(`/v1/generalledger/transactions/${entryId}`);
  account.get(
    `/v1/generalledger/transactions?${RANGE}&glaccountids=3&glaccountids=2&selectionentitytype=Rental&selectionentityid=1001&limit=1000`,
  );
}

function callBank(account: Account, property: { id: number; ownerId: number }, lease: { id: number }): void {
  const bank = {
    Name: 'Second Account',
    Description: 'For tests',
    BankAccountType: 'Savings',
    Country: 'UnitedStates',
    AccountNumber: '123456789',
    RoutingNumber: '011000015',
  };
  const printing = {
    EnableRemoteCheckPrinting: false,
    EnableLocalCheckPrinting: true,
    CheckLayoutType: 'Voucher2StubTopMemo',
  };
  const bankId = account.post<WithId>('/v1/bankaccounts', bank).body.Id;
  account.put(`/v1/bankaccounts/${bankId}`, { ...bank, CheckPrintingInfo: printing });
  account.get(`/v1/bankaccounts/${bankId}`);
  account.get('/v1/bankaccounts?bankaccountstatus=Active&bankname=account');
  const AccountingEntity = { Id: property.id, AccountingEntityType: 'Rental', UnitId: null };
  const check = {
    Payee: { Id: property.ownerId, Type: 'RentalOwner' },
    CheckNumber: '4001',
    EntryDate: '2026-10-15',
    Memo: 'Draw',
    Lines: [{ GLAccountId: 11, AccountingEntity, Memo: 'Draw', ReferenceNumber: 'D', Amount: 400 }],
  };
  const checkId = account.post<WithId>('/v1/bankaccounts/701/checks', check).body.Id;
  account.put(`/v1/bankaccounts/701/checks/${checkId}`, { ...check, Memo: 'October draw' });
  account.get(`/v1/bankaccounts/701/checks/${checkId}`);
  account.get(`/v1/bankaccounts/701/checks?${RANGE}`);
  const depositLine = {
    GLAccountId: 117,
    AccountingEntity,
    Memo: 'Coins',
    ReferenceNumber: null,
    Amount: 12.5,
  };
  const depositId = account.post<WithId>('/v1/bankaccounts/701/deposits', {
    EntryDate: '2026-10-16',
    Memo: 'Coins',
    Lines: [depositLine],
  }).body.Id;
  account.put(`/v1/bankaccounts/701/deposits/${depositId}`, {
    EntryDate: '2026-10-17',
    Memo: 'Coins',
    Lines: [depositLine],
  });
  account.get(`/v1/bankaccounts/701/deposits/${depositId}`);
  account.get(`/v1/bankaccounts/701/deposits?${RANGE}`);
  const quick = {
    EntryDate: '2026-10-18',
    OffsetGLAccountId: 10,
    Amount: 1000,
    Memo: 'Contribution',
    AccountingEntity,
  };
  const quickId = account.post<WithId>('/v1/bankaccounts/701/quickdeposits', quick).body.Id;
  account.put(`/v1/bankaccounts/701/quickdeposits/${quickId}`, { ...quick, Amount: 1100 });
  account.get(`/v1/bankaccounts/701/quickdeposits/${quickId}`);
  account.get(`/v1/bankaccounts/701/quickdeposits?${RANGE}`);
  account.get(`/v1/bankaccounts/701/transactions?${RANGE}&orderby=EntryDate desc`);
  account.get(`/v1/bankaccounts/701/transactions/${checkId}`);
  account.get('/v1/bankaccounts/701/undepositedfunds');
  account.get(`/v1/leases/${lease.id}/transactions`);
  account.get('/v1/administration/account');
  account.get('/v1/administration/accountinglockperiod');
}

test('every endpoint takes and gives what the OpenAPI document and the table of fields say', () => {
  if (!documentIsPresent) console.log(absence);
  const account = new Account('story');
  callEverything(account);
  expect(
    ROUTES.map((route) => `${route.method} ${route.pattern}`).filter((route) => !account.used.has(route)),
  ).toEqual([]);
});

test('every list of the story and of a larger portfolio is as it must be', () => {
  if (!documentIsPresent) console.log(absence);
  for (const seed of ['story', { properties: 45 }] as const) {
    const account = new Account(seed);
    const all = 'limit=1000&orderby=Id';
    for (const path of [
      'rentals',
      'rentals/units',
      'rentals/owners',
      'leases',
      'leases/tenants',
      'leases/rent',
      'vendors',
      'glaccounts',
      'bankaccounts',
    ])
      expect(account.get(`/v1/${path}?${all}`).status).toBe(200);
    expect(account.get(`/v1/bills?${all}&paidstatus=Unpaid`).status).toBe(200);
    expect(
      account.get(`/v1/bills?${all}&paidstatus=Paid&frompaiddate=2026-01-01&topaiddate=2026-12-31`).status,
    ).toBe(200);
    expect(
      account.get(
        `/v1/generalledger/transactions?${all}&${RANGE}&glaccountids=1&glaccountids=3&glaccountids=2&glaccountids=7`,
      ).status,
    ).toBe(200);
    for (const basis of ['Accrual', 'Cash'])
      expect(
        account.get(
          `/v1/generalledger?limit=1000&accountingbasis=${basis}&${RANGE}&glaccountids=3&glaccountids=5`,
        ).status,
      ).toBe(200);
  }
});

test('both checks find an answer that is wrong', () => {
  const rental = new Account('story').get<Record<string, unknown>>('/v1/rentals/1001').body;
  const place = { method: 'GET', pattern: '/v1/rentals/{propertyId}', status: 200, request: undefined };
  const { Reserve: _reserve, ...without } = rental;
  expect(missingFields('GET', place.pattern, 200, rental)).toEqual([]);
  expect(missingFields('GET', place.pattern, 200, without)).toEqual([
    `GET ${place.pattern} 200.Reserve is missing`,
  ]);
  expect(missingFields('GET', place.pattern, 200, { ...rental, Name: 'x'.repeat(128) })).toHaveLength(1);
  if (!documentIsPresent) return console.log(absence);
  const check = specCheck();
  expect(check({ ...place, answer: rental })).toEqual([]);
  expect(check({ ...place, answer: { ...rental, Colour: 'red' } })).toHaveLength(1);
  expect(check({ ...place, answer: { ...rental, RentalType: 'Castle' } })).toHaveLength(1);
  const wrongBody = { name: 'x' };
  expect(
    check({ method: 'PUT', pattern: place.pattern, status: 200, request: wrongBody, answer: rental }),
  ).not.toEqual([]);
});
