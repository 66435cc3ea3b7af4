import { Account, ADDRESS, type WithId } from './account.ts';

/** A house with one unit, one lease and one vendor on an account without history. */
export type Portfolio = {
  account: Account;
  propertyId: number;
  unitId: number;
  leaseId: number;
  tenantId: number;
  vendorId: number;
};

export function portfolio(account = new Account('empty')): Portfolio {
  const propertyId = account.post<WithId>('/v1/rentals', {
    Name: 'House',
    Address: ADDRESS,
    RentalSubType: 'SingleFamily',
    OperatingBankAccountId: 701,
  }).body.Id;
  const unitId = account.get<WithId[]>(`/v1/rentals/units?propertyids=${propertyId}`).body[0]?.Id ?? 0;
  const lease = account.post<{ Id: number; Tenants: WithId[] }>('/v1/leases', {
    LeaseType: 'AtWill',
    UnitId: unitId,
    LeaseFromDate: '2026-01-01',
    SendWelcomeEmail: false,
    Tenants: [{ FirstName: 'Ten', LastName: 'Ant', Address: ADDRESS }],
  }).body;
  const vendorId = account.post<WithId>('/v1/vendors', {
    IsCompany: true,
    CompanyName: 'Vendor',
    CategoryId: 71,
  }).body.Id;
  return { account, propertyId, unitId, leaseId: lease.Id, tenantId: lease.Tenants[0]?.Id ?? 0, vendorId };
}

/** Posts and answers the new id; a refusal is an error of the test. */
export function posted(account: Account, path: string, body: unknown): number {
  const answer = account.post<WithId | WithId[]>(path, body);
  if (answer.status !== 201) throw new Error(`POST ${path} was refused: ${JSON.stringify(answer.body)}`);
  return (Array.isArray(answer.body) ? answer.body[0]?.Id : answer.body.Id) ?? 0;
}

export const charge = (at: Portfolio, Date: string, GLAccountId: number, Amount: number): number =>
  posted(at.account, `/v1/leases/${at.leaseId}/charges`, { Date, Lines: [{ GLAccountId, Amount }] });

export const payment = (at: Portfolio, Date: string, GLAccountId: number, Amount: number): number =>
  posted(at.account, `/v1/leases/${at.leaseId}/payments`, {
    Date,
    PaymentMethod: 'Check',
    SendEmailReceipt: false,
    Lines: [{ GLAccountId, Amount }],
  });

export const deposit = (at: Portfolio, EntryDate: string, PaymentTransactionIds: number[]): number =>
  posted(at.account, '/v1/bankaccounts/701/deposits', { EntryDate, PaymentTransactionIds });

export const entity = (at: Portfolio) => ({ Id: at.propertyId, AccountingEntityType: 'Rental' });

export function bill(
  at: Portfolio,
  Date: string,
  GlAccountId: number,
  Amount: number,
): { id: number; lineId: number } {
  const body = {
    Date,
    DueDate: '2026-12-31',
    VendorId: at.vendorId,
    Lines: [{ AccountingEntity: entity(at), GlAccountId, Amount }],
  };
  const id = posted(at.account, '/v1/bills', body);
  const lineId = at.account.get<{ Lines: WithId[] }>(`/v1/bills/${id}`).body.Lines[0]?.Id ?? 0;
  return { id, lineId };
}

export const payBill = (
  at: Portfolio,
  EntryDate: string,
  paid: { id: number; lineId: number },
  Amount: number,
): number =>
  posted(at.account, `/v1/bills/${paid.id}/payments`, {
    BankAccountId: 701,
    EntryDate,
    Lines: [{ BillLineId: paid.lineId, Amount }],
  });

type Balance = { TotalBalance: number; GLAccount: { Id: number } };

/** What stands in the general ledger on a day: dollars by account id, without the accounts at zero. */
export function balances(
  account: Account,
  basis: 'Accrual' | 'Cash',
  asOf = '2026-12-31',
): Record<number, number> {
  const answer = account.get<Balance[]>(
    `/v1/glaccounts/balances?accountingbasis=${basis}&asofdate=${asOf}&limit=1000`,
  );
  return Object.fromEntries(
    answer.body
      .filter(({ TotalBalance }) => TotalBalance !== 0)
      .map((item) => [item.GLAccount.Id, item.TotalBalance]),
  );
}

export const OPERATING_BANK = 124;
