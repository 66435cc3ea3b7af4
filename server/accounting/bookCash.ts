import type { Cents } from '../../shared/money.ts';
import type { Balance } from './balanceSheet.ts';
import { builtInName, type Chart, type ClassifiedAccount } from './classify.ts';
import type { SafeCashParts } from './safeCash.ts';

/** The parts of safe cash that are balances of accounts. */
export type BookCash = Pick<
  SafeCashParts,
  | 'operatingCashCents'
  | 'undepositedFundsCents'
  | 'heldForTenantsCents'
  | 'escrowCashCents'
  | 'otherCurrentLiabilitiesCents'
>;

/** GL accounts of the bank accounts in which the property's own money is, and of those that hold tenants' money. */
export type MarkedAccounts = { operating: readonly number[]; escrow: readonly number[] };

/**
 * What one property's balances of a day say of its cash. A debt below zero is no cash: each counts by itself, as
 * nothing, and takes nothing off the others.
 */
export function bookCash(
  balances: readonly Balance[],
  chart: Chart,
  { operating, escrow }: MarkedAccounts,
): BookCash {
  const sumOf = (
    belongs: (account: ClassifiedAccount) => boolean,
    count: (amountCents: Cents) => Cents = (amountCents) => amountCents,
  ): Cents =>
    balances.reduce((sum, { glAccountId, amountCents }) => {
      const account = chart.get(glAccountId);
      return account && belongs(account) ? sum + count(amountCents) : sum;
    }, 0);
  const owed = (amountCents: Cents): Cents => Math.max(0, amountCents);
  return {
    operatingCashCents: sumOf(
      ({ glAccountId }) => operating.includes(glAccountId) && !escrow.includes(glAccountId),
    ),
    undepositedFundsCents: sumOf((account) => builtInName(account, chart) === 'Undeposited Funds'),
    heldForTenantsCents: sumOf(isHeldForTenants, owed),
    escrowCashCents: sumOf(({ glAccountId }) => escrow.includes(glAccountId)),
    otherCurrentLiabilitiesCents: sumOf((account) => isOtherCurrentLiability(account, chart), owed),
  };
}

function isHeldForTenants({ type, noiClass }: ClassifiedAccount): boolean {
  return type === 'Liability' && noiClass === 'trust';
}

/** Accounts payable are looked at bill by bill. */
export function isOtherCurrentLiability(account: ClassifiedAccount, chart: Chart): boolean {
  return (
    account.type === 'Liability' &&
    account.subType === 'CurrentLiability' &&
    !isHeldForTenants(account) &&
    builtInName(account, chart) !== 'Accounts Payable'
  );
}
