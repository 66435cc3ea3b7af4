import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { balanceSheet, type Balance } from '../../server/accounting/balanceSheet.ts';
import { signInEquity } from '../../server/accounting/ledger.ts';
import { accrualLessCash, threeLegs } from '../../server/accounting/reconcile.ts';
import { ACCOUNTS, CHART } from './chart.ts';

const [RECEIVABLES, RENT, DEPOSITS, PAYABLES, REPAIRS, BANK] = [1, 3, 5, 7, 101, 113];

/** A posting has two sides: a debit and a credit of the same amount, in each account's natural sign. */
const accountId = fc.constantFrom(...ACCOUNTS.map(({ glAccountId }) => glAccountId));
const posting = fc.record({
  debit: accountId,
  credit: accountId,
  cents: fc.integer({ min: 1, max: 5_000_000 }),
});
const books: fc.Arbitrary<Balance[]> = fc.array(posting, { maxLength: 40 }).map((postings) =>
  postings.flatMap(({ debit, credit, cents }) => [
    { glAccountId: debit, amountCents: -signOf(debit) * cents },
    { glAccountId: credit, amountCents: signOf(credit) * cents },
  ]),
);

function signOf(glAccountId: number): number {
  const account = CHART.get(glAccountId);
  return account ? signInEquity(account.type) : 0;
}

describe('a property’s balance sheet', () => {
  test('balances for whatever was posted in two sides', () => {
    fc.assert(
      fc.property(books, (balances) => {
        expect(balanceSheet(balances, CHART).differenceCents).toBe(0);
      }),
    );
  });

  test('shows the amount of an entry that lacks its other side', () => {
    fc.assert(
      fc.property(books, accountId, fc.integer({ min: 1, max: 100_000 }), (balances, glAccountId, cents) => {
        const { differenceCents } = balanceSheet([...balances, { glAccountId, amountCents: cents }], CHART);
        expect(Math.abs(differenceCents)).toBe(cents);
      }),
    );
  });

  test('puts everything where an accountant looks for it', () => {
    const sheet = balanceSheet(
      [
        { glAccountId: BANK, amountCents: 500_000 },
        { glAccountId: 2, amountCents: 20_000 },
        { glAccountId: RECEIVABLES, amountCents: 70_000 },
        { glAccountId: 110, amountCents: 90_000 },
        { glAccountId: DEPOSITS, amountCents: 200_000 },
        { glAccountId: 112, amountCents: 30_000 },
        { glAccountId: 18, amountCents: 10_000 },
        { glAccountId: 19, amountCents: 15_000 },
        { glAccountId: PAYABLES, amountCents: 40_000 },
        { glAccountId: 111, amountCents: 60_000 },
        { glAccountId: 10, amountCents: 100_000 },
        { glAccountId: 11, amountCents: -50_000 },
        { glAccountId: RENT, amountCents: 300_000 },
        { glAccountId: REPAIRS, amountCents: 25_000 },
      ],
      CHART,
    );
    expect(sheet).toEqual({
      cashCents: 520_000,
      receivablesCents: 70_000,
      otherAssetsCents: 90_000,
      depositsHeldCents: 230_000,
      prepaymentsCents: 25_000,
      payablesCents: 40_000,
      otherLiabilitiesCents: 60_000,
      equityCents: 325_000,
      differenceCents: 0,
    });
  });
});

describe('three legs', () => {
  test('the bank’s book cash is what owners, deposits and prepayments come to, in books that balance', () => {
    fc.assert(
      fc.property(books, (balances) => {
        expect(threeLegs(balances, CHART).differenceCents).toBe(0);
      }),
    );
  });

  test('money that went out for one tenant’s deposit without being posted shows as the difference', () => {
    const balances = [
      { glAccountId: BANK, amountCents: 150_000 },
      { glAccountId: DEPOSITS, amountCents: 100_000 },
      { glAccountId: RENT, amountCents: 80_000 },
    ];
    expect(threeLegs(balances, CHART)).toEqual({
      bankCents: 150_000,
      ownersCents: 80_000,
      depositsAndPrepaymentsCents: 100_000,
      differenceCents: -30_000,
    });
  });
});

describe('accrual less cash', () => {
  const none = { charges: [], bills: [] };
  test('is what was charged and not paid, less what was billed and not paid', () => {
    const after = {
      charges: [{ glAccountId: RENT, amountCents: 50_000 }],
      bills: [{ glAccountId: REPAIRS, amountCents: 20_000 }],
    };
    expect(accrualLessCash(none, after, CHART)).toBe(30_000);
    expect(accrualLessCash(after, none, CHART)).toBe(-30_000);
  });

  test('deposits that were charged and mortgages that were billed are below the line', () => {
    const after = {
      charges: [{ glAccountId: DEPOSITS, amountCents: 50_000 }],
      bills: [{ glAccountId: 105, amountCents: 20_000 }],
    };
    expect(accrualLessCash(none, after, CHART)).toBe(0);
  });
});
