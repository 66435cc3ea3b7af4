import * as z from 'zod';
import { addDays, type PlainDate } from '../../../../shared/dates.ts';
import { formatCents, type Cents } from '../../../../shared/money.ts';
import { inWords } from '../../../../shared/resources/lens.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import type { Chart } from '../../../accounting/classify.ts';
import type { LeaseItem } from '../../../accounting/openCharges.ts';
import { balanceOf } from '../../../accounting/rentRoll.ts';
import type { CallFailure } from '../../../callFailure.ts';
import { leaseTransactions, type LeaseTransaction } from '../../../db/mirror.ts';
import { listOlderTransactions, saveOlderTransactions } from '../../../db/olderLeaseTransactions.ts';
import { historyFrom, todayIn } from '../../calendar.ts';
import { nowOf, type Job } from '../../job.ts';
import { centsAt, LEDGER_CALLS, parse } from '../../ledger/ledgerSource.ts';
import { leaseItems } from './leaseItems.ts';

const outstandingBalances = z.array(z.looseObject({ LeaseId: z.number(), TotalBalance: z.number() }));
const transactions = z.array(
  z.looseObject({
    Id: z.number(),
    Date: z.string(),
    TransactionTypeEnum: z.string(),
    TotalAmount: z.number(),
    Journal: z
      .looseObject({
        Lines: z.array(z.looseObject({ GLAccount: z.looseObject({ Id: z.number() }).nullish() })).nullish(),
      })
      .nullish(),
  }),
);

/** One lease's account, from its first day on. */
export type LeaseBook = {
  items: readonly LeaseItem[];
  /** Where it does not come to what Buildium says is owed now, in words. */
  problem: string | null;
};

/**
 * Every lease's account. It is made of the transactions that the sync has brought; where they do not come to what
 * Buildium says the lease owes today, what is older than the stored history is read from the lease's own ledger, and
 * kept. Leases that owe nothing are not in Buildium's answer: of them only what the transactions leave open is doubted.
 */
export async function readLeaseBooks(
  job: Job,
  leaseIds: readonly number[],
  chart: Chart,
): Promise<Result<ReadonlyMap<number, LeaseBook>, CallFailure>> {
  const owed = await readOutstanding(job);
  if (!owed.ok) return owed;
  const today = todayIn(job);
  const stored = Map.groupBy(
    await leaseTransactions(job.database, job.connectionId, today),
    ({ leaseId }) => leaseId,
  );
  const older = await listOlderTransactions(job.database, job.connectionId);
  const books = new Map<number, LeaseBook>();
  for (const leaseId of leaseIds) {
    const itemsWith = (before: readonly LeaseTransaction[]): LeaseItem[] =>
      leaseItems(inOrder(stored.get(leaseId) ?? [], before), chart);
    const owedCents = owed.value?.get(leaseId) ?? 0;
    let items = itemsWith(older.get(leaseId) ?? []);
    const isCertain = (): boolean =>
      owed.value === null || balanceOf(items) === owedCents || (owedCents === 0 && balanceOf(items) < 0);
    // Money over is nowhere in Buildium's answer: it may be a credit, or an older charge that it paid.
    const isDoubtful = owed.value !== null && balanceOf(items) < 0 && !older.has(leaseId);
    if (!isCertain() || isDoubtful) {
      const read = await readOlder(job, leaseId, addDays(historyFrom(job, today), -1));
      if (!read.ok) return read;
      items = itemsWith(read.value);
    }
    const problem = isCertain() ? null : sayDifference(balanceOf(items), owedCents);
    books.set(leaseId, { items, problem });
  }
  return ok(books);
}

/** What each lease owes today, as Buildium says it; null where the key may not see it. */
async function readOutstanding(job: Job): Promise<Result<ReadonlyMap<number, Cents> | null, CallFailure>> {
  const path = '/v1/leases/outstandingbalances';
  // Its rows have no id of their own to be sorted by.
  const list = await job.buildium.list(path, { orderby: 'LeaseId asc' }, LEDGER_CALLS);
  if (!list.ok) return list.error.kind === 'forbidden' ? ok(null) : list;
  const read = parse(path, outstandingBalances, list.value.items);
  if (!read.ok) return read;
  const owed = new Map<number, Cents>();
  for (const { LeaseId, TotalBalance } of read.value) {
    const cents = centsAt(path, `The balance of lease ${LeaseId}`, TotalBalance);
    if (!cents.ok) return cents;
    owed.set(LeaseId, cents.value);
  }
  return ok(owed);
}

/** A lease's transactions up to a day, from its own ledger; they are kept, so that they are read once. */
async function readOlder(
  job: Job,
  leaseId: number,
  until: PlainDate,
): Promise<Result<LeaseTransaction[], CallFailure>> {
  const path = `/v1/leases/${leaseId}/transactions`;
  const list = await job.buildium.list(path, { transactiondateto: until }, LEDGER_CALLS);
  if (!list.ok) return list.error.kind === 'notFound' ? ok([]) : list;
  const read = parse(path, transactions, list.value.items);
  if (!read.ok) return read;
  const found: LeaseTransaction[] = [];
  for (const { Id, Date, TransactionTypeEnum, TotalAmount, Journal } of read.value) {
    const cents = centsAt(path, `The amount of transaction ${Id}`, TotalAmount);
    if (!cents.ok) return cents;
    const glAccountIds = (Journal?.Lines ?? []).flatMap(({ GLAccount }) => GLAccount?.Id ?? []);
    found.push({
      ...{ transactionId: Id, leaseId, type: inWords(TransactionTypeEnum), date: Date.slice(0, 10) },
      ...{ amountCents: cents.value, glAccountIds: [...new Set(glAccountIds)] },
    });
  }
  const row = { leaseId, readAt: nowOf(job), transactions: found };
  await saveOlderTransactions(job.database, job.connectionId, row);
  return ok(found);
}

/** In the order of the books; what the sync has brought counts where both have it. */
function inOrder(
  stored: readonly LeaseTransaction[],
  older: readonly LeaseTransaction[],
): LeaseTransaction[] {
  const known = new Set(stored.map(({ transactionId }) => transactionId));
  return [...older.filter(({ transactionId }) => !known.has(transactionId)), ...stored].sort((a, b) =>
    a.date === b.date ? a.transactionId - b.transactionId : a.date < b.date ? -1 : 1,
  );
}

function sayDifference(oursCents: Cents, owedCents: Cents): string {
  return (
    `Buildium says that ${formatCents(owedCents)} are owed today; the transactions that are here come to ` +
    `${formatCents(oursCents)}. One is still to be synced: see "npm run cli -- status", then calculate the month again.`
  );
}
