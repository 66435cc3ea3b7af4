import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyOldestFirst, type LeaseItem } from '../../server/accounting/openCharges.ts';
import { rentRollRow, type Instalment, type LeaseTerms } from '../../server/accounting/rentRoll.ts';

const TERMS: LeaseTerms = { leaseId: 9, dueDay: 1, graceDays: 5, plan: [] };
const RENT = 100_000;

let ids = 0;
const charge = (date: string, amountCents = RENT, isLateFee = false): LeaseItem => {
  ids += 1;
  return { kind: 'charge', transactionId: ids, date, amountCents, isLateFee };
};
const payment = (date: string, amountCents = RENT): LeaseItem => {
  ids += 1;
  return { kind: 'payment', transactionId: ids, date, amountCents };
};
const credit = (date: string, amountCents: number): LeaseItem => ({
  ...payment(date, amountCents),
  kind: 'credit',
});
const returned = (date: string, of: LeaseItem): LeaseItem => {
  ids += 1;
  const { amountCents, transactionId: paymentId } = of;
  return { kind: 'return', transactionId: ids, date, amountCents, paymentId };
};
const row = (items: LeaseItem[], asOf: string, terms: Partial<LeaseTerms> = {}) =>
  rentRollRow(items, { ...TERMS, ...terms }, '2026-08-01', asOf);

describe('the status of a month', () => {
  test.each([
    ['paid in full', [charge('2026-08-01'), payment('2026-08-03')], '2026-08-31', 'paid', 0],
    ['open within its grace', [charge('2026-08-01')], '2026-08-06', 'due', 0],
    ['open a day after its grace', [charge('2026-08-01')], '2026-08-07', 'late', RENT],
    [
      'begun within its grace',
      [charge('2026-08-01'), payment('2026-08-02', 40_000)],
      '2026-08-06',
      'partial',
      0,
    ],
    [
      'half of it open after its grace',
      [charge('2026-08-01'), payment('2026-08-02', 40_000)],
      '2026-08-31',
      'late',
      60_000,
    ],
    [
      'more than all of it',
      [charge('2026-08-01'), payment('2026-08-02', 150_000)],
      '2026-08-31',
      'prepaid',
      0,
    ],
    ['prepaid in July', [payment('2026-07-28'), charge('2026-08-01')], '2026-08-31', 'paid', 0],
    ['nothing charged, nothing owed', [], '2026-08-31', 'paid', 0],
    ['waived by a credit', [charge('2026-08-01'), credit('2026-08-20', RENT)], '2026-08-31', 'paid', 0],
    [
      'July is open though August is paid: money pays the oldest first',
      [charge('2026-07-01'), charge('2026-08-01'), payment('2026-08-02')],
      '2026-08-05',
      'due',
      0,
    ],
  ])('%s', (_what, items, asOf, status, lateCents) => {
    expect(row(items, asOf)).toMatchObject({ status, lateCents });
  });

  test('a due day later in the month starts the grace there', () => {
    expect(row([charge('2026-08-01')], '2026-08-20', { dueDay: 15 }).status).toBe('due');
    expect(row([charge('2026-08-01')], '2026-08-21', { dueDay: 15 }).status).toBe('late');
  });

  test('a charge made after the due day is due when it is made', () => {
    expect(row([charge('2026-08-20')], '2026-08-25').status).toBe('due');
    expect(row([charge('2026-08-20')], '2026-08-26').status).toBe('late');
  });

  test('a due day that the month lacks is its last day', () => {
    const february = (asOf: string) =>
      rentRollRow([charge('2028-02-01')], { ...TERMS, dueDay: 31, graceDays: 0 }, '2028-02-01', asOf).status;
    expect(february('2028-02-29')).toBe('due');
  });
});

