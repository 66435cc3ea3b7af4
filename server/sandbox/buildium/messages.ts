import { dollarsFromCents } from '../../../shared/money.ts';
import { glAccountType } from './lookups.ts';
import type { GlAccount, World } from './state.ts';
import type { AccountingEntity } from './transactions.ts';
import type { PhoneNumbers } from './validation.ts';

/** Pieces that several answers share, in Buildium's names and shapes. */

export function dollarsOrNull(cents: number | null): number | null {
  return cents === null ? null : dollarsFromCents(cents);
}

/** UTC to the second, as Buildium writes its times outside of webhooks. */
export function instantMessage(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Written as Home, Work, Mobile, Fax; read as a list of Home, Office, Cell, Fax. */
export function phoneNumberMessages(phones: PhoneNumbers | null) {
  const written = [
    { Number: phones?.Home ?? null, Type: 'Home' },
    { Number: phones?.Work ?? null, Type: 'Office' },
    { Number: phones?.Mobile ?? null, Type: 'Cell' },
    { Number: phones?.Fax ?? null, Type: 'Fax' },
  ];
  return written.filter((phone) => phone.Number !== null);
}

export function entityMessage(entity: AccountingEntity) {
  return {
    Id: entity.id,
    AccountingEntityType: entity.type,
    Href: entity.type === 'Rental' ? `/v1/rentals/${entity.id}` : null,
    Unit: entity.unitId === null ? null : { Id: entity.unitId, Href: `/v1/rentals/units/${entity.unitId}` },
  };
}

/** A GL account without its sub-accounts, as it appears inside other answers and inside its parent. */
export function glAccountMessage(account: GlAccount) {
  return {
    Id: account.id,
    AccountNumber: account.saved.AccountNumber,
    Name: account.saved.Name,
    Description: account.saved.Description,
    Type: glAccountType(account),
    SubType: account.saved.SubType,
    IsDefaultGLAccount: account.defaultAccountName !== null,
    DefaultAccountName: account.defaultAccountName,
    IsContraAccount: account.saved.IsContraAccount ?? false,
    IsBankAccount: account.isBankAccount,
    CashFlowClassification: account.saved.CashFlowClassification,
    ExcludeFromCashBalances: false,
    SubAccounts: null as unknown[] | null,
    IsActive: account.isActive,
    ParentGLAccountId: account.saved.ParentGLAccountId,
    IsCreditCardAccount: false,
  };
}

export function glAccountMessageOf(world: World, glAccountId: number) {
  const account = world.glAccounts.get(glAccountId);
  return account ? glAccountMessage(account) : null;
}

/** First and last name of a person, or the company's name. */
export function displayName(saved: {
  FirstName: string | null;
  LastName: string | null;
  CompanyName?: string | null;
  IsCompany?: boolean;
}): string {
  if (saved.IsCompany) return saved.CompanyName ?? '';
  return [saved.FirstName, saved.LastName].filter(Boolean).join(' ');
}
