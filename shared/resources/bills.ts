import * as z from 'zod';
import { markerIn, withMarker, withoutMarker } from '../marker.ts';
import { formatCents, type Cents } from '../money.ts';
import { defineResource, type PutBody } from './define.ts';
import { choice, date, link, longText, money, text } from './lens.ts';
import { accountingEntity, glAccountReference, reference } from './wire.ts';

const line = z.looseObject({
  Id: z.number(),
  AccountingEntity: accountingEntity,
  GLAccount: glAccountReference,
  Amount: z.number(),
  Memo: z.string().nullish(),
});

const payment = z.looseObject({
  Id: z.number(),
  BankAccountId: z.number().nullish(),
  EntryDate: z.string(),
  Memo: z.string().nullish(),
  CheckNumber: z.string().nullish(),
  PaidBillIds: z.array(z.number()).nullish(),
  Lines: z.array(z.looseObject({ Amount: z.number() })).nullish(),
});

const wire = z.looseObject({
  Id: z.number(),
  Date: z.string(),
  DueDate: z.string().nullish(),
  PaidDate: z.string().nullish(),
  Memo: z.string().nullish(),
  VendorId: z.number().nullish(),
  ReferenceNumber: z.string().nullish(),
  ApprovalStatus: z.string().nullish(),
  Lines: z.array(line).nullish(),
  /** From GET /v1/bills/{billId}/payments. */
  Payments: z.array(payment).nullish(),
});

type Wire = z.infer<typeof wire>;

const LONGEST_REFERENCE = 40;

export const bills = defineResource(wire, {
  name: 'bills',
  label: { one: 'bill', many: 'bills' },
  table: 'Bills',
  description: 'Vendors’ bills; their lines and payments have tables of their own.',
  read: {
    permission: 'Accounting > Bills',
    // Paid bills are listed only by the day they were paid on, in windows of a year.
    lists: [
      {
        path: '/v1/bills',
        query: { paidstatus: 'Unpaid' },
        holds: { field: 'status', values: ['Unpaid', 'Partly paid'] },
      },
      {
        path: '/v1/bills',
        query: { paidstatus: 'Paid' },
        window: { from: 'frompaiddate', to: 'topaiddate' },
        sweptDays: 45,
      },
    ],
    one: (id) => `/v1/bills/${id}`,
    extras: [{ key: 'Payments', path: (id) => `/v1/bills/${id}/payments`, when: 'always' }],
  },
  parts: [
    {
      resource: 'billLines',
      of: (w) => (w.Lines ?? []).map((part) => ({ ...part, BillId: w.Id, BillDate: w.Date })),
    },
    {
      resource: 'billPayments',
      of: (w) => w.Payments?.map((part) => ({ ...part, BillId: w.Id })),
    },
  ],
  events: {
    'Bill.Created': 'BillId',
    'Bill.Updated': 'BillId',
    'Bill.Deleted': 'BillId',
    'Bill.Payment.Created': 'BillIds',
    'Bill.Payment.Updated': 'BillIds',
    'Bill.Payment.Deleted': 'BillIds',
  },
  sweepMinutes: 10,
  outOfScope: (w) => outsideRentals(w.Lines),
  dateOf: (w) => w.Date,
  naturalKey: ['vendor', 'date', 'total'],
  // PATCH leaves what is not named alone; PUT would blank it.
  update: {
    path: (id) => `/v1/bills/${id}`,
    bodyOf: (w) => (markerIn(w.ReferenceNumber) ? { ReferenceNumber: w.ReferenceNumber } : {}),
    method: 'PATCH',
  },
  fields: [
    text({
      key: 'name',
      column: 'Bill',
      description: 'Reference number or Buildium id, with the day and the total.',
      source: 'ReferenceNumber, Date, Lines',
      get: (w) =>
        `${withoutMarker(w.ReferenceNumber) || `Bill ${w.Id}`} · ${w.Date} · ${formatCents(totalCents(w.Lines))}`,
    }),
    link({
      key: 'vendor',
      column: 'Vendor',
      description: 'Who sent the bill.',
      source: 'VendorId',
      target: 'vendors',
      get: (w) => reference(w.VendorId),
    }),
    date({
      key: 'date',
      column: 'Date',
      description: 'Day of the bill.',
      source: 'Date',
      get: (w) => w.Date,
    }),
    date({
      key: 'dueDate',
      column: 'Due Date',
      description: 'Day on which it is due.',
      source: 'DueDate',
      get: (w) => w.DueDate,
      put: 'DueDate',
      required: true,
    }),
    money({
      key: 'total',
      column: 'Total',
      description: 'Sum of the lines.',
      source: 'Lines[].Amount',
      get: (w) => totalCents(w.Lines) / 100,
    }),
    money({
      key: 'paid',
      column: 'Paid',
      description: 'Sum of its payments; of a check that paid several bills, what went to this one.',
      source: 'GET /v1/bills/{billId}/payments',
      get: (w) => (w.Payments === undefined ? undefined : paidCents(w) / 100),
    }),
    date({
      key: 'paidDate',
      column: 'Paid On',
      description: 'Day on which it was paid in full.',
      source: 'PaidDate',
      get: (w) => w.PaidDate,
    }),
    choice({
      key: 'status',
      column: 'Status',
      description: 'Paid, partly paid or unpaid.',
      source: 'PaidDate, payments',
      values: ['Unpaid', 'Partly paid', 'Paid'],
      get: (w) => billStatus(w),
    }),
    choice({
      key: 'approval',
      column: 'Approval',
      description: 'State of approval in Buildium.',
      source: 'ApprovalStatus',
      values: ['NotNeeded', 'ApprovalRequired', 'Approved', 'Pending', 'Rejected'],
      get: (w) => w.ApprovalStatus,
    }),
    text({
      key: 'reference',
      column: 'Reference Number',
      description: 'The vendor’s number of the bill.',
      source: 'ReferenceNumber',
      get: (w) => withoutMarker(w.ReferenceNumber),
      put: (body, value) => ({ ...body, ReferenceNumber: referenceFor(body, value) }),
      maxLength: LONGEST_REFERENCE,
    }),
    longText({
      key: 'memo',
      column: 'Memo',
      description: 'Memo.',
      source: 'Memo',
      get: (w) => w.Memo,
      put: 'Memo',
      maxLength: 245,
    }),
    link({
      key: 'properties',
      column: 'Properties',
      description: 'Properties that its lines are booked on.',
      source: 'Lines[].AccountingEntity',
      target: 'properties',
      get: (w) => propertyIds(w.Lines),
    }),
  ],
});

