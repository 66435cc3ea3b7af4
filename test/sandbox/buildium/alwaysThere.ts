/**
 * Fields that are always in an answer, with their type, kept by hand: the document requires no field of an
 * answer. `?` may be null; `<=30` is the longest text; `{Name}` and `[Name]` are messages of this table.
 */
type Fields = Record<string, string>;

const entity: Fields = { Id: 'id', AccountingEntityType: 'text', Href: 'text?', Unit: 'object?' };
const address: Fields = {
  AddressLine1: 'text<=100',
  AddressLine2: 'text?',
  AddressLine3: 'text?',
  City: 'text?',
  State: 'text?',
  PostalCode: 'text<=20',
  Country: 'text',
};
const glAccount: Fields = {
  Id: 'id',
  AccountNumber: 'text?<=12',
  Name: 'text<=50',
  Description: 'text?<=250',
  Type: 'text',
  SubType: 'text',
  IsDefaultGLAccount: 'boolean',
  DefaultAccountName: 'text?',
  IsContraAccount: 'boolean',
  IsBankAccount: 'boolean',
  CashFlowClassification: 'text?',
  ExcludeFromCashBalances: 'boolean',
  SubAccounts: '[GLAccount]?',
  IsActive: 'boolean',
  ParentGLAccountId: 'id?',
  IsCreditCardAccount: 'boolean',
};
const tenantFields: Fields = {
  Id: 'id',
  FirstName: 'text<=127',
  LastName: 'text<=127',
  Email: 'text',
  AlternateEmail: 'text',
  PhoneNumbers: 'array',
  CreatedDateTime: 'instant',
  EmergencyContact: 'object?',
  DateOfBirth: 'date?',
  SMSOptInStatus: 'text',
  Address: '{Address}',
  AlternateAddress: '{Address}?',
  MailingPreference: 'text',
  Leases: '[Lease]',
  Comment: 'text?',
  TaxId: 'text?',
};
const rentFields: Fields = {
  Id: 'id',
  StartDate: 'date',
  EndDate: 'date?',
  TotalAmount: 'money',
  RentCycle: 'text',
  BackdateCharges: 'boolean',
  CreatedDateTime: 'instant',
  CreatedByUserId: 'id?',
  Charges: 'array',
};
const vendorLine: Fields = {
  Id: 'id',
  GLAccountId: 'id',
  Amount: 'money',
  Memo: 'text?',
  AccountingEntity: '{Entity}',
};
const leaseTransactionLine: Fields = {
  GLAccount: '{GLAccount}',
  Amount: 'money',
  IsCashPosting: 'boolean',
  ReferenceNumber: 'text?<=30',
  Memo: 'text?',
  PropertyId: 'id',
  UnitId: 'id?',
};

