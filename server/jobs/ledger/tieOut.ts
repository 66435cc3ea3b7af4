import { addDays, type Period } from '../../../shared/dates.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { Chart } from '../../accounting/classify.ts';
import type { Basis } from '../../accounting/ledger.ts';
import {
  splitAtFiscalYears,
  tieOut,
  yearEndAccounts,
  type AccountAmounts,
  type TieOut,
  type TieOutPart,
} from '../../accounting/tieOut.ts';
import type { CallFailure } from '../../callFailure.ts';
import { ledgerTotals } from '../../db/ledgerEntries.ts';
import { readFiscalYearEnd } from './fiscalYear.ts';
import type { Job } from '../job.ts';
import { ledgerWindows, readBalances, readGeneralLedger } from './ledgerSource.ts';

export type TieOutRequest = { period: Period; basis: Basis; propertyIds?: readonly number[] };

export type TieOutReport = TieOut & {
  /** Buildium's books moved during every reading: the differences may be no more than that. */
  isMoving: boolean;
  /** Balances at the period's end, as read for the comparison. */
  closing: AccountAmounts[];
};

/** Readings that find the books moving are repeated so often. */
const READINGS = 3;

/**
 * Compares the stored ledger of a period with two readings from Buildium: balances before and after, and the general
 * ledger's totals. It changes nothing: what stands apart is for the ledger to be read again, or for a person to see.
 */
export async function tieOutPeriod(
  job: Job,
  request: TieOutRequest,
  chart: Chart,
): Promise<Result<TieOutReport, CallFailure>> {
  const yearEnd = await readFiscalYearEnd(job);
  if (!yearEnd.ok) return yearEnd;
  const stretches = splitAtFiscalYears(request.period, yearEnd.value);
  const accounts = yearEndAccounts(chart.values());
  for (let reading = 1; ; reading += 1) {
    const parts: TieOutPart[] = [];
    for (const stretch of stretches) {
      const part = await readPart(job, request, stretch, chart);
      if (!part.ok) return part;
      parts.push(part.value);
    }
    const compared = tieOut(parts, accounts);
    const closing = [...(parts.at(-1)?.closing ?? [])];
    if (compared.isTied) return ok({ ...compared, isMoving: false, closing });
    const moved = await hasMoved(job, request, parts);
    if (!moved.ok) return moved;
    if (!moved.value || reading === READINGS) return ok({ ...compared, isMoving: moved.value, closing });
  }
}

async function readPart(
  job: Job,
  { basis, propertyIds }: TieOutRequest,
  stretch: { period: Period; startsFiscalYear: boolean },
  chart: Chart,
): Promise<Result<TieOutPart, CallFailure>> {
  const { period } = stretch;
  const opening = await readBalances(job.buildium, basis, addDays(period.from, -1), propertyIds);
  if (!opening.ok) return opening;
  const closing = await readBalances(job.buildium, basis, period.to, propertyIds);
  if (!closing.ok) return closing;
  const wanted = propertyIds && new Set(propertyIds);
  const generalLedger: AccountAmounts[] = [];
  for (const window of ledgerWindows(period, propertyIds)) {
    const read = await readGeneralLedger(job.buildium, basis, window, [...chart.keys()]);
    if (!read.ok) return read;
    for (const entry of read.value) if (wanted?.has(entry.propertyId) !== false) generalLedger.push(entry);
  }
  const only = propertyIds ? { propertyIds } : {};
  const stored = await ledgerTotals(job.database, job.connectionId, { basis, ...period, ...only });
  return ok({ ...stretch, opening: opening.value, closing: closing.value, generalLedger, stored });
}

/** Whether Buildium's own balances are no longer what they were when the reading began. */
async function hasMoved(
  job: Job,
  { basis, propertyIds }: TieOutRequest,
  parts: readonly TieOutPart[],
): Promise<Result<boolean, CallFailure>> {
  for (const part of parts) {
    const days = [
      [addDays(part.period.from, -1), part.opening],
      [part.period.to, part.closing],
    ] as const;
    for (const [day, was] of days) {
      const is = await readBalances(job.buildium, basis, day, propertyIds);
      if (!is.ok) return is;
      if (JSON.stringify(is.value) !== JSON.stringify(was)) return ok(true);
    }
  }
  return ok(false);
}
