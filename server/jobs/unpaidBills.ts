import * as z from 'zod';
import type { PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Job } from './job.ts';
import { centsAt, LEDGER_CALLS, parse } from './ledger/ledgerSource.ts';

/** Each bill that is not due yet is asked for its payments; beyond these they count as due, which draws less. */
const ASKED_AT_MOST = 500;

const accountingEntity = z.looseObject({ Id: z.number(), AccountingEntityType: z.string() }).nullish();
const bills = z.array(
  z.looseObject({
    Id: z.number(),
    Date: z.string(),
    DueDate: z.string().nullish(),
    Lines: z
      .array(
        z.looseObject({
          Amount: z.number(),
          AccountingEntity: accountingEntity,
        }),
      )
      .nullish(),
  }),
);
const payments = z.array(
  z.looseObject({
    AppliedVendorCredits: z.array(z.unknown()).nullish(),
    Lines: z.array(z.looseObject({ AccountingEntity: accountingEntity, Amount: z.number() })).nullish(),
  }),
);

export type OpenBill = { propertyId: number; date: PlainDate; amountCents: Cents };

/**
 * What is open on bills that are due after the day, by property. A bill says nothing of what was paid of it, so that its
 * payments are read too. Their lines name properties and no bills: of a check for several bills all counts as paid here,
 * as far as the bill goes, and a bill that a vendor's credit helped to pay counts as due. Both draw less.
 */
export async function readBillsNotDue(
  job: Job,
  dueAfter: PlainDate,
): Promise<Result<OpenBill[], CallFailure>> {
  const path = '/v1/bills';
  const list = await job.buildium.list(path, { paidstatus: 'Unpaid' }, LEDGER_CALLS);
  if (!list.ok) return list;
  const read = parse(path, bills, list.value.items);
  if (!read.ok) return read;
  const notDue = read.value.filter(({ DueDate }) => DueDate != null && DueDate.slice(0, 10) > dueAfter);
  const open: OpenBill[] = [];
  for (const bill of notDue.slice(0, ASKED_AT_MOST)) {
    const billed = byProperty(path, `bill ${bill.Id}: its amount`, bill.Lines ?? []);
    if (!billed.ok) return billed;
    const paid = await paidByProperty(job, bill.Id);
    if (!paid.ok) return paid;
    if (paid.value === null) continue;
    for (const [propertyId, billedCents] of billed.value) {
      const amountCents = Math.max(0, billedCents - (paid.value.get(propertyId) ?? 0));
      open.push({ propertyId, date: bill.Date.slice(0, 10), amountCents });
    }
  }
  return ok(open);
}

/** Null where a vendor's credit is part of it: Buildium does not say of how much. */
async function paidByProperty(
  job: Job,
  billId: number,
): Promise<Result<Map<number, Cents> | null, CallFailure>> {
  const path = `/v1/bills/${billId}/payments`;
  const list = await job.buildium.list(path, {}, LEDGER_CALLS);
  if (!list.ok) return list;
  const read = parse(path, payments, list.value.items);
  if (!read.ok) return read;
  if (read.value.some(({ AppliedVendorCredits }) => (AppliedVendorCredits ?? []).length > 0)) return ok(null);
  return byProperty(
    path,
    'its amount',
    read.value.flatMap(({ Lines }) => Lines ?? []),
  );
}

type Line = { Amount: number; AccountingEntity?: z.infer<typeof accountingEntity> };

/** What lines come to at each rental property. */
function byProperty(
  path: string,
  what: string,
  lines: readonly Line[],
): Result<Map<number, Cents>, CallFailure> {
  const sums = new Map<number, Cents>();
  for (const { AccountingEntity, Amount } of lines) {
    if (AccountingEntity?.AccountingEntityType !== 'Rental') continue;
    const cents = centsAt(path, what, Amount);
    if (!cents.ok) return cents;
    sums.set(AccountingEntity.Id, (sums.get(AccountingEntity.Id) ?? 0) + cents.value);
  }
  return ok(sums);
}
