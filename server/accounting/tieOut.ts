import { addDays, type Period, type PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { signInEquity, type GlAccountType } from './ledger.ts';

/** Amounts by property and account, natural signs. What is absent is zero. */
export type AccountAmounts = { propertyId: number; glAccountId: number; amountCents: Cents };

/** One stretch inside a fiscal year, with what three independent readings say of it. */
export type TieOutPart = {
  period: Period;
  /** The stretch begins with a fiscal year: income and expense may have been closed into equity before it. */
  startsFiscalYear: boolean;
  /** Balances as of the day before the first, and as of the last day. */
  opening: readonly AccountAmounts[];
  closing: readonly AccountAmounts[];
  /** `TotalAmount` of the general ledger, read now. */
  generalLedger: readonly AccountAmounts[];
  /** Our own ledger. */
  stored: readonly AccountAmounts[];
};

export type Difference = {
  propertyId: number;
  glAccountId: number;
  period: Period;
  balancesCents: Cents;
  generalLedgerCents: Cents;
  storedCents: Cents;
  /** What is stored less what the balances say. Zero where only the general ledger stands apart. */
  differenceCents: Cents;
};

export type TieOut = {
  isTied: boolean;
  /** Accounts compared, over all properties and stretches. */
  compared: number;
  differences: Difference[];
};

/**
 * Proves an income statement against Buildium's balances: for each property and account, balance at the end less
 * balance before the start must be what the general ledger shows and what we have stored, to the cent.
 */
export function tieOut(parts: readonly TieOutPart[], yearEnd: YearEndAccounts): TieOut {
  const compared = parts.map((part) => compare(part, yearEnd));
  const differences = compared.flatMap((one) => one.differences);
  return {
    isTied: differences.length === 0,
    compared: compared.reduce((sum, one) => sum + one.compared, 0),
    differences,
  };
}

/** What a fiscal year's end may close, and into what. */
export type YearEndAccounts = {
  /** Income and expense accounts, with what a cent on them does to equity. */
  resetting: ReadonlyMap<number, 1 | -1>;
  /** Buildium's built-in account; null where the chart shows none. */
  retainedEarnings: number | null;
};

export function yearEndAccounts(
  accounts: Iterable<{ glAccountId: number; type: GlAccountType; defaultAccountName: string | null }>,
): YearEndAccounts {
  const all = [...accounts];
  const resetting = all.filter(({ type }) => type === 'Income' || type === 'Expense');
  const retained = all.find(({ defaultAccountName }) => defaultAccountName === 'Retained Earnings');
  return {
    resetting: new Map(resetting.map(({ glAccountId, type }) => [glAccountId, signInEquity(type)])),
    retainedEarnings: retained?.glAccountId ?? null,
  };
}

/** Cuts a period where fiscal years end: balances before and after may not be one series. */
export function splitAtFiscalYears(
  period: Period,
  fiscalYearEnd: { month: number; day: number },
): { period: Period; startsFiscalYear: boolean }[] {
  const parts: { period: Period; startsFiscalYear: boolean }[] = [];
  for (let from = period.from; from <= period.to; ) {
    const end = nextYearEnd(from, fiscalYearEnd);
    const to = end < period.to ? end : period.to;
    const startsFiscalYear = nextYearEnd(addDays(from, -1), fiscalYearEnd) < from;
    parts.push({ period: { from, to }, startsFiscalYear });
    from = addDays(to, 1);
  }
  return parts;
}

type Compared = { compared: number; differences: Difference[] };

/**
 * Whether a fiscal year's start closes income and expense, and whether their balance then stands in Retained Earnings,
 * is not documented. The readings are tried for the stretch as a whole, and the one that most accounts bear out is
 * taken: a single account cannot choose what suits it.
 */
function compare(part: TieOutPart, { resetting, retainedEarnings }: YearEndAccounts): Compared {
  const carried = compareWith(part, part.opening);
  if (!part.startsFiscalYear || carried.differences.length === 0) return carried;
  const kept = part.opening.filter(({ glAccountId }) => !resetting.has(glAccountId));
  const readings = [carried, compareWith(part, kept)];
  if (retainedEarnings !== null) {
    const earned = part.opening.map(({ propertyId, glAccountId, amountCents }) => ({
      ...{ propertyId, glAccountId: retainedEarnings },
      amountCents: amountCents * (resetting.get(glAccountId) ?? 0),
    }));
    readings.push(compareWith(part, [...kept, ...earned]));
  }
  return readings.reduce((best, one) => (one.differences.length < best.differences.length ? one : best));
}

function compareWith(part: TieOutPart, opening: readonly AccountAmounts[]): Compared {
  const closings = sums(part.closing);
  const openings = sums(opening);
  const general = sums(part.generalLedger);
  const stored = sums(part.stored);
  const keys = new Set([closings, openings, general, stored].flatMap((amounts) => [...amounts.keys()]));
  const differences: Difference[] = [];
  for (const key of keys) {
    const [propertyId = 0, glAccountId = 0] = key.split('/').map(Number);
    const balancesCents = (closings.get(key) ?? 0) - (openings.get(key) ?? 0);
    const generalLedgerCents = general.get(key) ?? 0;
    const storedCents = stored.get(key) ?? 0;
    if (balancesCents === storedCents && generalLedgerCents === storedCents) continue;
    const differenceCents = storedCents - balancesCents;
    differences.push({
      propertyId,
      glAccountId,
      period: part.period,
      balancesCents,
      generalLedgerCents,
      storedCents,
      differenceCents,
    });
  }
  differences.sort((a, b) => a.propertyId - b.propertyId || a.glAccountId - b.glAccountId);
  return { compared: keys.size, differences };
}

function sums(amounts: readonly AccountAmounts[]): Map<string, Cents> {
  const found = new Map<string, Cents>();
  for (const { propertyId, glAccountId, amountCents } of amounts) {
    const key = `${propertyId}/${glAccountId}`;
    found.set(key, (found.get(key) ?? 0) + amountCents);
  }
  return found;
}

/** The first day on or after `day` on which a fiscal year ends; a 29 February is the 28th where there is none. */
function nextYearEnd(day: PlainDate, end: { month: number; day: number }): PlainDate {
  const year = Number(day.slice(0, 4));
  const inYear = yearEnd(year, end);
  return inYear >= day ? inYear : yearEnd(year + 1, end);
}

function yearEnd(year: number, end: { month: number; day: number }): PlainDate {
  const lastDay = new Date(Date.UTC(year, end.month, 0)).getUTCDate();
  const date = Math.min(end.day, lastDay);
  return `${year}-${String(end.month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
}
