import { addDays, type Period } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { isCash } from './balanceSheet.ts';
import type { CalculationInput, PropertyResult } from './calculation.ts';
import type { Chart } from './classify.ts';
import { isIn, signInEquity, type LedgerEntry } from './ledger.ts';
import { noiEffectCents } from './noi.ts';
import type { AccountAmounts } from './tieOut.ts';

export type StatementLine = { name: string; amountCents: Cents };

/** How book cash came from its beginning to its end: opening + changes = closing. */
export type CashStatement = { openingCents: Cents; changes: StatementLine[]; closingCents: Cents };

/**
 * By double entry, what moved all other accounts moved cash: nothing can be missing between opening and closing.
 * Transactions that moved neither cash nor net operating income (depreciation, a transfer between two liabilities)
 * come to nothing and are left out.
 */
export function cashStatement(
  { propertyId, period, statement }: Pick<PropertyResult, 'propertyId' | 'period' | 'statement'>,
  input: CalculationInput,
  opening: readonly AccountAmounts[],
  chart: Chart,
): CashStatement {
  const isCashAccount = (glAccountId: number): boolean => {
    const account = chart.get(glAccountId);
    return account !== undefined && isCash(account, chart);
  };
  const own = input.entries.filter((entry) => entry.propertyId === propertyId);
  const balance = opening
    .filter((one) => one.propertyId === propertyId && isCashAccount(one.glAccountId))
    .reduce((sum, { amountCents }) => sum + amountCents, 0);
  const moved = (days: Period): Cents =>
    own
      .filter(({ day, glAccountId }) => isIn(days, day) && isCashAccount(glAccountId))
      .reduce((sum, { amountCents }) => sum + amountCents, 0);
  const openingCents = balance + moved({ from: input.period.from, to: addDays(period.from, -1) });
  const movedCents = moved(period);
  const inPeriod = own.filter(({ day }) => isIn(period, day));
  const cashless = effectsByAccount(
    cashlessEntries(inPeriod, isCashAccount, (entry) => noiEffectCents(entry, chart, input.options) !== 0),
    chart,
  );
  const changes = [
    { name: 'Net operating income', amountCents: statement.noiCents },
    ...statement.lines
      .filter((line) => !line.isCounted && !isCashAccount(line.glAccountId))
      .map(({ glAccountId, name, effectCents }) => ({
        name,
        amountCents: effectCents - (cashless.get(glAccountId) ?? 0),
      }))
      .filter(({ amountCents }) => amountCents !== 0),
  ];
  const explained = changes.reduce((sum, { amountCents }) => sum + amountCents, 0);
  // Only where somebody went on although the books do not balance.
  if (explained !== movedCents)
    changes.push({ name: 'Not explained by the books', amountCents: movedCents - explained });
  return { openingCents, changes, closingCents: openingCents + movedCents };
}

function cashlessEntries(
  entries: readonly LedgerEntry[],
  isCashAccount: (glAccountId: number) => boolean,
  isCounted: (entry: LedgerEntry) => boolean,
): LedgerEntry[] {
  const ofTransactions = Map.groupBy(entries, ({ transactionId }) => transactionId);
  return [...ofTransactions.values()].flatMap((own) =>
    own.some((entry) => isCashAccount(entry.glAccountId) || isCounted(entry)) ? [] : own,
  );
}

function effectsByAccount(entries: readonly LedgerEntry[], chart: Chart): Map<number, Cents> {
  const effects = new Map<number, Cents>();
  for (const { glAccountId, amountCents } of entries) {
    const account = chart.get(glAccountId);
    if (!account) continue;
    const before = effects.get(glAccountId) ?? 0;
    effects.set(glAccountId, before + signInEquity(account.type) * amountCents);
  }
  return effects;
}
