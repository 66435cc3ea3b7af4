import type { Cents } from '../../shared/money.ts';

/**
 * What a property's money at one moment consists of. Each amount is the positive magnitude of what its name says;
 * long-term liabilities and accounts payable as such have no place here, so that nothing counts twice.
 */
export type SafeCashParts = {
  /** Bank accounts that a person marked as operating. */
  operatingCashCents: Cents;
  undepositedFundsCents: Cents;
  receiptsNotClearedCents: Cents;
  /** Security deposits, prepayments and last month's rent: other people's money. */
  heldForTenantsCents: Cents;
  /** Bank accounts that a person marked as escrow: they cover what is held for tenants, and nothing else. */
  escrowCashCents: Cents;
  /** Current liabilities other than accounts payable and what is held for tenants. */
  otherCurrentLiabilitiesCents: Cents;
  /** Unpaid bills that are due by the day of the run. */
  billsDueCents: Cents;
  /** `Rental.Reserve`; below zero it counts as none. */
  reserveCents: Cents;
  approvedDrawsUnpaidCents: Cents;
  /** What approved netting brings in from its owners' other properties and is not in the books yet; absent: nothing. */
  approvedContributionsCents?: Cents;
};

export const NO_CASH: SafeCashParts = {
  operatingCashCents: 0,
  undepositedFundsCents: 0,
  receiptsNotClearedCents: 0,
  heldForTenantsCents: 0,
  escrowCashCents: 0,
  otherCurrentLiabilitiesCents: 0,
  billsDueCents: 0,
  reserveCents: 0,
  approvedDrawsUnpaidCents: 0,
};

export type SafeCashTerm = { name: string; amountCents: Cents };

/** What can leave without touching anybody else's money; below zero when something is already missing. */
export function safeCash(parts: SafeCashParts): Cents {
  return safeCashTerms(parts).reduce((sum, term) => sum + term.amountCents, 0);
}

/** The same, term by term: what an owner's statement shows. */
export function safeCashTerms(parts: SafeCashParts): SafeCashTerm[] {
  const uncovered = Math.max(0, parts.heldForTenantsCents - parts.escrowCashCents);
  const less = (cents: Cents): Cents => (cents === 0 ? 0 : -cents);
  return [
    { name: 'Operating cash', amountCents: parts.operatingCashCents },
    { name: 'Undeposited funds', amountCents: parts.undepositedFundsCents },
    { name: 'Receipts not yet cleared', amountCents: less(parts.receiptsNotClearedCents) },
    { name: 'Deposits and prepayments not covered by escrow', amountCents: less(uncovered) },
    { name: 'Other current liabilities', amountCents: less(parts.otherCurrentLiabilitiesCents) },
    { name: 'Unpaid bills due', amountCents: less(parts.billsDueCents) },
    { name: 'Reserve', amountCents: less(Math.max(0, parts.reserveCents)) },
    { name: 'Approved draws not yet paid', amountCents: less(parts.approvedDrawsUnpaidCents) },
    { name: 'Approved contributions not yet paid in', amountCents: parts.approvedContributionsCents ?? 0 },
  ];
}
