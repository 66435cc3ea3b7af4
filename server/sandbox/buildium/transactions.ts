import type { PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import type { Address } from './validation.ts';

/** Whose books a line belongs to. The company's own id is the account's; associations are out of scope. */
export type AccountingEntity = {
  type: 'Rental' | 'Company' | 'Association';
  id: number;
  unitId: number | null;
};

/** What a person typed on one line. The amount is what the wire shows: positive, without debit or credit. */
export type Line = {
  id: number;
  glAccountId: number;
  amountCents: Cents;
  entity: AccountingEntity;
  memo: string | null;
  referenceNumber: string | null;
};

export type BillLine = Line & { markup: { Amount: number; Type: 'Percent' | 'Amount' } | null };
export type JournalLine = Line & { postingType: 'Debit' | 'Credit' };

export type PaymentMethod =
  | 'None'
  | 'Check'
  | 'Cash'
  | 'MoneyOrder'
  | 'CashierCheck'
  | 'DirectDeposit'
  | 'CreditCard'
  | 'ElectronicPayment'
  | 'RetailCash'
  | 'BuildiumEFT'
  | 'BuildiumCC';

type Common<L extends Line = Line> = {
  id: number;
  date: PlainDate;
  memo: string | null;
  checkNumber: string | null;
  lines: L[];
  createdMs: number;
  updatedMs: number;
};

export type Charge = Common & { kind: 'Charge'; leaseId: number; billId: number | null };
export type Payment = Common & {
  kind: 'Payment';
  leaseId: number;
  paymentMethod: PaymentMethod;
  payeeTenantId: number | null;
  /** The bank deposit that holds it; until then it lies in Undeposited Funds. */
  depositId: number | null;
  /** Paid through Buildium itself, and not through yet. */
  isPending?: boolean;
};
export type Credit = Common & {
  kind: 'Credit';
  leaseId: number;
  creditType: 'WaiveUnpaid' | 'Exchange' | 'PreviouslyDeposited';
  offsetGlAccountId: number | null;
};
export type Refund = Common & {
  kind: 'Refund';
  leaseId: number;
  bankAccountId: number;
  payeeTenantIds: number[];
  address: Address;
};
/** A deposit withheld: money moves from a deposit liability to pay charges or to income. */
export type AppliedDeposit = Common & { kind: 'ApplyDeposit'; leaseId: number; liabilityGlAccountId: number };
export type ReversedPayment = Common & { kind: 'ReversePayment'; leaseId: number; paymentId: number };

export type LeaseTransaction = Charge | Payment | Credit | Refund | AppliedDeposit | ReversedPayment;

export type Bill = Common<BillLine> & {
  kind: 'Bill';
  vendorId: number;
  dueDate: PlainDate;
  workOrderId: number | null;
  referenceNumber: string | null;
  approvalStatus: 'NotNeeded' | 'ApprovalRequired' | 'Approved' | 'Pending' | 'Rejected';
  paymentIds: number[];
};
export type BillPayment = Common & {
  kind: 'BillPayment';
  bankAccountId: number;
  vendorId: number;
  /** The lines of a bill payment follow the bill's lines that it pays: `lines` stays empty. */
  allocations: { billId: number; billLineId: number; amountCents: Cents }[];
  vendorCreditIds: number[];
};
export type VendorCredit = Common & {
  kind: 'VendorCredit';
  vendorId: number;
  referenceNumber: string | null;
  billPaymentId: number | null;
};
export type VendorRefund = Common & {
  kind: 'VendorRefund';
  vendorId: number;
  bankAccountId: number;
  paymentMethod: PaymentMethod;
  referenceNumber: string | null;
};
export type Check = Common & {
  kind: 'Check';
  bankAccountId: number;
  payee: { id: number; type: 'Vendor' | 'RentalOwner' };
};
/** Payments taken from Undeposited Funds to the bank, and lines of other income that came with them. */
export type Deposit = Common & { kind: 'Deposit'; bankAccountId: number; paymentIds: number[] };
export type QuickDeposit = Common & { kind: 'QuickDeposit'; bankAccountId: number };
/** What the bank takes for a returned payment. */
export type BankFee = Common & { kind: 'BankFee'; bankAccountId: number };
export type JournalEntry = Common<JournalLine> & { kind: 'JournalEntry' };

export type BankTransaction =
  | BillPayment
  | VendorRefund
  | Check
  | Deposit
  | QuickDeposit
  | BankFee
  | Refund
  | ReversedPayment;

export type Transaction = LeaseTransaction | Bill | VendorCredit | BankTransaction | JournalEntry;

/** The order in which a ledger is read and replayed. */
export function byDateThenId(a: { date: PlainDate; id: number }, b: { date: PlainDate; id: number }): number {
  return a.date === b.date ? a.id - b.id : a.date < b.date ? -1 : 1;
}

export function totalCents(lines: readonly { amountCents: Cents }[]): Cents {
  return lines.reduce((sum, line) => sum + line.amountCents, 0);
}

export function isLeaseTransaction(transaction: Transaction): transaction is LeaseTransaction {
  return 'leaseId' in transaction;
}

/** Buildium's own name of the kind, in answers and events. */
export function transactionType(transaction: Transaction): string {
  switch (transaction.kind) {
    case 'BillPayment':
      return 'Check';
    case 'QuickDeposit':
      return 'Deposit';
    case 'BankFee':
      return 'Other';
    case 'JournalEntry':
      return 'GeneralJournalEntry';
    default:
      return transaction.kind;
  }
}

export const TRANSACTION_TYPES = [
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
] as const;
