import { addDays, type Period, type PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { builtInName, type Chart } from '../../accounting/classify.ts';
import { commitments, contributions } from '../../accounting/commitments.ts';
import type { PropertyCash } from '../../accounting/draws.ts';
import { sumByProperty } from '../../accounting/ledger.ts';
import type { SafeCashParts } from '../../accounting/safeCash.ts';
import { clearedCash } from '../../accounting/unclearedReceipts.ts';
import type { AccountAmounts } from '../../accounting/tieOut.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listApprovedDraws } from '../../db/approvals.ts';
import { listOwnerDraws, type OwnerDrawPayment } from '../../db/ownerDrawPayments.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import { readBalances } from '../ledger/ledgerSource.ts';
import { approvedDraw } from './approvedDraws.ts';
import { holdsOwnMoney, marksAt, ownAccount, readBankMarks } from './bankMarks.ts';
import { readOwnerDraws } from './ownerDraws.ts';
import { readPendingReceipts, type PendingReceipts } from '../pendingReceipts.ts';
import { readBillsNotDue, type OpenBill } from '../unpaidBills.ts';

export type PropertyOnFile = {
  propertyId: number;
  operatingBankAccountId: number | null;
  reserveCents: Cents;
};

/** What stands in the books of all properties at one moment. */
type Moment = {
  balances: Map<number, AccountAmounts[]>;
  /** Accounts payable on the accrual basis: all bills that are not paid. */
  payable: Map<number, Cents>;
  pending: Map<number, PendingReceipts>;
  notDue: Map<number, Cents>;
};

/**
 * What owners can draw from each property, at the period's end and now. Balances are read on the cash basis, unpaid
 * bills from accounts payable on the accrual basis.
 */
export async function readCash(
  job: Job,
  period: Period,
  chart: Chart,
  properties: readonly PropertyOnFile[],
): Promise<Result<Map<number, PropertyCash>, CallFailure>> {
  const marks = await readBankMarks(job);
  if (!marks.ok) return marks;
  const approvals = (await listApprovedDraws(job.database, job.connectionId)).map(approvedDraw);
  const months = approvals.map((draw) => draw.period);
  const draws = await readOwnerDraws(job, chart, period, months);
  if (!draws.ok) return draws;
  const today = todayIn(job);
  const notDue = await readBillsNotDue(job, today);
  if (!notDue.ok) return notDue;
  const atEnd = await readMoment(job, chart, period.to < today ? period.to : today, notDue.value);
  if (!atEnd.ok) return atEnd;
  const now = period.to < today ? await readMoment(job, chart, today, notDue.value) : atEnd;
  if (!now.ok) return now;
  const approved = Map.groupBy(approvals, byProperty);
  const paid = Map.groupBy(await listOwnerDraws(job.database, job.connectionId), byProperty);
  const cash = new Map<number, PropertyCash>();
  for (const property of properties) {
    const { propertyId, reserveCents } = property;
    const marked = marksAt(marks.value, property);
    const isBank = (id: number): boolean =>
      chart.get(id)?.isBank === true || marked.operating.includes(id) || marked.escrow.includes(id);
    const balancesAt = (moment: Moment) => moment.balances.get(propertyId) ?? [];
    const [ownApprovals, approvedIn] = byKind(approved.get(propertyId) ?? []);
    const [payments, paidIn] = byKind(paid.get(propertyId) ?? []);
    const committed = commitments(ownApprovals, paymentsSince(payments, ownApprovals, period), period);
    const { contributed, ...expected } = contributions(
      approvedIn,
      paymentsSince(paidIn, approvedIn, period),
      period,
    );
    const partsOf = (
      moment: Moment,
      approvedDrawsUnpaidCents: Cents,
      approvedContributionsCents: Cents,
    ): SafeCashParts => ({
      ...clearedCash(balancesAt(moment), chart, marked, moment.pending.get(propertyId)),
      billsDueCents: Math.max(
        0,
        (moment.payable.get(propertyId) ?? 0) - (moment.notDue.get(propertyId) ?? 0),
      ),
      reserveCents,
      approvedDrawsUnpaidCents,
      ...(approvedContributionsCents === 0 ? {} : { approvedContributionsCents }),
    });
    cash.set(propertyId, {
      hasOperatingAccount: holdsOwnMoney(marks.value, property, [
        ...balancesAt(atEnd.value),
        ...balancesAt(now.value),
      ]),
      atPeriodEnd: partsOf(atEnd.value, committed.othersAtPeriodEndCents, expected.expectedAtPeriodEndCents),
      now: partsOf(now.value, committed.othersNowCents, expected.expectedNowCents),
      commitments: { ...committed, contributed },
      countedDrawIds: idsSince(payments, period.from),
      countedContributionIds: idsSince(paidIn, period.from),
      banks: {
        ownGlAccountId: ownAccount(marks.value, property),
        atPeriodEnd: balancesAt(atEnd.value)
          .filter(({ glAccountId, amountCents }) => amountCents !== 0 && isBank(glAccountId))
          .map(({ glAccountId, amountCents }) => ({ glAccountId, amountCents }))
          .sort((a, b) => a.glAccountId - b.glAccountId),
      },
    });
  }
  return ok(cash);
}

async function readMoment(
  job: Job,
  chart: Chart,
  day: PlainDate,
  notDue: readonly OpenBill[],
): Promise<Result<Moment, CallFailure>> {
  const balances = await readBalances(job.buildium, 'cash', day);
  if (!balances.ok) return balances;
  const accrual = await readBalances(job.buildium, 'accrual', day);
  if (!accrual.ok) return accrual;
  const pending = await readPendingReceipts(job, chart, day);
  if (!pending.ok) return pending;
  const payable = accrual.value.filter(({ glAccountId }) => {
    const account = chart.get(glAccountId);
    return account && builtInName(account, chart) === 'Accounts Payable';
  });
  return ok({
    balances: Map.groupBy(balances.value, byProperty),
    payable: sumByProperty(payable),
    pending: pending.value,
    notDue: sumByProperty(notDue.filter((bill) => bill.date <= day)),
  });
}

/** Draws of before the first approved month, and of before the period's end where nothing was approved, are settled. */
function paymentsSince<P extends { day: PlainDate }>(
  paid: readonly P[],
  approved: readonly { period: Period }[],
  period: Period,
): P[] {
  const afterPeriod = addDays(period.to, 1);
  const since = [afterPeriod, ...approved.map((draw) => draw.period.from)].sort()[0] ?? afterPeriod;
  return paid.filter(({ day }) => day >= since);
}

function idsSince(payments: readonly OwnerDrawPayment[], from: PlainDate): number[] {
  return payments
    .filter(({ day }) => day >= from)
    .map(({ transactionId }) => transactionId)
    .sort((a, b) => a - b);
}

/** Draws and contributions apart. */
function byKind<T extends Pick<OwnerDrawPayment, 'kind'>>(all: readonly T[]): [T[], T[]] {
  return [all.filter(({ kind }) => kind === 'OwnerDraw'), all.filter(({ kind }) => kind !== 'OwnerDraw')];
}

function byProperty({ propertyId }: { propertyId: number }): number {
  return propertyId;
}
