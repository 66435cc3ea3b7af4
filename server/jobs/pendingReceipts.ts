import * as z from 'zod';
import { addDays, type PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Balance } from '../accounting/balanceSheet.ts';
import type { Chart } from '../accounting/classify.ts';
import { sumByProperty } from '../accounting/ledger.ts';
import { owedForUncleared, type UnclearedReceipt } from '../accounting/unclearedReceipts.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Job } from './job.ts';
import { centsAt, LEDGER_CALLS, parse, readGeneralLedger } from './ledger/ledgerSource.ts';

/** An electronic payment is through, or has come back, within this time. */
const CLEARS_WITHIN_DAYS = 14;

const RECEIPTS = new Set([
  'Payment',
  'ElectronicFundsTransfer',
  'OwnerContribution',
  'RentalApplicationFeePayment',
]);

const transactions = z.array(
  z.looseObject({
    Id: z.number(),
    TransactionType: z.string().nullish(),
    PaymentDetail: z
      .looseObject({
        InternalTransactionStatus: z.looseObject({ IsPending: z.boolean().nullish() }).nullish(),
      })
      .nullish(),
    DepositDetails: z
      .looseObject({
        BankGLAccountId: z.number().nullish(),
        PaymentTransactions: z.array(z.looseObject({ Id: z.number() })).nullish(),
      })
      .nullish(),
    Journal: z
      .looseObject({
        Lines: z
          .array(
            z.looseObject({
              Amount: z.number(),
              AccountingEntity: z.looseObject({ Id: z.number(), AccountingEntityType: z.string() }).nullish(),
            }),
          )
          .nullish(),
      })
      .nullish(),
  }),
);

/** One property's receipts that are not through yet, and what they put among its debts. */
export type PendingReceipts = { receipts: UnclearedReceipt[]; owed: Balance[] };

type Shown = z.infer<typeof transactions>[number];
type Pending = Omit<UnclearedReceipt, 'atBanks'> & { propertyId: number };

/**
 * Receipts that Buildium still counts as pending, by property: they stand in the books and may yet come back. The API
 * knows this of its own electronic payments only; paper checks clear at a bank that it does not ask.
 */
export async function readPendingReceipts(
  job: Job,
  chart: Chart,
  day: PlainDate,
): Promise<Result<Map<number, PendingReceipts>, CallFailure>> {
  const path = '/v1/generalledger/transactions';
  const cash = [...chart.values()].filter(
    ({ isBank, defaultAccountName }) => isBank || defaultAccountName === 'Undeposited Funds',
  );
  if (cash.length === 0) return ok(new Map());
  const period = { from: addDays(day, -CLEARS_WITHIN_DAYS), to: day };
  const query = {
    startdate: period.from,
    enddate: period.to,
    glaccountids: cash.slice(0, 150).map(({ glAccountId }) => glAccountId),
  };
  const list = await job.buildium.list(path, query, LEDGER_CALLS);
  if (!list.ok) return list;
  const shown = parse(path, transactions, list.value.items);
  if (!shown.ok) return shown;
  const pending = pendingIn(path, shown.value);
  if (!pending.ok) return pending;
  if (pending.value.length === 0) return ok(new Map());
  const isBank = (id: number): boolean => chart.get(id)?.isBank === true;
  const isDebt = (id: number): boolean => chart.get(id)?.type === 'Liability';
  const accounts = [...chart.keys()].filter((id) => isBank(id) || isDebt(id));
  const read = await readGeneralLedger(job.buildium, 'cash', { period, propertyId: null }, accounts);
  if (!read.ok) return read;
  const entries = Map.groupBy(read.value, byProperty);
  const deposits = depositedIn(shown.value);
  const found = new Map<number, PendingReceipts>();
  for (const [propertyId, ofProperty] of Map.groupBy(pending.value, byProperty)) {
    const own = entries.get(propertyId) ?? [];
    const receipts = ofProperty.map(({ transactionId, amountCents }): UnclearedReceipt => {
      const bank = deposits.get(transactionId);
      const atBanks =
        bank === undefined
          ? own.filter((entry) => entry.transactionId === transactionId && isBank(entry.glAccountId))
          : [{ glAccountId: bank, amountCents }];
      return { transactionId, amountCents, atBanks };
    });
    const debts = own.filter(({ glAccountId }) => isDebt(glAccountId));
    found.set(propertyId, { receipts, owed: owedForUncleared(receipts, debts) });
  }
  return ok(found);
}

function pendingIn(path: string, shown: readonly Shown[]): Result<Pending[], CallFailure> {
  const pending: Pending[] = [];
  for (const { Id, TransactionType, PaymentDetail, Journal } of shown) {
    if (!PaymentDetail?.InternalTransactionStatus?.IsPending || !RECEIPTS.has(TransactionType ?? ''))
      continue;
    const lines: { propertyId: number; amountCents: Cents }[] = [];
    for (const { Amount, AccountingEntity } of Journal?.Lines ?? []) {
      if (AccountingEntity?.AccountingEntityType !== 'Rental') continue;
      const cents = centsAt(path, `transaction ${Id}: its amount`, Amount);
      if (!cents.ok) return cents;
      lines.push({ propertyId: AccountingEntity.Id, amountCents: Math.abs(cents.value) });
    }
    for (const [propertyId, amountCents] of sumByProperty(lines))
      pending.push({ transactionId: Id, propertyId, amountCents });
  }
  return ok(pending);
}

/** The bank's GL account by payment, of payments that were taken to a bank. */
function depositedIn(shown: readonly Shown[]): Map<number, number> {
  return new Map(
    shown.flatMap(({ DepositDetails }) => {
      const bank = DepositDetails?.BankGLAccountId;
      if (bank == null) return [];
      return (DepositDetails?.PaymentTransactions ?? []).map(({ Id }) => [Id, bank] as const);
    }),
  );
}

function byProperty({ propertyId }: { propertyId: number }): number {
  return propertyId;
}
