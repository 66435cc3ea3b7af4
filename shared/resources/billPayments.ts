import * as z from 'zod';
import { formatCents } from '../money.ts';
import { defineResource } from './define.ts';
import { date, link, longText, money, text } from './lens.ts';
import { reference } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  BillId: z.number(),
  BankAccountId: z.number().nullish(),
  EntryDate: z.string(),
  Memo: z.string().nullish(),
  CheckNumber: z.string().nullish(),
  PaidBillIds: z.array(z.number()).nullish(),
  Lines: z.array(z.looseObject({ Amount: z.number() })).nullish(),
});

/** Buildium lists payments under each bill they paid; one that paid several bills is one row. */
export const billPayments = defineResource(wire, {
  name: 'billPayments',
  label: { one: 'bill payment', many: 'bill payments' },
  table: 'Bill Payments',
  description: 'Checks and transfers that paid bills.',
  read: null,
  partOf: 'bills',
  sweepMinutes: 10,
  idOf: (w) => String(w.Id),
  dateOf: (w) => w.EntryDate,
  fields: [
    text({
      key: 'name',
      column: 'Payment',
      description: 'Day and amount.',
      source: 'EntryDate, Lines',
      get: (w) =>
        `${w.EntryDate} · ${formatCents(sumCents(w))}${w.CheckNumber ? ` · check ${w.CheckNumber}` : ''}`,
    }),
    link({
      key: 'bills',
      column: 'Bills',
      description: 'The bills that it paid.',
      source: 'PaidBillIds',
      target: 'bills',
      get: (w) => (w.PaidBillIds?.length ? w.PaidBillIds : [w.BillId]),
    }),
    date({
      key: 'date',
      column: 'Date',
      description: 'Day of the payment.',
      source: 'EntryDate',
      get: (w) => w.EntryDate,
    }),
    money({
      key: 'amount',
      column: 'Amount',
      description: 'Sum of its lines.',
      source: 'Lines[].Amount',
      get: (w) => sumCents(w) / 100,
    }),
    link({
      key: 'bankAccount',
      column: 'Bank Account',
      description: 'The account that it was paid from.',
      source: 'BankAccountId',
      target: 'bankAccounts',
      get: (w) => reference(w.BankAccountId),
    }),
    text({
      key: 'checkNumber',
      column: 'Check Number',
      description: 'Number of the check.',
      source: 'CheckNumber',
      get: (w) => w.CheckNumber,
    }),
    longText({ key: 'memo', column: 'Memo', description: 'Memo.', source: 'Memo', get: (w) => w.Memo }),
  ],
});

function sumCents(w: z.infer<typeof wire>): number {
  return (w.Lines ?? []).reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0);
}
