import * as z from 'zod';
import type { PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Job } from './job.ts';
import { centsAt, LEDGER_CALLS, parse } from './ledger/ledgerSource.ts';

/** Each bill that is not due yet is asked for its payments; beyond these they count as due, which draws less. */
const ASKED_AT_MOST = 500;

const bills = z.array(
  z.looseObject({
    Id: z.number(),
    Date: z.string(),
    DueDate: z.string().nullish(),
    Lines: z
      .array(
        z.looseObject({
          Id: z.number(),
          Amount: z.number(),
          AccountingEntity: z.looseObject({ Id: z.number(), AccountingEntityType: z.string() }).nullish(),
        }),
      )
      .nullish(),
  }),
);
const payments = z.array(
  z.looseObject({
    Lines: z.array(z.looseObject({ BillLineId: z.number(), Amount: z.number() })).nullish(),
  }),
);

export type OpenBill = { propertyId: number; date: PlainDate; amountCents: Cents };

/**
 * What is open on bills that are due after the day, line by line. A bill says nothing of what was paid of it, so that
 * its payments are read too.
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
    const paid = await paidByLine(job, bill.Id);
    if (!paid.ok) return paid;
    for (const { Id, Amount, AccountingEntity } of bill.Lines ?? []) {
      if (AccountingEntity?.AccountingEntityType !== 'Rental') continue;
      const cents = centsAt(path, `bill ${bill.Id}: its amount`, Amount);
      if (!cents.ok) return cents;
      const amountCents = cents.value - (paid.value.get(Id) ?? 0);
      open.push({ propertyId: AccountingEntity.Id, date: bill.Date.slice(0, 10), amountCents });
    }
  }
  return ok(open);
}

async function paidByLine(job: Job, billId: number): Promise<Result<Map<number, Cents>, CallFailure>> {
  const path = `/v1/bills/${billId}/payments`;
  const list = await job.buildium.list(path, {}, LEDGER_CALLS);
  if (!list.ok) return list;
  const read = parse(path, payments, list.value.items);
  if (!read.ok) return read;
  const paid = new Map<number, Cents>();
  for (const { BillLineId, Amount } of read.value.flatMap(({ Lines }) => Lines ?? [])) {
    const cents = centsAt(path, 'its amount', Amount);
    if (!cents.ok) return cents;
    paid.set(BillLineId, (paid.get(BillLineId) ?? 0) + cents.value);
  }
  return ok(paid);
}