/** A bill that we sent keeps its mark beside the number that people see, as long as there is room for both. */
function referenceFor(body: PutBody, value: unknown): unknown {
  const before = body['ReferenceNumber'];
  const marker = markerIn(typeof before === 'string' ? before : null);
  const marked = marker === null ? null : withMarker(typeof value === 'string' ? value : null, marker);
  return marked !== null && marked.length <= LONGEST_REFERENCE ? marked : value;
}

type Line = {
  Amount: number;
  AccountingEntity?: { Id: number; AccountingEntityType: string } | null | undefined;
};

function totalCents(lines: readonly Line[] | null | undefined): Cents {
  return (lines ?? []).reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0);
}

/**
 * What the payments gave to this bill. A check over several bills doesn't say how it was split,
 * so a paid bill counts its own total and an unpaid one what single-bill checks paid.
 */
function paidCents(w: Wire): Cents {
  if (w.PaidDate) return totalCents(w.Lines);
  const own = (w.Payments ?? []).filter((entry) => (entry.PaidBillIds ?? []).length <= 1);
  return own.reduce((sum, entry) => sum + totalCents(entry.Lines), 0);
}

function billStatus(w: Wire): string | undefined {
  if (w.PaidDate) return 'Paid';
  if (w.Payments === undefined) return undefined;
  return (w.Payments ?? []).length > 0 ? 'Partly paid' : 'Unpaid';
}

/** Ids of the rental properties among accounting entities, each once. */
export function propertyIds(lines: readonly Pick<Line, 'AccountingEntity'>[] | null | undefined): number[] {
  const ids = (lines ?? [])
    .filter((entry) => entry.AccountingEntity?.AccountingEntityType === 'Rental')
    .map((entry) => entry.AccountingEntity?.Id ?? 0);
  return [...new Set(ids)].filter((id) => id > 0);
}

/** Entries of associations and of the management company itself are counted and left alone. */
export function outsideRentals(
  lines: readonly Pick<Line, 'AccountingEntity'>[] | null | undefined,
): string | null {
  const types = (lines ?? [])
    .map((entry) => entry.AccountingEntity?.AccountingEntityType)
    .filter((type) => type);
  if (types.length === 0 || types.includes('Rental')) return null;
  return `belongs to ${types[0] === 'Company' ? 'the management company' : 'an association'}, not to a rental property`;
}
