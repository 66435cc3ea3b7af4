import * as z from 'zod';
import { addDays, type PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Chart } from '../accounting/classify.ts';
import { sumByProperty } from '../accounting/ledger.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Job } from './job.ts';
import { centsAt, LEDGER_CALLS, parse } from './ledger/ledgerSource.ts';

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

/**
 * Receipts that Buildium still counts as pending, by property: they stand in the books and may yet come back. The API
 * knows this of its own electronic payments only; paper checks clear at a bank that it does not ask.
 */
export async function readPendingReceipts(
  job: Job,
  chart: Chart,
  day: PlainDate,
): Promise<Result<Map<number, Cents>, CallFailure>> {
  const path = '/v1/generalledger/transactions';
  const cash = [...chart.values()].filter(
    ({ isBank, defaultAccountName }) => isBank || defaultAccountName === 'Undeposited Funds',
  );
  if (cash.length === 0) return ok(new Map());
  const query = {
    startdate: addDays(day, -CLEARS_WITHIN_DAYS),
    enddate: day,
    glaccountids: cash.slice(0, 150).map(({ glAccountId }) => glAccountId),
  };
  const list = await job.buildium.list(path, query, LEDGER_CALLS);
  if (!list.ok) return list;
  const read = parse(path, transactions, list.value.items);
  if (!read.ok) return read;
  const amounts: { propertyId: number; amountCents: Cents }[] = [];
  for (const { Id, TransactionType, PaymentDetail, Journal } of read.value) {
    if (!PaymentDetail?.InternalTransactionStatus?.IsPending || !RECEIPTS.has(TransactionType ?? ''))
      continue;
    for (const { Amount, AccountingEntity } of Journal?.Lines ?? []) {
      if (AccountingEntity?.AccountingEntityType !== 'Rental') continue;
      const cents = centsAt(path, `transaction ${Id}: its amount`, Amount);
      if (!cents.ok) return cents;
      amounts.push({ propertyId: AccountingEntity.Id, amountCents: Math.abs(cents.value) });
    }
  }
  return ok(sumByProperty(amounts));
}
