import type { Period, PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import type { NoiClass } from '../../shared/noiClasses.ts';
import type { Chart, ClassifiedAccount } from './classify.ts';
import { isIn, signInEquity, type LedgerEntry } from './ledger.ts';

export type NoiOptions = {
  /** Counts capital expenditure against the income of its month. Off, it stands below the line. Always printed. */
  capitalAboveTheLine: boolean;
};

export const PLAIN_NOI: NoiOptions = { capitalAboveTheLine: false };

/** One account of a statement. `effectCents` is what it does to the owner's money: an expense is negative. */
export type NoiLine = {
  glAccountId: number;
  name: string;
  noiClass: NoiClass;
  amountCents: Cents;
  effectCents: Cents;
  isCounted: boolean;
};

export type NoiStatement = {
  incomeCents: Cents;
  expenseCents: Cents;
  /** Zero unless capital stands above the line. */
  capitalCents: Cents;
  noiCents: Cents;
  /** Every account that moved, those below the line too, by account id. */
  lines: NoiLine[];
};

/**
 * Net operating income of the entries dated in the period, in cents; negative is a loss. Capital items, debt
 * service, depreciation, income tax, owners' money and deposits are below the line and never counted.
 * Source: Buildium GET /v1/generalledger, signed entries on the basis that they were read on.
 */
export function netOperatingIncome(
  entries: readonly LedgerEntry[],
  period: Period,
  chart: Chart,
  options: NoiOptions = PLAIN_NOI,
): NoiStatement {
  const amounts = new Map<number, Cents>();
  for (const entry of entries) {
    if (!isIn(period, entry.day)) continue;
    amounts.set(entry.glAccountId, (amounts.get(entry.glAccountId) ?? 0) + entry.amountCents);
  }
  const lines = [...amounts]
    .sort(([a], [b]) => a - b)
    .map(([glAccountId, amountCents]) => lineOf(accountIn(chart, glAccountId), amountCents, options));
  return statementOf(lines);
}

/** The statement of several properties, or of adjoining periods: account by account, nothing is rounded. */
export function combine(statements: readonly NoiStatement[]): NoiStatement {
  const lines = new Map<number, NoiLine>();
  for (const line of statements.flatMap((statement) => statement.lines)) {
    const before = lines.get(line.glAccountId);
    lines.set(line.glAccountId, {
      ...line,
      amountCents: line.amountCents + (before?.amountCents ?? 0),
      effectCents: line.effectCents + (before?.effectCents ?? 0),
    });
  }
  return statementOf([...lines.values()].sort((a, b) => a.glAccountId - b.glAccountId));
}

/** What a figure is made of, in the order of the books; without an account, all that is counted. */
export function drillDown(
  entries: readonly LedgerEntry[],
  period: Period,
  chart: Chart,
  of: { glAccountId?: number; options?: NoiOptions } = {},
): LedgerEntry[] {
  return entries
    .filter(
      (entry) =>
        isIn(period, entry.day) &&
        (of.glAccountId === undefined
          ? isCounted(accountIn(chart, entry.glAccountId), of.options ?? PLAIN_NOI)
          : entry.glAccountId === of.glAccountId),
    )
    .sort((a, b) => compare(a.day, b.day) || a.transactionId - b.transactionId);
}

/** What one entry does to net operating income; zero below the line. */
export function noiEffectCents(entry: LedgerEntry, chart: Chart, options: NoiOptions = PLAIN_NOI): Cents {
  const account = accountIn(chart, entry.glAccountId);
  return isCounted(account, options) ? effectOf(account, entry.amountCents) : 0;
}

/** The days of the period on which the property was managed; null when there is none. */
export function managedPart(
  period: Period,
  managed: { from: PlainDate | null; to: PlainDate | null },
): Period | null {
  const from = managed.from !== null && managed.from > period.from ? managed.from : period.from;
  const to = managed.to !== null && managed.to < period.to ? managed.to : period.to;
  return from <= to ? { from, to } : null;
}

function isCounted({ noiClass }: ClassifiedAccount, options: NoiOptions): boolean {
  return (
    noiClass === 'operatingIncome' ||
    noiClass === 'operatingExpense' ||
    (noiClass === 'capital' && options.capitalAboveTheLine)
  );
}

function lineOf(account: ClassifiedAccount, amountCents: Cents, options: NoiOptions): NoiLine {
  const { glAccountId, name, noiClass } = account;
  const effectCents = effectOf(account, amountCents);
  return { glAccountId, name, noiClass, amountCents, effectCents, isCounted: isCounted(account, options) };
}

/** The type gives the sign and the class only the place: bad debt kept as an expense lowers income as well. */
function effectOf({ type }: ClassifiedAccount, amountCents: Cents): Cents {
  return amountCents === 0 ? 0 : signInEquity(type) * amountCents;
}

function statementOf(lines: NoiLine[]): NoiStatement {
  const total = (noiClass: NoiClass): Cents =>
    lines
      .filter((line) => line.isCounted && line.noiClass === noiClass)
      .reduce((sum, line) => sum + line.effectCents, 0);
  const incomeCents = total('operatingIncome');
  const expenseCents = 0 - total('operatingExpense');
  const capitalCents = 0 - total('capital');
  return {
    incomeCents,
    expenseCents,
    capitalCents,
    noiCents: incomeCents - expenseCents - capitalCents,
    lines,
  };
}

function accountIn(chart: Chart, glAccountId: number): ClassifiedAccount {
  const account = chart.get(glAccountId);
  // Checked before every run: leaving the amount out here would be a wrong figure.
  if (!account) throw new Error(`GL account ${glAccountId} has entries but no class.`);
  return account;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
