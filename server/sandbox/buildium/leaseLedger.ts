import type { PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import {
  ACCOUNTS_RECEIVABLE,
  PostingBook,
  PREPAYMENTS,
  UNDEPOSITED_FUNDS,
  type Postings,
} from './postings.ts';
import {
  byDateThenId,
  type AccountingEntity,
  type Charge,
  type Credit,
  type LeaseTransaction,
  type ReversedPayment,
} from './transactions.ts';

/** What a replay must know of the world around the lease. */
export type LeaseSurroundings = {
  entity: AccountingEntity;
  isLiability(glAccountId: number): boolean;
  /** The general-ledger account of a bank account. */
  bankGlAccountId(bankAccountId: number): number;
  /** Where the money of a payment lies: its bank's account once it is deposited, else Undeposited Funds. */
  moneyGlAccountId(paymentId: number): number;
};

/** One line of a charge and how much of it nobody has paid yet. */
export type OpenItem = {
  transactionId: number;
  glAccountId: number;
  date: PlainDate;
  openCents: Cents;
};

type Application = { item: OpenItem; cents: Cents };
/** Money that came before its charge, by the transaction that brought it. */
type PrepaidLot = { transactionId: number; remainingCents: Cents; uses: Application[] };

export type LeaseReplay = {
  postings: Map<number, Postings>;
  openItems: OpenItem[];
  prepaidCents: Cents;
};

/**
 * The lease's books from its transactions alone, in date order: which payment paid which charge is not
 * stored anywhere, so that an edit of an old charge moves the cash entries of the payment that paid it.
 * A payment pays the oldest open charges of each line's account; what is over is a prepayment, which the
 * next charge takes up.
 */
export function replayLease(
  transactions: Iterable<LeaseTransaction>,
  surroundings: LeaseSurroundings,
): LeaseReplay {
  const replay = new Replay(surroundings);
  for (const transaction of [...transactions].sort(byDateThenId)) replay.take(transaction);
  return replay.result();
}

class Replay {
  readonly #around: LeaseSurroundings;
  readonly #postings = new Map<number, Postings>();
  readonly #items: OpenItem[] = [];
  readonly #lots: PrepaidLot[] = [];
  readonly #applied = new Map<number, Application[]>();
  /** What a payment put straight into a liability (a deposit without a charge). */
  readonly #direct = new Map<number, { glAccountId: number; cents: Cents }[]>();
  #book = new PostingBook();

  constructor(surroundings: LeaseSurroundings) {
    this.#around = surroundings;
  }

  result(): LeaseReplay {
    const prepaidCents = this.#lots.reduce((sum, lot) => sum + lot.remainingCents, 0);
    return { postings: this.#postings, openItems: this.#items, prepaidCents };
  }

  take(transaction: LeaseTransaction): void {
    this.#book = new PostingBook();
    switch (transaction.kind) {
      case 'Charge':
        this.#charge(transaction);
        break;
      case 'Payment':
        for (const line of transaction.lines)
          this.#pay(transaction.id, line.glAccountId, line.amountCents, UNDEPOSITED_FUNDS);
        break;
      case 'Credit':
        this.#credit(transaction);
        break;
      case 'ApplyDeposit':
        for (const line of transaction.lines) {
          const rest = this.#payOpen(
            transaction.id,
            line.glAccountId,
            line.amountCents,
            transaction.liabilityGlAccountId,
          );
          // A deposit kept without a charge is income at once.
          this.#both(transaction.liabilityGlAccountId, line.glAccountId, rest);
        }
        break;
      case 'Refund':
        for (const line of transaction.lines) {
          if (line.glAccountId === PREPAYMENTS) this.#takePrepaid(line.amountCents);
          this.#both(
            line.glAccountId,
            this.#around.bankGlAccountId(transaction.bankAccountId),
            line.amountCents,
          );
        }
        break;
      case 'ReversePayment':
        this.#reverse(transaction);
        break;
    }
    this.#postings.set(transaction.id, this.#book.postings());
  }

  #both(debit: number, credit: number, cents: Cents): void {
    if (cents !== 0) this.#book.both(this.#around.entity, debit, credit, cents);
  }

  /** A charge is settled: accrual clears the receivable, cash recognises what the charge was for. */
  #settle(debit: number, application: Application): void {
    const { item, cents } = application;
    this.#book.transfer('Accrual', this.#around.entity, debit, ACCOUNTS_RECEIVABLE, cents);
    this.#book.transfer('Cash', this.#around.entity, debit, item.glAccountId, cents);
  }

  #charge(charge: Charge): void {
    for (const line of charge.lines) {
      const item: OpenItem = {
        transactionId: charge.id,
        glAccountId: line.glAccountId,
        date: charge.date,
        openCents: line.amountCents,
      };
      this.#items.push(item);
      this.#book.transfer(
        'Accrual',
        this.#around.entity,
        ACCOUNTS_RECEIVABLE,
        line.glAccountId,
        line.amountCents,
      );
      for (const lot of this.#lots) {
        const cents = Math.min(lot.remainingCents, item.openCents);
        if (cents <= 0) continue;
        lot.remainingCents -= cents;
        item.openCents -= cents;
        lot.uses.push({ item, cents });
        this.#settle(PREPAYMENTS, { item, cents });
      }
    }
  }

  #takeOpen(glAccountId: number, cents: Cents): Application[] {
    const taken: Application[] = [];
    let rest = cents;
    for (const item of this.#items) {
      const part = item.glAccountId === glAccountId ? Math.min(item.openCents, rest) : 0;
      if (part <= 0) continue;
      item.openCents -= part;
      rest -= part;
      taken.push({ item, cents: part });
    }
    return taken;
  }

  /** Pays open charges of the account and returns what is over. */
  #payOpen(transactionId: number, glAccountId: number, cents: Cents, debit: number): Cents {
    const taken = this.#takeOpen(glAccountId, cents);
    this.#applied.set(transactionId, [...(this.#applied.get(transactionId) ?? []), ...taken]);
    for (const application of taken) this.#settle(debit, application);
    return taken.reduce((rest, application) => rest - application.cents, cents);
  }

  #pay(transactionId: number, glAccountId: number, cents: Cents, debit: number): void {
    const rest = this.#payOpen(transactionId, glAccountId, cents, debit);
    if (rest === 0) return;
    if (glAccountId !== PREPAYMENTS && this.#around.isLiability(glAccountId)) {
      this.#both(debit, glAccountId, rest);
      this.#direct.set(transactionId, [
        ...(this.#direct.get(transactionId) ?? []),
        { glAccountId, cents: rest },
      ]);
      return;
    }
    this.#both(debit, PREPAYMENTS, rest);
    this.#lots.push({ transactionId, remainingCents: rest, uses: [] });
  }

  #credit(credit: Credit): void {
    for (const line of credit.lines) {
      if (credit.creditType !== 'WaiveUnpaid') {
        this.#pay(
          credit.id,
          line.glAccountId,
          line.amountCents,
          credit.offsetGlAccountId ?? line.glAccountId,
        );
        continue;
      }
      // A waived charge was never money: the cash basis does not see it.
      const taken = this.#takeOpen(line.glAccountId, line.amountCents);
      const waived = taken.reduce((sum, application) => sum + application.cents, 0);
      this.#book.transfer('Accrual', this.#around.entity, line.glAccountId, ACCOUNTS_RECEIVABLE, waived);
      const rest = line.amountCents - waived;
      if (rest === 0) continue;
      this.#both(line.glAccountId, PREPAYMENTS, rest);
      this.#lots.push({ transactionId: credit.id, remainingCents: rest, uses: [] });
    }
  }

  #takePrepaid(cents: Cents): void {
    let rest = cents;
    for (const lot of this.#lots) {
      const part = Math.min(lot.remainingCents, rest);
      lot.remainingCents -= part;
      rest -= part;
    }
  }

  /** A returned payment: what it paid is open again, and the money leaves the bank. */
  #reverse(reversal: ReversedPayment): void {
    const money = this.#around.moneyGlAccountId(reversal.paymentId);
    const lots = this.#lots.filter((lot) => lot.transactionId === reversal.paymentId);
    const applications = [
      ...(this.#applied.get(reversal.paymentId) ?? []),
      ...lots.flatMap((lot) => lot.uses),
    ];
    for (const { item, cents } of applications) {
      item.openCents += cents;
      this.#settle(money, { item, cents: -cents });
    }
    for (const lot of lots) {
      this.#both(PREPAYMENTS, money, lot.remainingCents);
      lot.remainingCents = 0;
      lot.uses = [];
    }
    for (const { glAccountId, cents } of this.#direct.get(reversal.paymentId) ?? [])
      this.#both(glAccountId, money, cents);
    this.#applied.delete(reversal.paymentId);
    this.#direct.delete(reversal.paymentId);
  }
}
