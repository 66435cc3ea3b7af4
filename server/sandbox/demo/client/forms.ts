import type { FormName, Offers, Option } from '../page/view.ts';

export type FormField = {
  name: string;
  label: string;
  kind: 'choice' | 'money' | 'text';
  /** What a choice offers. */
  offer?: keyof Offers;
  /** The choices themselves, where the server need not say them. */
  options?: readonly Option[];
  /** Begins with this option, counted from 0. */
  first?: number;
  value?: string;
  optional?: boolean;
  /** Filled with what the chosen option of this field suggests. */
  follows?: string;
};

export type FormShape = {
  title: string;
  /** What it will look like on the other side. */
  hint: string;
  button: string;
  fields: readonly FormField[];
};

/** Begins with the last option, whatever their number. */
const LAST = 999;

/** The forms of Buildium's side; the field that a row stands for is the first. */
export const FORMS: Partial<Record<FormName, FormShape>> = {
  recordRentPayment: {
    title: 'Record a rent payment',
    hint: 'Appears in Transactions, linked to its lease, unit, property and tenant.',
    button: 'Record payment',
    fields: [
      { name: 'leaseId', label: 'Lease', kind: 'choice', offer: 'leases' },
      { name: 'amount', label: 'Amount', kind: 'money', follows: 'leaseId' },
    ],
  },
  changeMarketRent: {
    title: "Change a unit's market rent",
    hint: 'The cell in Units changes; nothing else in its row is touched.',
    button: 'Change rent',
    fields: [
      { name: 'unitId', label: 'Unit', kind: 'choice', offer: 'units' },
      { name: 'marketRent', label: 'Market rent a month', kind: 'money', follows: 'unitId' },
    ],
  },
  terminateLease: {
    title: 'Terminate a lease today',
    hint: 'Its tenants move out; the lease turns to "Past".',
    button: 'Terminate lease',
    fields: [{ name: 'leaseId', label: 'Lease', kind: 'choice', offer: 'leases', first: LAST }],
  },
  addBill: {
    title: 'Add a bill',
    hint: 'Appears in Bills, with a row for each line in Bill Lines.',
    button: 'Add bill',
    fields: [
      { name: 'vendorId', label: 'Vendor', kind: 'choice', offer: 'vendors' },
      { name: 'unitId', label: 'For unit', kind: 'choice', offer: 'units' },
      { name: 'memo', label: 'What for', kind: 'text', value: 'New water heater' },
      { name: 'accountId', label: 'First line: account', kind: 'choice', offer: 'accounts' },
      { name: 'amount', label: 'Amount', kind: 'money', value: '640.00' },
      {
        name: 'secondAccountId',
        label: 'Second line: account',
        kind: 'choice',
        offer: 'accounts',
        first: 1,
        optional: true,
      },
      { name: 'secondAmount', label: 'Amount', kind: 'money', value: '120.50', optional: true },
    ],
  },
  payBill: {
    title: 'Pay a bill',
    hint: 'The bill turns to "Paid", and a row appears in Bill Payments.',
    button: 'Pay by check',
    fields: [{ name: 'billId', label: 'Bill', kind: 'choice', offer: 'bills' }],
  },
  changeTenantPhone: {
    title: "Change a tenant's phone number",
    hint: 'Contact data: in the database of the sync it is only kept sealed.',
    button: 'Save number',
    fields: [
      { name: 'tenantId', label: 'Tenant', kind: 'choice', offer: 'tenants' },
      { name: 'phone', label: 'Mobile', kind: 'text', follows: 'tenantId' },
    ],
  },
  changeOwnerComment: {
    title: "Change an owner's comment",
    hint: 'Buildium sends no webhook for owners. The sweep finds it, or "Sync now".',
    button: 'Save comment',
    fields: [
      { name: 'ownerId', label: 'Owner', kind: 'choice', offer: 'owners' },
      { name: 'comment', label: 'Comment', kind: 'text', follows: 'ownerId' },
    ],
  },
  deleteTransaction: {
    title: 'Delete a transaction',
    hint: 'Its row in Airtable stays and says "Deleted in Buildium".',
    button: 'Delete in Buildium',
    fields: [{ name: 'transactionId', label: 'Transaction', kind: 'choice', offer: 'transactions' }],
  },
};
