import type { Cents } from '../../shared/money.ts';
import type { Balance } from './balanceSheet.ts';
import { balanceSheet } from './balanceSheet.ts';
import type { Chart } from './classify.ts';
import { signInEquity } from './ledger.ts';

/** Bank's book cash against what it is owed to. A check of the books, not a statement of legal compliance. */
export type ThreeLegs = {
  bankCents: Cents;
  /** What the owners' own ledgers come to: every account that is neither cash nor somebody else's money. */
  ownersCents: Cents;
  depositsAndPrepaymentsCents: Cents;
  /** Bank − owners − deposits and prepayments. */
  differenceCents: Cents;
};

/** Compares a property's three legs from its balances on one day and basis. */
export function threeLegs(balances: readonly Balance[], chart: Chart): ThreeLegs {
  let ownersCents = 0;
  let bankCents = 0;
  let depositsAndPrepaymentsCents = 0;
  for (const balance of balances) {
    const account = chart.get(balance.glAccountId);
    if (!account) throw new Error(`GL account ${balance.glAccountId} has a balance but is not in the chart.`);
    const sheet = balanceSheet([balance], chart);
    bankCents += sheet.cashCents;
    depositsAndPrepaymentsCents += sheet.depositsHeldCents + sheet.prepaymentsCents;
    if (sheet.cashCents === 0 && sheet.depositsHeldCents === 0 && sheet.prepaymentsCents === 0)
      ownersCents += signInEquity(account.type) * balance.amountCents || 0;
  }
  return {
    bankCents,
    ownersCents,
    depositsAndPrepaymentsCents,
    differenceCents: bankCents - ownersCents - depositsAndPrepaymentsCents,
  };
}

/** Charges or bills that were open on a day, by account: from leases and bills, never from the ledger under test. */
export type OpenItems = { charges: readonly Balance[]; bills: readonly Balance[] };

/**
 * What accrual net operating income must exceed that on a cash basis by: operating income that was charged and not
 * yet paid, less operating expenses that were billed and not yet paid, as far as they grew in the period.
 */
export function accrualLessCash(before: OpenItems, after: OpenItems, chart: Chart): Cents {
  const operating = (balances: readonly Balance[]): Cents =>
    balances.reduce((sum, { glAccountId, amountCents }) => {
      const account = chart.get(glAccountId);
      const counts = account?.noiClass === 'operatingIncome' || account?.noiClass === 'operatingExpense';
      return counts ? sum + amountCents : sum;
    }, 0);
  const charges = operating(after.charges) - operating(before.charges);
  const bills = operating(after.bills) - operating(before.bills);
  return charges - bills;
}