export const MESSAGES: Record<string, Fields> = {
  Entity: entity,
  Address: address,
  GLAccount: glAccount,
  Tenant: tenantFields,
  Rental: {
    Id: 'id',
    Name: 'text<=127',
    StructureDescription: 'text',
    NumberUnits: 'integer',
    IsActive: 'boolean',
    OperatingBankAccountId: 'id',
    Reserve: 'money',
    Address: '{Address}',
    YearBuilt: 'integer?',
    RentalType: 'text',
    RentalSubType: 'text',
    RentalManager: 'object?',
  },
  Unit: {
    Id: 'id',
    PropertyId: 'id',
    BuildingName: 'text',
    UnitNumber: 'text<=30',
    Description: 'text',
    MarketRent: 'money?',
    Address: '{Address}',
    UnitBedrooms: 'text',
    UnitBathrooms: 'text',
    UnitSize: 'integer?',
    IsUnitListed: 'boolean',
    IsUnitOccupied: 'boolean',
  },
  Owner: {
    Id: 'id',
    IsCompany: 'boolean',
    IsActive: 'boolean',
    FirstName: 'text<=127',
    LastName: 'text<=127',
    PhoneNumbers: 'array',
    Email: 'text',
    AlternateEmail: 'text',
    Comment: 'text?',
    Address: '{Address}',
    ManagementAgreementStartDate: 'date?',
    ManagementAgreementEndDate: 'date?',
    CompanyName: 'text<=127',
    PropertyIds: 'array',
    TaxInformation: 'object',
  },
  Lease: {
    Id: 'id',
    PropertyId: 'id',
    UnitId: 'id',
    UnitNumber: 'text<=30',
    LeaseFromDate: 'date',
    LeaseToDate: 'date?',
    LeaseType: 'text',
    LeaseStatus: 'text',
    IsEvictionPending: 'boolean',
    TermType: 'text',
    RenewalOfferStatus: 'text?',
    CurrentTenants: '[Tenant]',
    CurrentNumberOfOccupants: 'integer',
    AccountDetails: 'object',
    Cosigners: 'array',
    AutomaticallyMoveOutTenants: 'boolean',
    CreatedDateTime: 'instant',
    LastUpdatedDateTime: 'instant',
    MoveOutData: '[MoveOut]',
    PaymentDueDay: 'integer',
    Tenants: 'array',
  },
  MoveOut: { TenantId: 'id', MoveOutDate: 'date', NoticeGivenDate: 'date?' },
  LeaseTransaction: {
    Id: 'id',
    Date: 'date',
    TransactionType: 'text',
    TransactionTypeEnum: 'text',
    TotalAmount: 'money',
    CheckNumber: 'text?<=30',
    LeaseId: 'id',
    PayeeTenantId: 'id?',
    PaymentMethod: 'text',
    Journal: '{LeaseJournal}',
  },
  LeaseJournal: { Memo: 'text?<=65', Lines: '[LeaseTransactionLine]' },
  LeaseTransactionLine: leaseTransactionLine,
  Charge: { Id: 'id', Date: 'date', TotalAmount: 'money', Memo: 'text?<=65', BillId: 'id?', Lines: 'array' },
  Refund: {
    Id: 'id',
    Date: 'date',
    Payees: 'array',
    Memo: 'text?<=65',
    CheckNumber: 'text?<=30',
    BankAccountId: 'id',
    Address: '{Address}',
    TotalAmount: 'money',
    Lines: 'array',
  },
  LeaseRent: rentFields,
  Rent: { ...rentFields, LeaseId: 'id', LastUpdatedDateTime: 'instant?' },
  OutstandingBalance: {
    LeaseId: 'id',
    PropertyId: 'id',
    UnitId: 'id',
    Balance0To30Days: 'money',
    Balance31To60Days: 'money',
    Balance61To90Days: 'money',
    BalanceOver90Days: 'money',
    TotalBalance: 'money',
    Balances: 'array',
    PastDueEmailSentDate: 'instant?',
    EvictionPendingDate: 'date?',
    IsNoticeGiven: 'boolean',
  },
  Bill: {
    Id: 'id',
    Date: 'date',
    DueDate: 'date',
    PaidDate: 'date?',
    Memo: 'text?<=245',
    VendorId: 'id',
    WorkOrderId: 'id?',
    ReferenceNumber: 'text?<=40',
    ApprovalStatus: 'text',
    Lines: '[BillLine]',
  },
  BillLine: {
    Id: 'id',
    AccountingEntity: '{Entity}',
    GLAccount: '{GLAccount}',
    Amount: 'money',
    Markup: 'object?',
    Memo: 'text?<=240',
  },
  BillPayment: {
    Id: 'id',
    BankAccountId: 'id',
    EntryDate: 'date',
    Memo: 'text?<=240',
    CheckNumber: 'text?<=30',
    PaidBillIds: 'array',
    AppliedVendorCredits: 'array',
    Lines: 'array',
  },
  Vendor: {
    Id: 'id',
    IsCompany: 'boolean',
    IsActive: 'boolean',
    FirstName: 'text<=127',
    LastName: 'text<=127',
    PrimaryEmail: 'text',
    AlternateEmail: 'text',
    CompanyName: 'text<=127',
    PhoneNumbers: 'array',
    Website: 'text<=100',
    Category: '{VendorCategoryLookup}',
    Address: '{Address}?',
    VendorInsurance: 'object?',
    Comments: 'text?',
    AccountNumber: 'text?<=30',
    ExpenseGLAccountId: 'id?',
    TaxInformation: 'object',
  },
  VendorCategoryLookup: { Id: 'id', Name: 'text' },
  VendorCategory: { Id: 'id', Name: 'text', IsSystemCategory: 'boolean' },
  VendorTransaction: {
    Id: 'id',
    Date: 'date',
    TotalAmount: 'money',
    TransactionType: 'text',
    ReferenceNumber: 'text?<=40',
    Memo: 'text?',
  },
  VendorCredit: {
    Id: 'id',
    EntryDate: 'date',
    ReferenceNumber: 'text?',
    Memo: 'text?',
    Lines: '[VendorLine]',
  },
  VendorRefund: {
    Id: 'id',
    EntryDate: 'date',
    BankAccountId: 'id',
    PaymentMethod: 'text',
    Lines: '[VendorLine]',
  },
  VendorLine: vendorLine,
  GLBalance: { TotalBalance: 'money', GLAccount: '{GLAccount}', AccountingEntityBalances: 'array' },
  GLLedger: {
    GLAccountId: 'id',
    GLAccountName: 'text',
    BeginningBalance: 'money',
    TotalAmount: 'money',
    Entries: '[GLEntry]',
  },
  GLEntry: {
    Id: 'id',
    Date: 'date',
    Description: 'text',
    Amount: 'money',
    Balance: 'money',
    TransactionType: 'text',
    AccountingEntity: '{Entity}',
  },
  GLTransaction: {
    Id: 'id',
    Date: 'date',
    TransactionType: 'text',
    TotalAmount: 'money',
    CheckNumber: 'text?',
    UnitAgreement: 'object?',
    UnitId: 'id?',
    UnitNumber: 'text?',
    PaymentDetail: 'object',
    DepositDetails: 'object',
    Application: 'object?',
    Journal: '{GLJournal}',
    LastUpdatedDateTime: 'instant',
  },
  GLJournal: { Memo: 'text?', Lines: '[GLLine]' },
  GLLine: {
    GLAccount: '{GLAccount}',
    Amount: 'money',
    IsCashPosting: 'boolean',
    ReferenceNumber: 'text?',
    Memo: 'text?',
    AccountingEntity: '{Entity}',
  },
  BankAccount: {
    Id: 'id',
    GLAccount: '{GLAccount}',
    CheckPrintingInfo: 'object',
    ElectronicPayments: 'object?',
    Name: 'text',
    Description: 'text',
    BankAccountType: 'text',
    Country: 'text',
    AccountNumber: 'text?',
    RoutingNumber: 'text?',
    IsActive: 'boolean',
    Balance: 'money',
    AccountNumberUnmasked: 'text?',
  },
  BankTransaction: {
    Id: 'id',
    EntryDate: 'date',
    TransactionType: 'text',
    CheckNumber: 'text?',
    Memo: 'text?',
    Amount: 'money',
    ReconciliationStatus: 'text',
    PaidBy: 'array',
    PaidTo: 'array',
    Balance: 'money',
  },
  Check: {
    Id: 'id',
    Payee: 'object',
    CheckNumber: 'text?<=30',
    EntryDate: 'date',
    Memo: 'text?',
    TotalAmount: 'money',
    Lines: 'array',
  },
  Deposit: {
    Id: 'id',
    EntryDate: 'date',
    Memo: 'text?',
    TotalAmount: 'money',
    Lines: 'array',
    PaymentTransactionIds: 'array',
  },
  QuickDeposit: {
    Id: 'id',
    EntryDate: 'date',
    Memo: 'text?',
    TotalAmount: 'money',
    AccountingEntity: '{Entity}',
    OffsetGLAccountId: 'id',
  },
  UndepositedFunds: { GeneralLedgerTransaction: '{GLTransactionV1}' },
  GLTransactionV1: { Id: 'id', Amount: 'money', CheckNumber: 'text?', EntryDate: 'date', Memo: 'text?' },
  Account: { Id: 'id', CompanyName: 'text', Url: 'text', Contact: 'object', AccountingSettings: 'object' },
  LockPeriod: { Global: 'object?', Overrides: 'array', FinancialAdministratorUserIds: 'array' },
  PropertyFeatures: { Features: 'array', IncludedInRent: 'array' },
  UnitFeatures: { Features: 'array' },
  Refusal: { UserMessage: 'text', ErrorCode: 'text?', Errors: 'array' },
};

