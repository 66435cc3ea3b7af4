import * as z from 'zod';
import { centsFromDollars, type Cents } from '../../../shared/money.ts';
import { deleteTransaction, transactionChanged } from './journal.ts';
import { action, refused, type Outcome, type PersonAction } from './personAction.ts';
import { paidCents, reallocatePayments } from './resources/billBalances.ts';
import { isReversed } from './resources/payments.ts';
import { shownTotalCents } from './resources/glTransactions.ts';
import type { World } from './state.ts';
import { totalCents, type Bill, type Transaction } from './transactions.ts';
import { date, id } from './validation.ts';

/**
 * Corrections of what is already in the books, however old: people do them, and the API cannot do most of
 * them. A financial administrator is not held up by a lock date.
 */
export const LEDGER_ACTIONS: Record<string, PersonAction> = {
  editTransactionAmount: action(z.object({ transactionId: id, amount: z.number() }), (desk, input) =>
    edit(desk.world.records, input, desk.nowMs),
  ),
  editTransaction: action(
    z.object({
      transactionId: id,
      amount: z.number().optional(),
      date: date.optional(),
      memo: z.string().optional(),
      /** For a transaction of one line. */
      glAccountId: id.optional(),
    }),
    (desk, input) => edit(desk.world.records, input, desk.nowMs),
  ),
  deleteTransaction: action(z.object({ transactionId: id }), (desk, input) =>
    removeTransaction(desk.world.records, input.transactionId, desk.nowMs),
  ),
  deleteBill: action(z.object({ billId: id }), (desk, input) => {
    const bill = desk.world.records.transactions.get(input.billId);
    if (bill?.kind !== 'Bill') return refused(`The bill ${input.billId} does not exist.`);
    return removeTransaction(desk.world.records, bill.id, desk.nowMs);
  }),
};

type Edit = {
  transactionId: number;
  amount?: number | undefined;
  date?: string | undefined;
  memo?: string | undefined;
  glAccountId?: number | undefined;
};

function edit(world: World, input: Edit, nowMs: number): Outcome {
  const transaction = world.transactions.get(input.transactionId);
  if (!transaction) return refused(`The transaction ${input.transactionId} does not exist.`);
  if (input.amount !== undefined) {
    const amount = centsFromDollars(input.amount);
    if (!amount.ok || amount.value <= 0) return refused('The amount must be more than zero.');
    const reason = setTotal(world, transaction, amount.value);
    if (reason) return refused(reason);
  }
  if (input.glAccountId !== undefined) {
    const [line] = transaction.lines;
    if (!line || transaction.lines.length > 1 || !world.glAccounts.has(input.glAccountId))
      return refused('Only a transaction of one line can change its account, to one that exists.');
    line.glAccountId = input.glAccountId;
  }
  if (input.date !== undefined) transaction.date = input.date;
  if (input.memo !== undefined) transaction.memo = input.memo;
  transactionChanged(world, transaction, nowMs);
  return { transactionId: transaction.id };
}

/** The first line takes the difference. Returns the reason when it cannot. */
function setTotal(world: World, transaction: Transaction, cents: Cents): string | null {
  const difference = cents - shownTotalCents(world, transaction);
  if (transaction.kind === 'BillPayment') {
    const [allocation] = transaction.allocations;
    const bill = allocation && world.transactions.get(allocation.billId);
    const line =
      bill?.kind === 'Bill' && bill.lines.find(({ id: lineId }) => lineId === allocation?.billLineId);
    const changed = (allocation?.amountCents ?? 0) + difference;
    if (!allocation || !line || changed <= 0 || changed > line.amountCents)
      return 'A bill payment must stay within the line that it pays.';
    allocation.amountCents = changed;
    return null;
  }
  if (transaction.kind === 'JournalEntry')
    return (
      addToLine(
        transaction.lines.find((line) => line.postingType === 'Debit'),
        difference,
      ) ??
      addToLine(
        transaction.lines.find((line) => line.postingType === 'Credit'),
        difference,
      )
    );
  if (transaction.kind === 'Bill' && cents < paidCents(world, transaction))
    return 'A bill cannot fall below what was paid of it.';
  const reason = addToLine(transaction.lines[0], difference);
  if (reason === null && transaction.kind === 'Bill') reallocatePayments(world, transaction);
  return reason;
}

function addToLine(line: { amountCents: Cents } | undefined, difference: Cents): string | null {
  if (!line || line.amountCents + difference <= 0) return 'The first line cannot take the difference.';
  line.amountCents += difference;
  return null;
}

function removeTransaction(world: World, transactionId: number, nowMs: number): Outcome {
  const transaction = world.transactions.get(transactionId);
  if (!transaction) return refused(`The transaction ${transactionId} does not exist.`);
  const reason = detach(world, transaction, nowMs);
  if (reason) return refused(reason);
  deleteTransaction(world, transaction);
  return { transactionId };
}

/** Loosens what holds the transaction, or says why it must stay. */
function detach(world: World, transaction: Transaction, nowMs: number): string | null {
  switch (transaction.kind) {
    case 'Payment':
      if (isReversed(world, transaction)) return 'A reversed payment cannot be deleted before its reversal.';
      if (transaction.depositId !== null)
        takeFromDeposit(world, transaction.depositId, transaction.id, nowMs);
      return null;
    case 'Deposit':
      for (const paymentId of transaction.paymentIds) {
        const payment = world.transactions.get(paymentId);
        if (payment?.kind !== 'Payment') continue;
        if (isReversed(world, payment)) return 'The deposit holds a reversed payment.';
        payment.depositId = null;
      }
      return null;
    case 'Bill':
      return transaction.paymentIds.length > 0 ? 'A bill with payments cannot be deleted.' : null;
    case 'VendorCredit':
      return transaction.billPaymentId === null ? null : 'The credit has been applied to a payment.';
    case 'BillPayment':
      for (const billId of new Set(transaction.allocations.map((allocation) => allocation.billId)))
        releaseBill(world, billId, transaction.id, nowMs);
      for (const creditId of transaction.vendorCreditIds) {
        const credit = world.transactions.get(creditId);
        if (credit?.kind === 'VendorCredit') credit.billPaymentId = null;
      }
      return null;
    default:
      return null;
  }
}

function releaseBill(world: World, billId: number, paymentId: number, nowMs: number): void {
  const bill: Bill | Transaction | undefined = world.transactions.get(billId);
  if (bill?.kind !== 'Bill') return;
  bill.paymentIds = bill.paymentIds.filter((candidate) => candidate !== paymentId);
  bill.updatedMs = nowMs;
}

function takeFromDeposit(world: World, depositId: number, paymentId: number, nowMs: number): void {
  const deposit = world.transactions.get(depositId);
  if (deposit?.kind !== 'Deposit') return;
  deposit.paymentIds = deposit.paymentIds.filter((candidate) => candidate !== paymentId);
  if (deposit.paymentIds.length + totalCents(deposit.lines) === 0) deleteTransaction(world, deposit);
  else transactionChanged(world, deposit, nowMs);
}