describe('the amounts of a month', () => {
  test('stand beside what was carried in', () => {
    const paid = payment('2026-08-03', 120_000);
    const items = [
      charge('2026-07-01'),
      payment('2026-07-02', 70_000),
      charge('2026-08-01'),
      charge('2026-08-10', 5_000, true),
      paid,
      credit('2026-08-12', 5_000),
    ];
    expect(row(items, '2026-08-31')).toEqual({
      leaseId: 9,
      month: '2026-08-01',
      balanceCarriedCents: 30_000,
      chargedCents: RENT,
      lateFeesCents: 5_000,
      paidCents: 120_000,
      returnedCents: 0,
      creditsCents: 5_000,
      balanceCents: 10_000,
      prepaidCents: 0,
      lateCents: 10_000,
      status: 'late',
      paymentIds: [paid.transactionId],
    });
  });

  test('a payment made ahead is linked to the month that it pays', () => {
    const ahead = payment('2026-07-28');
    expect(row([ahead, charge('2026-08-01')], '2026-08-31').paymentIds).toEqual([ahead.transactionId]);
  });

  test('a returned payment opens its charge again in the month in which it comes back', () => {
    const bounced = payment('2026-08-02');
    const items = [charge('2026-08-01'), bounced, returned('2026-08-09', bounced)];
    expect(row(items, '2026-08-08')).toMatchObject({ status: 'paid', balanceCents: 0 });
    expect(row(items, '2026-08-31')).toMatchObject({
      status: 'late',
      paidCents: RENT,
      returnedCents: RENT,
      balanceCents: RENT,
      lateCents: RENT,
    });
  });

  test('a return whose payment is not known is owed from its day on', () => {
    const unknown: LeaseItem = { ...charge('2026-08-09'), kind: 'return', paymentId: 0 };
    const items = [charge('2026-08-01'), payment('2026-08-02'), unknown];
    expect(row(items, '2026-08-14')).toMatchObject({ status: 'partial', balanceCents: RENT, lateCents: 0 });
    expect(row(items, '2026-08-31')).toMatchObject({ status: 'late', balanceCents: RENT, lateCents: RENT });
    expect(row([...items, payment('2026-08-20')], '2026-08-31')).toMatchObject({
      status: 'paid',
      balanceCents: 0,
    });
  });
});

describe('a payment plan', () => {
  const plan: Instalment[] = [
    { dueOn: '2026-08-10', amountCents: 30_000 },
    { dueOn: '2026-09-10', amountCents: 30_000 },
    { dueOn: '2026-10-10', amountCents: 40_000 },
  ];
  const arrears = charge('2026-06-01');

  test('what it will bring is not late before its day', () => {
    expect(row([arrears], '2026-08-15', { plan }).status).toBe('due');
  });

  test('an instalment that did not come is late, the rest of the plan is not', () => {
    expect(row([arrears], '2026-08-16', { plan })).toMatchObject({ status: 'late', lateCents: 30_000 });
  });

  test('rent paid beside the instalments keeps the lease in good standing, whatever paid what', () => {
    const items = [arrears, charge('2026-08-01'), payment('2026-08-03'), payment('2026-08-09', 30_000)];
    expect(row(items, '2026-08-31', { plan })).toMatchObject({ lateCents: 0, status: 'partial' });
  });
});

const item = fc.record({
  kind: fc.constantFrom('charge' as const, 'payment' as const, 'credit' as const, 'return' as const),
  /** Of no payment that is known. */
  paymentId: fc.constant(0),
  date: fc
    .integer({ min: 0, max: 364 })
    .map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)),
  amountCents: fc.integer({ min: 1, max: 300_000 }),
  isLateFee: fc.boolean(),
});
const ledger: fc.Arbitrary<LeaseItem[]> = fc
  .array(item, { maxLength: 40 })
  .map((items) => items.map((one, index) => ({ ...one, transactionId: index + 1 })));
const MONTHS = Array.from(
  { length: 12 },
  (_unused, index) => `2026-${String(index + 1).padStart(2, '0')}-01`,
);

describe('for whatever was charged and paid', () => {
  test('a month’s balance is what was carried and what happened, and the next month carries it', () => {
    fc.assert(
      fc.property(ledger, (items) => {
        let carried = 0;
        for (const month of MONTHS) {
          const is = rentRollRow(items, TERMS, month, '2026-12-31');
          expect(is.balanceCarriedCents).toBe(carried);
          const happened =
            is.chargedCents + is.lateFeesCents + is.returnedCents - is.paidCents - is.creditsCents;
          expect(is.balanceCents).toBe(carried + happened);
          carried = is.balanceCents;
        }
      }),
    );
  });

  test('what is open less what is prepaid is the balance, and both are never there at once', () => {
    fc.assert(
      fc.property(ledger, (items) => {
        const { charges, prepaidCents } = applyOldestFirst(items, '2026-12-31');
        const openCents = charges.reduce((sum, one) => sum + one.openCents, 0);
        expect(openCents - prepaidCents).toBe(
          rentRollRow(items, TERMS, '2026-12-01', '2026-12-31').balanceCents,
        );
        expect(Math.min(openCents, prepaidCents)).toBe(0);
      }),
    );
  });

  test('no older charge is open where a younger one was paid', () => {
    fc.assert(
      fc.property(ledger, (items) => {
        const { charges } = applyOldestFirst(items, '2026-12-31');
        const firstOpen = charges.findIndex(({ openCents }) => openCents > 0);
        const later = firstOpen < 0 ? [] : charges.slice(firstOpen + 1);
        expect(later.filter(({ paidBy }) => paidBy.length > 0)).toEqual([]);
      }),
    );
  });
});
