import * as z from 'zod';
import { formatCents } from '../money.ts';
import { defineResource } from './define.ts';
import { link, longText, money, text } from './lens.ts';
import { accountingEntity, glAccountReference, reference } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  BillId: z.number(),
  BillDate: z.string(),
  AccountingEntity: accountingEntity,
  GLAccount: glAccountReference,
  Amount: z.number(),
  Memo: z.string().nullish(),
});

/** A bill and its lines are read, compared and written as one. */
export const billLines = defineResource(wire, {
  name: 'billLines',
  label: { one: 'bill line', many: 'bill lines' },
  table: 'Bill Lines',
  description: 'What a bill is for: one row a line.',
  read: null,
  partOf: 'bills',
  sweepMinutes: 10,
  idOf: (w) => `${w.BillId}-${w.Id}`,
  dateOf: (w) => w.BillDate,
  fields: [
    text({
      key: 'name',
      column: 'Line',
      description: 'GL account and amount.',
      source: 'GLAccount.Name, Amount',
      get: (w) => `${w.GLAccount?.Name ?? 'No account'} · ${formatCents(Math.round(w.Amount * 100))}`,
    }),
    link({
      key: 'bill',
      column: 'Bill',
      description: 'The bill.',
      source: 'the bill’s Id',
      target: 'bills',
      get: (w) => reference(w.BillId),
    }),
    link({
      key: 'glAccount',
      column: 'GL Account',
      description: 'The account that it is booked on.',
      source: 'GLAccount.Id',
      target: 'glAccounts',
      get: (w) => reference(w.GLAccount?.Id),
    }),
    money({
      key: 'amount',
      column: 'Amount',
      description: 'Amount of the line.',
      source: 'Amount',
      get: (w) => w.Amount,
    }),
    link({
      key: 'property',
      column: 'Property',
      description: 'The property that bears it.',
      source: 'AccountingEntity.Id',
      target: 'properties',
      get: (w) =>
        w.AccountingEntity?.AccountingEntityType === 'Rental' ? reference(w.AccountingEntity.Id) : null,
    }),
    link({
      key: 'unit',
      column: 'Unit',
      description: 'The unit, where it is for one.',
      source: 'AccountingEntity.Unit.Id',
      target: 'units',
      get: (w) => reference(w.AccountingEntity?.Unit?.Id),
    }),
    longText({ key: 'memo', column: 'Memo', description: 'Memo.', source: 'Memo', get: (w) => w.Memo }),
  ],
});
