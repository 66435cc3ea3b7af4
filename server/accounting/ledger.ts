import type { Period, PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';

/** Cash counts money when it moves, accrual when it is charged or billed. */
export type Basis = 'cash' | 'accrual';

export const BASES: readonly Basis[] = ['cash', 'accrual'];

/**
 * One entry of Buildium's general ledger on one basis, in the natural sign of its account's type: a charge raises
 * rent income, a concession lowers it, a repair raises an expense. Nothing here ever flips a sign for a name.
 */
export type LedgerEntry = {
  propertyId: number;
  glAccountId: number;
  day: PlainDate;
  transactionId: number;
  amountCents: Cents;
};

export type GlAccountType = 'Asset' | 'Liability' | 'Equity' | 'Income' | 'Expense';

/** What an amount in its natural sign does to what is owned free of debt: income +1, expense −1. */
export function signInEquity(type: GlAccountType): 1 | -1 {
  return type === 'Asset' || type === 'Expense' ? -1 : 1;
}

/** Debits less credits: zero over all accounts of books that balance. */
export function debitCents(type: GlAccountType, amountCents: Cents): Cents {
  return amountCents === 0 ? 0 : -signInEquity(type) * amountCents;
}

export function isIn(period: Period, day: PlainDate): boolean {
  return day >= period.from && day <= period.to;
}

export function sumByProperty(
  amounts: readonly { propertyId: number; amountCents: Cents }[],
): Map<number, Cents> {
  const sums = new Map<number, Cents>();
  for (const { propertyId, amountCents } of amounts)
    sums.set(propertyId, (sums.get(propertyId) ?? 0) + amountCents);
  return sums;
}