/** Which message a route answers with, once or in a list. */
export const ANSWERS: Record<string, string> = {
  '/v1/rentals': 'Rental',
  '/v1/rentals/{propertyId}': 'Rental',
  '/v1/rentals/{propertyId}/amenities': 'PropertyFeatures',
  '/v1/rentals/units': 'Unit',
  '/v1/rentals/units/{unitId}': 'Unit',
  '/v1/rentals/units/{unitId}/amenities': 'UnitFeatures',
  '/v1/rentals/owners': 'Owner',
  '/v1/rentals/owners/{rentalOwnerId}': 'Owner',
  '/v1/leases': 'Lease',
  '/v1/leases/{leaseId}': 'Lease',
  '/v1/leases/tenants': 'Tenant',
  '/v1/leases/tenants/{tenantId}': 'Tenant',
  '/v1/leases/{leaseId}/moveouts': 'MoveOut',
  '/v1/leases/{leaseId}/moveouts/{tenantId}': 'MoveOut',
  '/v1/leases/rent': 'Rent',
  '/v1/leases/{leaseId}/rent': 'LeaseRent',
  '/v1/leases/{leaseId}/rent/{rentId}': 'LeaseRent',
  '/v1/leases/outstandingbalances': 'OutstandingBalance',
  '/v1/leases/{leaseId}/transactions': 'LeaseTransaction',
  '/v1/leases/{leaseId}/transactions/{transactionId}': 'LeaseTransaction',
  'GET /v1/leases/{leaseId}/charges': 'Charge',
  'GET /v1/leases/{leaseId}/charges/{chargeId}': 'Charge',
  '/v1/leases/{leaseId}/charges': 'LeaseTransaction',
  '/v1/leases/{leaseId}/charges/{chargeId}': 'LeaseTransaction',
  '/v1/leases/{leaseId}/payments': 'LeaseTransaction',
  '/v1/leases/{leaseId}/payments/{paymentId}': 'LeaseTransaction',
  '/v1/leases/{leaseId}/autoallocatedpayments': 'LeaseTransaction',
  '/v1/leases/{leaseId}/reversepayments': 'LeaseTransaction',
  '/v1/leases/{leaseId}/credits': 'LeaseTransaction',
  '/v1/leases/{leaseId}/refunds': 'Refund',
  '/v1/leases/{leaseId}/refunds/{refundId}': 'Refund',
  '/v1/leases/{leaseId}/applieddeposits': 'LeaseTransaction',
  '/v1/leases/{leaseId}/applieddeposits/{depositId}': 'LeaseTransaction',
  '/v1/bills': 'Bill',
  '/v1/bills/{billId}': 'Bill',
  '/v1/bills/payments': 'BillPayment',
  '/v1/bills/{billId}/payments': 'BillPayment',
  '/v1/bills/{billId}/payments/{paymentId}': 'BillPayment',
  '/v1/vendors': 'Vendor',
  '/v1/vendors/{vendorId}': 'Vendor',
  '/v1/vendors/categories': 'VendorCategory',
  '/v1/vendors/categories/{vendorCategoryId}': 'VendorCategory',
  '/v1/vendors/{vendorId}/transactions': 'VendorTransaction',
  '/v1/vendors/{vendorId}/credits': 'VendorCredit',
  '/v1/vendors/{vendorId}/credits/{vendorCreditId}': 'VendorCredit',
  '/v1/vendors/{vendorId}/refunds': 'VendorRefund',
  '/v1/vendors/{vendorId}/refunds/{vendorRefundId}': 'VendorRefund',
  '/v1/glaccounts': 'GLAccount',
  '/v1/glaccounts/{glAccountId}': 'GLAccount',
  '/v1/glaccounts/balances': 'GLBalance',
  '/v1/generalledger': 'GLLedger',
  '/v1/generalledger/transactions': 'GLTransaction',
  '/v1/generalledger/transactions/{transactionId}': 'GLTransaction',
  '/v1/generalledger/journalentries': 'GLTransaction',
  '/v1/generalledger/journalentries/{journalEntryId}': 'GLTransaction',
  '/v1/bankaccounts': 'BankAccount',
  '/v1/bankaccounts/{bankAccountId}': 'BankAccount',
  '/v1/bankaccounts/{bankAccountId}/transactions': 'BankTransaction',
  '/v1/bankaccounts/{bankAccountId}/transactions/{transactionId}': 'BankTransaction',
  '/v1/bankaccounts/{bankAccountId}/undepositedfunds': 'UndepositedFunds',
  '/v1/bankaccounts/{bankAccountId}/checks': 'Check',
  '/v1/bankaccounts/{bankAccountId}/checks/{checkId}': 'Check',
  '/v1/bankaccounts/{bankAccountId}/deposits': 'Deposit',
  '/v1/bankaccounts/{bankAccountId}/deposits/{depositId}': 'Deposit',
  '/v1/bankaccounts/{bankAccountId}/quickdeposits': 'QuickDeposit',
  '/v1/bankaccounts/{bankAccountId}/quickdeposits/{quickDepositId}': 'QuickDeposit',
  '/v1/administration/account': 'Account',
  '/v1/administration/accountinglockperiod': 'LockPeriod',
};

