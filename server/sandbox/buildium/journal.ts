import type { World, WorldEvent } from './state.ts';
import { isLeaseTransaction, transactionType, type Line, type Transaction } from './transactions.ts';

type Verb = 'Created' | 'Updated' | 'Deleted';

/** The one way in, through and out of the ledger: the books follow, and the events are fired. */
export function addTransaction<T extends Transaction>(world: World, transaction: T): T {
  world.transactions.set(transaction.id, transaction);
  world.ledger.touch(transaction);
  fire(world, transaction, 'Created');
  return transaction;
}

export function transactionChanged(world: World, transaction: Transaction, nowMs: number): void {
  transaction.updatedMs = nowMs;
  world.ledger.touch(transaction);
  fire(world, transaction, 'Updated');
}

/** Only a person does this, in Buildium's own screens: the API deletes nothing. */
export function deleteTransaction(world: World, transaction: Transaction): void {
  world.ledger.forget(transaction);
  world.transactions.delete(transaction.id);
  fire(world, transaction, 'Deleted');
}

/** What every new transaction starts with. */
export function newTransaction(
  world: World,
  nowMs: number,
  fields: { date: string; memo?: string | null; checkNumber?: string | null },
) {
  return {
    id: world.nextId('transaction'),
    date: fields.date,
    memo: fields.memo ?? null,
    checkNumber: fields.checkNumber ?? null,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
}

export function newLine(
  world: World,
  fields: Pick<Line, 'glAccountId' | 'amountCents' | 'entity'> &
    Partial<Pick<Line, 'memo' | 'referenceNumber'>>,
): Line {
  return {
    id: world.nextId('line'),
    glAccountId: fields.glAccountId,
    amountCents: fields.amountCents,
    entity: fields.entity,
    memo: fields.memo ?? null,
    referenceNumber: fields.referenceNumber ?? null,
  };
}

function fire(world: World, transaction: Transaction, verb: Verb): void {
  for (const event of transactionEvents(world, transaction, verb)) world.emit(event);
}

/** Which events a transaction fires. A journal entry fires none: Buildium has no event for it. */
function transactionEvents(world: World, transaction: Transaction, verb: Verb): WorldEvent[] {
  const events: WorldEvent[] = [];
  const ids = { TransactionId: transaction.id, TransactionType: transactionType(transaction) };
  if (isLeaseTransaction(transaction)) events.push({ name: `LeaseTransaction.${verb}`, ids });
  if (transaction.kind === 'Bill') events.push({ name: `Bill.${verb}`, ids: { BillId: transaction.id } });
  if (transaction.kind === 'BillPayment') {
    const billIds = [...new Set(transaction.allocations.map(({ billId }) => billId))];
    events.push({ name: `Bill.Payment.${verb}`, ids: { PaymentId: transaction.id, BillIds: billIds } });
    // Paying a bill changes its PaidDate.
    for (const BillId of billIds) events.push({ name: 'Bill.Updated', ids: { BillId } });
  }
  const bankAccountId = bankAccountOf(world, transaction);
  if (bankAccountId !== null)
    events.push({ name: `BankAccount.Transaction.${verb}`, ids: { BankAccountId: bankAccountId, ...ids } });
  const vendorId = vendorOf(transaction);
  if (vendorId !== null)
    events.push({ name: `Vendor.Transaction.${verb}`, ids: { ...ids, VendorId: vendorId } });
  return events;
}

/** The bank account whose register shows the transaction. */
export function bankAccountOf(world: World, transaction: Transaction): number | null {
  if ('bankAccountId' in transaction) return transaction.bankAccountId;
  if (transaction.kind !== 'ReversePayment') return null;
  const payment = world.transactions.get(transaction.paymentId);
  if (payment?.kind !== 'Payment' || payment.depositId === null) return null;
  const deposit = world.transactions.get(payment.depositId);
  return deposit?.kind === 'Deposit' ? deposit.bankAccountId : null;
}

export function vendorOf(transaction: Transaction): number | null {
  if ('vendorId' in transaction) return transaction.vendorId;
  return transaction.kind === 'Check' && transaction.payee.type === 'Vendor' ? transaction.payee.id : null;
}
