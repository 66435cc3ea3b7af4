import type { PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import type { Balance } from './balanceSheet.ts';
import { bookCash, type BookCash, type MarkedAccounts } from './bookCash.ts';
import type { Chart } from './classify.ts';
import type { SafeCashParts } from './safeCash.ts';

/** A receipt that stands in the books and may yet come back, as far as it is one property's. */
export type UnclearedReceipt = {
  transactionId: number;
  amountCents: Cents;
  /** What of it lies at a bank, by the bank's GL account; what does not is in Undeposited Funds. */
  atBanks: readonly Balance[];
};

/** An entry of the property on an account of what it owes, on the cash basis. */
export type OwedEntry = Balance & { transactionId: number; day: PlainDate; unitId: number | null };

/**
 * What receipts that are not through yet put among a property's debts: prepaid rent, deposits, taxes. Safe cash leaves
 * the receipts out, so that nobody is owed for them either. What was used since is no debt any more: what has left the
 * account for the same unit counts as taken from the receipt, which leaves more that is owed.
 * @param entries of all days since the oldest of the receipts.
 */
export function owedForUncleared(
  receipts: readonly UnclearedReceipt[],
  entries: readonly OwedEntry[],
): Balance[] {
  const ids = new Set(receipts.map(({ transactionId }) => transactionId));
  let leftCents = sum(receipts);
  const owed: Balance[] = [];
  for (const ofUnit of Map.groupBy(
    entries,
    ({ glAccountId, unitId }) => `${glAccountId} ${unitId ?? ''}`,
  ).values()) {
    const came = ofUnit.filter(({ transactionId }) => ids.has(transactionId));
    const [first] = came.toSorted((a, b) => (a.day < b.day ? -1 : 1));
    if (!first) continue;
    const gone = ofUnit.filter(
      ({ transactionId, day, amountCents }) => !ids.has(transactionId) && day >= first.day && amountCents < 0,
    );
    const amountCents = Math.min(Math.max(0, sum(came) + sum(gone)), leftCents);
    leftCents -= amountCents;
    owed.push({ glAccountId: first.glAccountId, amountCents });
  }
  return owed;
}

/**
 * What a property's balances say of its cash where receipts are not through yet: as if those had not come. What lies in
 * escrow is taken off there, and what they put among the debts off those, so that a prepayment counts as nothing and not
 * as a receipt to be left out and a debt besides.
 */
export function clearedCash(
  balances: readonly Balance[],
  chart: Chart,
  marked: MarkedAccounts,
  uncleared: { receipts: readonly UnclearedReceipt[]; owed: readonly Balance[] } = { receipts: [], owed: [] },
): BookCash & Pick<SafeCashParts, 'receiptsNotClearedCents'> {
  const inEscrow = uncleared.receipts
    .flatMap(({ atBanks }) => atBanks)
    .filter(({ glAccountId }) => marked.escrow.includes(glAccountId));
  return {
    ...bookCash(without(balances, [...uncleared.owed, ...inEscrow]), chart, marked),
    receiptsNotClearedCents: Math.max(0, sum(uncleared.receipts) - sum(inEscrow)),
  };
}

/** The balances as they would be without some of what they hold. */
function without(balances: readonly Balance[], amounts: readonly Balance[]): Balance[] {
  return balances.map(({ glAccountId, amountCents }) => ({
    glAccountId,
    amountCents: amountCents - sum(amounts.filter((amount) => amount.glAccountId === glAccountId)),
  }));
}

function sum(amounts: readonly { amountCents: Cents }[]): Cents {
  return amounts.reduce((total, { amountCents }) => total + amountCents, 0);
}
