import {
  ACCOUNTS_PAYABLE,
  ACCOUNTS_RECEIVABLE,
  PostingBook,
  UNDEPOSITED_FUNDS,
  type Postings,
} from './postings.ts';
import type { World } from './state.ts';
import type {
  BankFee,
  Bill,
  BillLine,
  BillPayment,
  Check,
  Deposit,
  JournalEntry,
  QuickDeposit,
  Transaction,
  VendorCredit,
  VendorRefund,
} from './transactions.ts';
import { leaseEntity } from './lookups.ts';

export type OtherTransaction =
  | Bill
  | BillPayment
  | VendorCredit
  | VendorRefund
  | Check
  | Deposit
  | QuickDeposit
  | BankFee
  | JournalEntry;

/** The entries of everything that does not belong to a lease's ledger. */
export function otherPostings(world: World, transaction: OtherTransaction): Postings {
  const book = new PostingBook();
  switch (transaction.kind) {
    case 'Bill':
      for (const line of transaction.lines)
        book.transfer('Accrual', line.entity, line.glAccountId, ACCOUNTS_PAYABLE, line.amountCents);
      break;
    case 'BillPayment':
      postBillPayment(world, transaction, book);
      break;
    case 'VendorCredit':
      for (const line of transaction.lines)
        book.transfer('Accrual', line.entity, ACCOUNTS_PAYABLE, line.glAccountId, line.amountCents);
      break;
    case 'Check':
    case 'BankFee':
      for (const line of transaction.lines)
        book.both(line.entity, line.glAccountId, bankGl(world, transaction.bankAccountId), line.amountCents);
      break;
    case 'QuickDeposit':
    case 'VendorRefund':
      for (const line of transaction.lines)
        book.both(line.entity, bankGl(world, transaction.bankAccountId), line.glAccountId, line.amountCents);
      break;
    case 'Deposit':
      postDeposit(world, transaction, book);
      break;
    case 'JournalEntry':
      postJournalEntry(transaction, book);
      break;
  }
  return book.postings();
}

export function bankGl(world: World, bankAccountId: number): number {
  const bankAccount = world.bankAccounts.get(bankAccountId);
  if (!bankAccount) throw new Error(`Bank account ${bankAccountId} is on a transaction but does not exist.`);
  return bankAccount.glAccountId;
}

/** The bill's lines that a payment pays, with what it pays of each. A line that was deleted is left out. */
export function paidBillLines(
  world: World,
  payment: BillPayment,
): { line: BillLine; amountCents: number; billId: number }[] {
  return payment.allocations.flatMap(({ billId, billLineId, amountCents }) => {
    const bill = world.transactions.get(billId);
    const line =
      bill?.kind === 'Bill' ? bill.lines.find((candidate) => candidate.id === billLineId) : undefined;
    return line ? [{ line, amountCents, billId }] : [];
  });
}

function postBillPayment(world: World, payment: BillPayment, book: PostingBook): void {
  const bank = bankGl(world, payment.bankAccountId);
  for (const { line, amountCents } of paidBillLines(world, payment)) {
    book.transfer('Accrual', line.entity, ACCOUNTS_PAYABLE, bank, amountCents);
    book.transfer('Cash', line.entity, line.glAccountId, bank, amountCents);
  }
  for (const creditId of payment.vendorCreditIds)
    for (const line of world.transactions.get(creditId)?.lines ?? []) {
      book.transfer('Accrual', line.entity, bank, ACCOUNTS_PAYABLE, line.amountCents);
      book.transfer('Cash', line.entity, bank, line.glAccountId, line.amountCents);
    }
}

function postDeposit(world: World, deposit: Deposit, book: PostingBook): void {
  const bank = bankGl(world, deposit.bankAccountId);
  for (const { payment, amountCents } of depositedPayments(world, deposit))
    book.both(leaseEntity(world, payment.leaseId), bank, UNDEPOSITED_FUNDS, amountCents);
  for (const line of deposit.lines) book.both(line.entity, bank, line.glAccountId, line.amountCents);
}

export function depositedPayments(world: World, deposit: Deposit) {
  return deposit.paymentIds.flatMap((paymentId) => {
    const payment: Transaction | undefined = world.transactions.get(paymentId);
    if (payment?.kind !== 'Payment') return [];
    return [{ payment, amountCents: payment.lines.reduce((sum, line) => sum + line.amountCents, 0) }];
  });
}

/** An entry on a receivable or payable exists on the accrual basis only: money has not moved. */
function postJournalEntry(entry: JournalEntry, book: PostingBook): void {
  const accrualOnly = entry.lines.some((line) =>
    [ACCOUNTS_RECEIVABLE, ACCOUNTS_PAYABLE].includes(line.glAccountId),
  );
  for (const line of entry.lines) {
    const debitCents = line.postingType === 'Debit' ? line.amountCents : -line.amountCents;
    book.side('Accrual', line.entity, line.glAccountId, debitCents);
    if (!accrualOnly) book.side('Cash', line.entity, line.glAccountId, debitCents);
  }
}
