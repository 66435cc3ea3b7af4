import type { Cents } from '../../../shared/money.ts';
import type { AccountingEntity } from './transactions.ts';

export type Basis = 'Accrual' | 'Cash';

/** One side of a double entry; a debit is positive, a credit negative. */
export type Posting = { glAccountId: number; entity: AccountingEntity; debitCents: Cents };

export type Postings = Readonly<Record<Basis, readonly Posting[]>>;

/** The default accounts that the rules post to by themselves. Their ids are the same in every account. */
export const ACCOUNTS_RECEIVABLE = 1;
export const UNDEPOSITED_FUNDS = 2;
export const RENT_INCOME = 3;
export const SECURITY_DEPOSIT_LIABILITY = 5;
export const ACCOUNTS_PAYABLE = 7;
export const LATE_FEE_INCOME = 8;
export const RETAINED_EARNINGS = 9;
export const OWNER_CONTRIBUTION = 10;
export const OWNER_DRAW = 11;
export const NSF_FEE_INCOME = 13;
export const BANK_FEES = 14;
export const PREPAYMENTS = 18;

/** Collects the double entries of one transaction; every call is balanced by itself. */
export class PostingBook {
  readonly #sides: Record<Basis, Map<string, Posting>> = { Accrual: new Map(), Cash: new Map() };

  #add(basis: Basis, entity: AccountingEntity, glAccountId: number, debitCents: Cents): void {
    const key = `${glAccountId}/${entityKey(entity)}/${entity.unitId ?? ''}`;
    const posting = this.#sides[basis].get(key);
    if (posting) posting.debitCents += debitCents;
    else this.#sides[basis].set(key, { glAccountId, entity, debitCents });
  }

  transfer(basis: Basis, entity: AccountingEntity, debit: number, credit: number, cents: Cents): void {
    this.#add(basis, entity, debit, cents);
    this.#add(basis, entity, credit, -cents);
  }

  both(entity: AccountingEntity, debit: number, credit: number, cents: Cents): void {
    this.transfer('Accrual', entity, debit, credit, cents);
    this.transfer('Cash', entity, debit, credit, cents);
  }

  /** One side alone: only for journal entries, whose lines were checked to balance. */
  side(basis: Basis, entity: AccountingEntity, glAccountId: number, debitCents: Cents): void {
    this.#add(basis, entity, glAccountId, debitCents);
  }

  postings(): Postings {
    const nonZero = (basis: Basis): Posting[] =>
      [...this.#sides[basis].values()].filter((posting) => posting.debitCents !== 0);
    return { Accrual: nonZero('Accrual'), Cash: nonZero('Cash') };
  }
}

/** The books of one property, or of the company. A unit is only a mark inside them. */
export function entityKey(entity: { type: string; id: number }): string {
  return `${entity.type}/${entity.id}`;
}
