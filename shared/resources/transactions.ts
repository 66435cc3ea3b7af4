import * as z from 'zod';
import { withoutMarker } from '../marker.ts';
import { formatCents } from '../money.ts';
import { outsideRentals, propertyIds } from './bills.ts';
import { defineResource } from './define.ts';
import { choice, date, instant, inWords, link, longText, money, text } from './lens.ts';
import { accountingEntity, glAccountReference, reference } from './wire.ts';

const line = z.looseObject({
  GLAccount: glAccountReference,
  Amount: z.number(),
  ReferenceNumber: z.string().nullish(),
  Memo: z.string().nullish(),
  AccountingEntity: accountingEntity,
});

const wire = z.looseObject({
  Id: z.number(),
  Date: z.string(),
  TransactionType: z.string(),
  TotalAmount: z.number(),
  CheckNumber: z.string().nullish(),
  UnitAgreement: z.looseObject({ Id: z.number(), Type: z.string().nullish() }).nullish(),
  UnitId: z.number().nullish(),
  PaymentDetail: z
    .looseObject({
      PaymentMethod: z.string().nullish(),
      Payee: z.looseObject({ Id: z.number(), Type: z.string().nullish() }).nullish(),
    })
    .nullish(),
  Journal: z.looseObject({ Memo: z.string().nullish(), Lines: z.array(line).nullish() }).nullish(),
  LastUpdatedDateTime: z.string().nullish(),
});

type Wire = z.infer<typeof wire>;

/** Buildium's closed list; a value outside it passes through under its own name. */
const TRANSACTION_TYPES = [
  'Bill',
  'Check',
  'Charge',
  'Payment',
  'Credit',
  'Refund',
  'ApplyDeposit',
  'ElectronicFundsTransfer',
  'Other',
  'Deposit',
  'GeneralJournalEntry',
  'OwnerContribution',
  'ReversePayment',
  'ReverseElectronicFundsTransfer',
  'VendorCredit',
  'RentalApplicationFeePayment',
  'ReverseRentalApplicationFeePayment',
  'ReverseOwnerContribution',
  'VendorRefund',
  'UnreversedPayment',
  'UnreversedElectronicFundsTransfer',
  'UnreversedOwnerContribution',
  'UnreversedRentalApplicationFeePayment',
  'ReversedEftRefund',
  'CreditCardPurchase',
  'CreditCardPayment',
];

const PAYMENT_METHODS = [
  'Check',
  'Cash',
  'MoneyOrder',
  'CashierCheck',
  'DirectDeposit',
  'CreditCard',
  'ElectronicPayment',
  'RetailCash',
  'None',
];

/**
 * Every general-ledger transaction. Amounts are magnitudes, as Buildium shows them: its lines carry neither
 * debit nor credit, so income is computed from GET /v1/generalledger and never from these rows.
 */