/** Sentences for every field of the answer that is missing or of another type. */
export function missingFields(method: string, pattern: string, status: number, answer: unknown): string[] {
  if (status === 204) return answer === undefined ? [] : ['A 204 has no body'];
  const name = status >= 400 ? 'Refusal' : (ANSWERS[`${method} ${pattern}`] ?? ANSWERS[pattern]);
  if (!name) return [`${method} ${pattern} has no line in the table of fields that are always there`];
  const place = `${method} ${pattern} ${status}`;
  return Array.isArray(answer)
    ? (answer as unknown[]).flatMap((item, index) => messageFaults(name, item, `${place}[${index}]`))
    : messageFaults(name, answer, place);
}

function messageFaults(name: string, value: unknown, place: string): string[] {
  const fields = MESSAGES[name];
  if (!fields) return [`${place}: there is no message ${name} in the table`];
  if (typeof value !== 'object' || value === null) return [`${place} is no ${name}`];
  const record = value as Record<string, unknown>;
  return Object.entries(fields).flatMap(([field, rule]) =>
    fieldFaults(rule, record[field], `${place}.${field}`),
  );
}

function fieldFaults(rule: string, value: unknown, place: string): string[] {
  if (value === undefined) return [`${place} is missing`];
  const [, type = '', nullable, limit] = /^([^?<]+)(\?)?(?:<=(\d+))?$/.exec(rule) ?? [];
  if (value === null) return nullable ? [] : [`${place} is null`];
  const message = /^\{(\w+)\}$/.exec(type)?.[1];
  if (message) return messageFaults(message, value, place);
  const list = /^\[(\w+)\]$/.exec(type)?.[1];
  if (list)
    return Array.isArray(value)
      ? (value as unknown[]).flatMap((item, index) => messageFaults(list, item, `${place}[${index}]`))
      : [`${place} is no list`];
  if (!hasType(type, value)) return [`${place} is not of type ${type}: ${JSON.stringify(value)}`];
  return limit && typeof value === 'string' && value.length > Number(limit)
    ? [`${place} is longer than ${limit}`]
    : [];
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case 'id':
      return Number.isInteger(value) && (value as number) > 0;
    case 'integer':
      return Number.isInteger(value);
    case 'money':
      return typeof value === 'number' && Math.abs(value * 100 - Math.round(value * 100)) < 1e-4;
    case 'text':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
    case 'instant':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && !Array.isArray(value);
    default:
      throw new Error(`The table names no type ${type}`);
  }
}
