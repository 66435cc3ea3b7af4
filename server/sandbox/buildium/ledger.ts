import type { PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import { replayLease, type LeaseReplay } from './leaseLedger.ts';
import { leaseEntity } from './lookups.ts';
import { bankGl, otherPostings } from './otherPostings.ts';
import { entityKey, UNDEPOSITED_FUNDS, type Basis, type Posting, type Postings } from './postings.ts';
import type { World } from './state.ts';
import { byDateThenId, isLeaseTransaction, type LeaseTransaction, type Transaction } from './transactions.ts';

export type LedgerEntry = { transaction: Transaction; posting: Posting };

export type LedgerSlice = {
  basis: Basis;
  glAccountIds: ReadonlySet<number> | null;
  /** Keys of `entityKey`; null is everything. */
  entities: ReadonlySet<string> | null;
  from: PlainDate | null;
  to: PlainDate | null;
};

/**
 * Every posting of the account on both bases. Postings are derived from transactions and never edited:
 * a change marks what depends on it, and the next reading posts that anew.
 */
export class Ledger {
  readonly #world: World;
  readonly #postings = new Map<number, Postings>();
  readonly #byAccount = new Map<number, Set<number>>();
  readonly #byEntity = new Map<string, Set<number>>();
  readonly #leaseTransactions = new Map<number, Map<number, LeaseTransaction>>();
  readonly #dirtyLeases = new Set<number>();
  readonly #dirtyOthers = new Set<number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** To be called after a transaction was added or changed. */
  touch(transaction: Transaction): void {
    if (isLeaseTransaction(transaction)) {
      const ofLease = this.#leaseTransactions.get(transaction.leaseId) ?? new Map<number, LeaseTransaction>();
      this.#leaseTransactions.set(transaction.leaseId, ofLease.set(transaction.id, transaction));
      this.#dirtyLeases.add(transaction.leaseId);
    } else this.#dirtyOthers.add(transaction.id);
    this.#touchDependents(transaction);
  }

  /** To be called before a transaction is taken out of the world. */
  forget(transaction: Transaction): void {
    this.#touchDependents(transaction);
    this.#dirtyOthers.delete(transaction.id);
    this.#unpost(transaction.id);
    if (!isLeaseTransaction(transaction)) return;
    this.#leaseTransactions.get(transaction.leaseId)?.delete(transaction.id);
    this.#dirtyLeases.add(transaction.leaseId);
  }

  #touchDependents(transaction: Transaction): void {
    if (transaction.kind === 'Payment' && transaction.depositId !== null)
      this.#dirtyOthers.add(transaction.depositId);
    if (transaction.kind === 'Bill') for (const id of transaction.paymentIds) this.#dirtyOthers.add(id);
    if (transaction.kind === 'VendorCredit' && transaction.billPaymentId !== null)
      this.#dirtyOthers.add(transaction.billPaymentId);
    if (transaction.kind === 'Deposit')
      for (const id of transaction.paymentIds) {
        const payment = this.#world.transactions.get(id);
        if (payment?.kind === 'Payment') this.#dirtyLeases.add(payment.leaseId);
      }
  }

  leaseTransactions(leaseId: number): LeaseTransaction[] {
    return [...(this.#leaseTransactions.get(leaseId)?.values() ?? [])].sort(byDateThenId);
  }

  /** The lease's open charges and prepayments on a day, later transactions left out. */
  leaseBalance(leaseId: number, asOf: PlainDate | null): LeaseReplay {
    const transactions = this.leaseTransactions(leaseId).filter(({ date }) => asOf === null || date <= asOf);
    return this.#replay(leaseId, transactions);
  }

  postingsOf(transactionId: number): Postings {
    this.#settle();
    return this.#postings.get(transactionId) ?? { Accrual: [], Cash: [] };
  }

  /** Postings in the slice, by date, then transaction. */
  entries(slice: LedgerSlice): LedgerEntry[] {
    this.#settle();
    const found: LedgerEntry[] = [];
    for (const transactionId of this.#candidates(slice)) {
      const transaction = this.#world.transactions.get(transactionId);
      if (!transaction || !inPeriod(transaction.date, slice)) continue;
      for (const posting of this.#postings.get(transactionId)?.[slice.basis] ?? [])
        if (matches(posting, slice)) found.push({ transaction, posting });
    }
    return found.sort((a, b) => byDateThenId(a.transaction, b.transaction));
  }

  /** Debit balances by account, then by entity. */
  balances(slice: LedgerSlice): Map<number, Map<string, { posting: Posting; debitCents: Cents }>> {
    this.#settle();
    const balances = new Map<number, Map<string, { posting: Posting; debitCents: Cents }>>();
    for (const { posting } of this.entries(slice)) {
      const ofAccount =
        balances.get(posting.glAccountId) ?? new Map<string, { posting: Posting; debitCents: Cents }>();
      balances.set(posting.glAccountId, ofAccount);
      const key = `${entityKey(posting.entity)}/${posting.entity.unitId ?? ''}`;
      const balance = ofAccount.get(key);
      if (balance) balance.debitCents += posting.debitCents;
      else ofAccount.set(key, { posting, debitCents: posting.debitCents });
    }
    return balances;
  }

  #candidates(slice: LedgerSlice): Iterable<number> {
    if (slice.entities !== null && slice.entities.size <= 20)
      return new Set([...slice.entities].flatMap((key) => [...(this.#byEntity.get(key) ?? [])]));
    if (slice.glAccountIds !== null && slice.glAccountIds.size <= 5)
      return new Set([...slice.glAccountIds].flatMap((id) => [...(this.#byAccount.get(id) ?? [])]));
    return this.#postings.keys();
  }

  #settle(): void {
    for (const leaseId of this.#dirtyLeases) {
      const { postings } = this.#replay(leaseId, this.leaseTransactions(leaseId));
      for (const [transactionId, posted] of postings) this.#post(transactionId, posted);
    }
    this.#dirtyLeases.clear();
    for (const transactionId of this.#dirtyOthers) {
      const transaction = this.#world.transactions.get(transactionId);
      if (transaction && !isLeaseTransaction(transaction))
        this.#post(transactionId, otherPostings(this.#world, transaction));
    }
    this.#dirtyOthers.clear();
  }

  #replay(leaseId: number, transactions: LeaseTransaction[]): LeaseReplay {
    const world = this.#world;
    return replayLease(transactions, {
      entity: leaseEntity(world, leaseId),
      isLiability: (glAccountId) =>
        world.glAccounts.get(glAccountId)?.saved.SubType.endsWith('Liability') ?? false,
      bankGlAccountId: (bankAccountId) => bankGl(world, bankAccountId),
      moneyGlAccountId: (paymentId) => {
        const payment = world.transactions.get(paymentId);
        const deposit =
          payment?.kind === 'Payment' && payment.depositId !== null
            ? world.transactions.get(payment.depositId)
            : undefined;
        return deposit?.kind === 'Deposit' ? bankGl(world, deposit.bankAccountId) : UNDEPOSITED_FUNDS;
      },
    });
  }

  #post(transactionId: number, postings: Postings): void {
    this.#unpost(transactionId);
    this.#postings.set(transactionId, postings);
    for (const posting of [...postings.Accrual, ...postings.Cash]) {
      remember(this.#byAccount, posting.glAccountId, transactionId);
      remember(this.#byEntity, entityKey(posting.entity), transactionId);
    }
  }

  #unpost(transactionId: number): void {
    const postings = this.#postings.get(transactionId);
    if (!postings) return;
    for (const posting of [...postings.Accrual, ...postings.Cash]) {
      this.#byAccount.get(posting.glAccountId)?.delete(transactionId);
      this.#byEntity.get(entityKey(posting.entity))?.delete(transactionId);
    }
    this.#postings.delete(transactionId);
  }
}

function remember<Key>(index: Map<Key, Set<number>>, key: Key, transactionId: number): void {
  const ids = index.get(key);
  if (ids) ids.add(transactionId);
  else index.set(key, new Set([transactionId]));
}

function inPeriod(date: PlainDate, slice: LedgerSlice): boolean {
  return (slice.from === null || date >= slice.from) && (slice.to === null || date <= slice.to);
}

function matches(posting: Posting, slice: LedgerSlice): boolean {
  return (
    (slice.glAccountIds === null || slice.glAccountIds.has(posting.glAccountId)) &&
    (slice.entities === null || slice.entities.has(entityKey(posting.entity)))
  );
}