export const transactions = defineResource(wire, {
  name: 'transactions',
  label: { one: 'transaction', many: 'transactions' },
  table: 'Transactions',
  description:
    'Every general-ledger transaction: rent charges and payments, bills, checks, deposits, journal entries.',
  read: {
    permission: 'Accounting > General Ledger Transactions',
    lists: [
      {
        path: '/v1/generalledger/transactions',
        window: { from: 'startdate', to: 'enddate' },
        needsGlAccountIds: true,
        updatedSince: true,
      },
    ],
    one: (id) => `/v1/generalledger/transactions/${id}`,
  },
  events: {
    'LeaseTransaction.Created': 'TransactionId',
    'LeaseTransaction.Updated': 'TransactionId',
    'LeaseTransaction.Deleted': 'TransactionId',
    'BankAccount.Transaction.Created': 'TransactionId',
    'BankAccount.Transaction.Updated': 'TransactionId',
    'BankAccount.Transaction.Deleted': 'TransactionId',
    'Vendor.Transaction.Created': 'TransactionId',
    'Vendor.Transaction.Updated': 'TransactionId',
    'Vendor.Transaction.Deleted': 'TransactionId',
  },
  sweepMinutes: 10,
  outOfScope: (w) => outsideRentals(w.Journal?.Lines),
  dateOf: (w) => w.Date,
  fields: [
    text({
      key: 'name',
      column: 'Transaction',
      description: 'Type, day and amount.',
      source: 'TransactionType, Date, TotalAmount',
      get: (w) =>
        `${inWords(w.TransactionType)} · ${w.Date} · ${formatCents(Math.round(w.TotalAmount * 100))}`,
    }),
    date({
      key: 'date',
      column: 'Date',
      description: 'Day that it is booked on.',
      source: 'Date',
      get: (w) => w.Date,
    }),
    choice({
      key: 'type',
      column: 'Type',
      description: 'Kind of transaction.',
      source: 'TransactionType',
      values: TRANSACTION_TYPES,
      get: (w) => w.TransactionType,
    }),
    money({
      key: 'amount',
      column: 'Amount',
      description: 'Total, without sign: the type says which way the money went.',
      source: 'TotalAmount',
      get: (w) => w.TotalAmount,
    }),
    text({
      key: 'category',
      column: 'Category',
      description: 'GL accounts of its lines by name.',
      source: 'Journal.Lines[].GLAccount.Name',
      get: (w) => [...new Set(linesOf(w).map((entry) => entry.GLAccount?.Name ?? 'No account'))].join(', '),
    }),
    link({
      key: 'glAccounts',
      column: 'GL Accounts',
      description: 'GL accounts of its lines.',
      source: 'Journal.Lines[].GLAccount.Id',
      target: 'glAccounts',
      get: (w) => [...new Set(linesOf(w).map((entry) => entry.GLAccount?.Id ?? 0))].filter((id) => id > 0),
    }),
    longText({
      key: 'lines',
      column: 'Lines',
      description: 'One line each: GL account, amount, memo.',
      source: 'Journal.Lines',
      get: (w) => linesOf(w).map(lineInWords).join('\n'),
    }),
    link({
      key: 'lease',
      column: 'Lease',
      description: 'The lease that it belongs to.',
      source: 'UnitAgreement.Id',
      target: 'leases',
      get: (w) => (w.UnitAgreement?.Type === 'Lease' ? reference(w.UnitAgreement.Id) : null),
    }),
    link({
      key: 'unit',
      column: 'Unit',
      description: 'The unit.',
      source: 'UnitId',
      target: 'units',
      get: (w) => reference(w.UnitId) ?? reference(linesOf(w)[0]?.AccountingEntity?.Unit?.Id),
    }),
    link({
      key: 'properties',
      column: 'Properties',
      description: 'Properties that its lines are booked on.',
      source: 'Journal.Lines[].AccountingEntity',
      target: 'properties',
      get: (w) => propertyIds(linesOf(w)),
    }),
    link({
      key: 'tenant',
      column: 'Tenant',
      description: 'The tenant who paid or was paid.',
      source: 'PaymentDetail.Payee',
      target: 'tenants',
      get: (w) => payee(w, 'Tenant'),
    }),
    link({
      key: 'vendor',
      column: 'Vendor',
      description: 'The vendor who was paid.',
      source: 'PaymentDetail.Payee',
      target: 'vendors',
      get: (w) => payee(w, 'Vendor'),
    }),
    link({
      key: 'owner',
      column: 'Owner',
      description: 'The owner who was paid or paid in.',
      source: 'PaymentDetail.Payee',
      target: 'owners',
      get: (w) => payee(w, 'RentalOwner'),
    }),
    choice({
      key: 'paymentMethod',
      column: 'Payment Method',
      description: 'How it was paid.',
      source: 'PaymentDetail.PaymentMethod',
      values: PAYMENT_METHODS,
      get: (w) => {
        const method = w.PaymentDetail?.PaymentMethod;
        return method === 'None' ? null : method;
      },
    }),
    text({
      key: 'checkNumber',
      column: 'Check Number',
      description: 'Number of the check.',
      source: 'CheckNumber',
      get: (w) => withoutMarker(w.CheckNumber),
    }),
    longText({
      key: 'memo',
      column: 'Memo',
      description: 'Memo.',
      source: 'Journal.Memo',
      get: (w) => withoutMarker(w.Journal?.Memo),
    }),
    instant({
      key: 'updatedAt',
      column: 'Updated in Buildium',
      description: 'Last change in Buildium.',
      source: 'LastUpdatedDateTime',
      get: (w) => w.LastUpdatedDateTime,
    }),
  ],
  entered: [
    {
      key: 'ownerAllocation',
      column: 'Owner Allocation',
      kind: 'link',
      target: 'owners',
      description:
        'One owner whose income or expense this is in whole, whatever the shares are; blank: it is split. On the accrual basis it counts on the charge or bill, on the cash basis on the payment or check.',
    },
  ],
});

function linesOf(w: Wire): z.infer<typeof line>[] {
  return w.Journal?.Lines ?? [];
}

function lineInWords(entry: z.infer<typeof line>): string {
  const amount = formatCents(Math.round(entry.Amount * 100));
  return `${entry.GLAccount?.Name ?? 'No account'}: ${amount}${entry.Memo ? ` (${entry.Memo})` : ''}`;
}

function payee(w: Wire, type: string): string | null {
  const found = w.PaymentDetail?.Payee;
  return found?.Type === type ? reference(found.Id) : null;
}
