import { addDays, type Period } from '../../../shared/dates.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { Basis } from '../../accounting/ledger.ts';
import {
  splitAtFiscalYears,
  tieOut,
  yearEndAccounts,
  type AccountAmounts,
  type Difference,
  type TieOutPart,
} from '../../accounting/tieOut.ts';
import type { CallFailure } from '../../callFailure.ts';
import { ledgerTotals, replaceLedger, type LedgerSlice } from '../../db/ledgerEntries.ts';
import { readFiscalYearEnd } from './fiscalYear.ts';
import type { Job } from '../job.ts';
import {
  ledgerWindows,
  monthsOf,
  readBalances,
  readGeneralLedger,
  type LedgerWindow,
} from './ledgerSource.ts';
import { readGlAccounts } from './readChart.ts';

export type LedgerRequest = {
  period: Period;
  bases: readonly Basis[];
  /** Absent: all properties. */
  propertyIds?: readonly number[];
};

export type LedgerRead = {
  /** Entries that Buildium showed. */
  entries: number;
  /** Slices that were not as they are now; none when nothing had changed. */
  changed: (LedgerSlice & { basis: Basis })[];
};

/**
 * Brings the stored ledger of a period to what Buildium shows, on the bases asked for. Every window is replaced in a
 * transaction of its own, so that a stop leaves whole windows and the next reading goes on from there.
 */
export async function readLedger(job: Job, request: LedgerRequest): Promise<Result<LedgerRead, CallFailure>> {
  const accounts = await readGlAccounts(job);
  if (!accounts.ok) return accounts;
  const glAccountIds = accounts.value.map(({ glAccountId }) => glAccountId);
  const read: LedgerRead = { entries: 0, changed: [] };
  for (const window of ledgerWindows(request.period, request.propertyIds)) {
    for (const basis of request.bases) {
      const done = await readWindow(job, basis, window, glAccountIds, request.propertyIds);
      if (!done.ok) return done;
      read.entries += done.value.entries;
      read.changed.push(...done.value.changed);
    }
  }
  return ok(read);
}

export type MonthComparison = {
  month: Period;
  basis: Basis;
  /** What stood apart from Buildium's balances before the month was read again. */
  differences: Difference[];
  changed: number;
  /** What still stands apart afterwards: Buildium's two reports disagree, or its books are moving. */
  remaining: Difference[];
};

/**
 * The guarantee behind the ledger: every month's balances on both bases against what is stored, however old. A month
 * that differs is read again whole, deletions included. Only months that differed are in the answer.
 */
export async function compareMonths(
  job: Job,
  request: LedgerRequest,
): Promise<Result<MonthComparison[], CallFailure>> {
  const yearEnd = await readFiscalYearEnd(job);
  if (!yearEnd.ok) return yearEnd;
  const accounts = await readGlAccounts(job);
  if (!accounts.ok) return accounts;
  const yearEnds = yearEndAccounts(accounts.value);
  const compared: MonthComparison[] = [];
  for (const basis of request.bases) {
    const days = dayBalances(job, basis, request.propertyIds);
    for (const month of monthsOf(request.period)) {
      const compare = async (): Promise<Result<Difference[], CallFailure>> => {
        const parts: TieOutPart[] = [];
        for (const { period, startsFiscalYear } of splitAtFiscalYears(month, yearEnd.value)) {
          const opening = await days.on(addDays(period.from, -1));
          if (!opening.ok) return opening;
          const closing = await days.on(period.to);
          if (!closing.ok) return closing;
          const stored = await ledgerTotals(job.database, job.connectionId, {
            basis,
            ...period,
            ...only(request),
          });
          const amounts = { opening: opening.value, closing: closing.value, generalLedger: stored, stored };
          parts.push({ period, startsFiscalYear, ...amounts });
        }
        return ok(tieOut(parts, yearEnds).differences);
      };
      const before = await compare();
      if (!before.ok) return before;
      if (before.value.length === 0) continue;
      const propertyIds = [...new Set(before.value.map(({ propertyId }) => propertyId))];
      const read = await readLedger(job, { period: month, bases: [basis], propertyIds });
      if (!read.ok) return read;
      days.forget();
      const after = await compare();
      if (!after.ok) return after;
      const changed = read.value.changed.length;
      compared.push({ month, basis, differences: before.value, changed, remaining: after.value });
    }
  }
  return ok(compared);
}

async function readWindow(
  job: Job,
  basis: Basis,
  window: LedgerWindow,
  glAccountIds: readonly number[],
  propertyIds: readonly number[] | undefined,
): Promise<Result<LedgerRead, CallFailure>> {
  const shown = await readGeneralLedger(job.buildium, basis, window, glAccountIds);
  if (!shown.ok) return shown;
  const wanted = window.propertyId === null ? propertyIds : [window.propertyId];
  const ids = wanted && new Set(wanted);
  const entries = ids ? shown.value.filter(({ propertyId }) => ids.has(propertyId)) : shown.value;
  const scope = { basis, ...window.period, ...(wanted ? { propertyIds: wanted } : {}) };
  const changed = await job.database.transaction((tx) => replaceLedger(tx, job.connectionId, scope, entries));
  return ok({ entries: entries.length, changed: changed.map((slice) => ({ ...slice, basis })) });
}

/** One month's end is the next one's start: each day's balances are read once. */
function dayBalances(job: Job, basis: Basis, propertyIds: readonly number[] | undefined) {
  const known = new Map<string, AccountAmounts[]>();
  return {
    async on(day: string): Promise<Result<AccountAmounts[], CallFailure>> {
      const before = known.get(day);
      if (before) return ok(before);
      const balances = await readBalances(job.buildium, basis, day, propertyIds);
      if (balances.ok) known.set(day, balances.value);
      return balances;
    },
    forget: () => known.clear(),
  };
}

function only({ propertyIds }: LedgerRequest): { propertyIds?: readonly number[] } {
  return propertyIds ? { propertyIds } : {};
}
