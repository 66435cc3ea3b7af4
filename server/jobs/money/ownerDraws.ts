import * as z from 'zod';
import { addMonths, firstDayOfMonth, type Period } from '../../../shared/dates.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { Chart } from '../../accounting/classify.ts';
import type { CallFailure } from '../../callFailure.ts';
import { replaceOwnerDraws, type OwnerDrawPayment } from '../../db/ownerDrawPayments.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, ledgerWindows, parse, readGeneralLedger } from '../ledger/ledgerSource.ts';

const transactions = z.array(
  z.looseObject({
    Id: z.number(),
    PaymentDetail: z
      .looseObject({ Payee: z.looseObject({ Id: z.number(), Type: z.string().nullish() }).nullish() })
      .nullish(),
  }),
);

/** A check that is dated further back is not looked for. */
const LATE_ENTRY_MONTHS = 12;

/**
 * Brings the draws and contributions that were paid to what Buildium shows: amounts from the general ledger's Owner
 * Draw and Owner Contribution accounts, owners from the payees of their transactions. Read are the days since the period began, and those of approved months of a
 * year back: a check that pays one of them may be entered late.
 */
export async function readOwnerDraws(
  job: Job,
  chart: Chart,
  period: Period,
  approvedMonths: readonly Period[],
): Promise<Result<OwnerDrawPayment[], CallFailure>> {
  const kindOf = paymentKinds(chart);
  const accounts = [...kindOf.keys()];
  const today = todayIn(job);
  const earliest = addMonths(firstDayOfMonth(period.from), -LATE_ENTRY_MONTHS);
  const [from = period.from] = [period.from, ...approvedMonths.map((month) => month.from)]
    .filter((day) => day >= earliest)
    .sort();
  const days = { from, to: period.to < today ? today : period.to };
  const payments = new Map<string, OwnerDrawPayment>();
  for (const window of accounts.length === 0 ? [] : ledgerWindows(days)) {
    const entries = await readGeneralLedger(job.buildium, 'cash', window, accounts);
    if (!entries.ok) return entries;
    if (entries.value.length === 0) continue;
    const payees = await readPayees(job, window.period, accounts);
    if (!payees.ok) return payees;
    for (const { transactionId, propertyId, glAccountId, day, amountCents } of entries.value) {
      const kind = kindOf.get(glAccountId) ?? 'OwnerDraw';
      const key = `${transactionId} ${propertyId} ${day} ${kind}`;
      const ownerId = payees.value.get(transactionId) ?? null;
      const before = payments.get(key)?.amountCents ?? 0;
      // Equity falls when a draw is paid: the entry is negative, what was paid out is not.
      const paidCents = kind === 'OwnerDraw' ? before - amountCents : before + amountCents;
      payments.set(key, { kind, transactionId, propertyId, day, amountCents: paidCents, ownerId });
    }
  }
  const found = [...payments.values()];
  await job.database.transaction((tx) => replaceOwnerDraws(tx, job.connectionId, days, found));
  return ok(found);
}

const KINDS: ReadonlyMap<string, OwnerDrawPayment['kind']> = new Map([
  ['Owner Draw', 'OwnerDraw'],
  ['Owner Contribution', 'OwnerContribution'],
]);

/** What entries on an account are; sub-accounts of the built-in ones count as those do. */
function paymentKinds(chart: Chart): Map<number, OwnerDrawPayment['kind']> {
  return new Map(
    [...chart.values()].flatMap(({ glAccountId, defaultAccountName, parentId }) => {
      const parent = parentId === null ? null : chart.get(parentId)?.defaultAccountName;
      const kind = KINDS.get(defaultAccountName ?? parent ?? '');
      return kind ? [[glAccountId, kind] as const] : [];
    }),
  );
}

async function readPayees(
  job: Job,
  period: Period,
  glAccountIds: readonly number[],
): Promise<Result<Map<number, number>, CallFailure>> {
  const path = '/v1/generalledger/transactions';
  const query = { startdate: period.from, enddate: period.to, glaccountids: glAccountIds };
  const list = await job.buildium.list(path, query, LEDGER_CALLS);
  if (!list.ok) return list;
  const read = parse(path, transactions, list.value.items);
  if (!read.ok) return read;
  const owners = read.value.flatMap(({ Id, PaymentDetail }): [number, number][] =>
    PaymentDetail?.Payee?.Type === 'RentalOwner' ? [[Id, PaymentDetail.Payee.Id]] : [],
  );
  return ok(new Map(owners));
}
