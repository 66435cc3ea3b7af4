import { expect, test } from '@jest/globals';
import { bookCash } from '../../server/accounting/bookCash.ts';
import { classifyChart } from '../../server/accounting/classify.ts';
import { NO_CASH, safeCash } from '../../server/accounting/safeCash.ts';
import { account, ACCOUNTS } from './chart.ts';

const [UNDEPOSITED, DEPOSITS, PAYABLE, PREPAYMENTS, LOAN, PET_DEPOSITS, BANK] = [2, 5, 7, 18, 111, 112, 113];
const [SALES_TAX, CLEARING, ESCROW] = [301, 302, 303];
const CHART = classifyChart(
  [
    ...ACCOUNTS,
    account(SALES_TAX, 'Sales Tax Payable', 'Liability', 'CurrentLiability'),
    account(CLEARING, 'Clearing', 'Liability', 'CurrentLiability'),
    account(ESCROW, 'Deposit Account', 'Asset', 'CurrentAsset', null, null, true),
  ],
  new Map(),
);

/** Safe cash of the balances beside $1,000.00 at the bank. */
function safeCashWith(...balances: (readonly [glAccountId: number, amountCents: number])[]): number {
  const all = [[BANK, 100_000] as const, ...balances];
  const parts = bookCash(
    all.map(([glAccountId, amountCents]) => ({ glAccountId, amountCents })),
    CHART,
    { operating: [BANK], escrow: [ESCROW] },
  );
  return safeCash({ ...NO_CASH, ...parts });
}

test.each<[string, (readonly [number, number])[], number]>([
  ['undeposited funds count', [[UNDEPOSITED, 5_000]], 105_000],
  ['other current liabilities are owed', [[SALES_TAX, 3_000]], 97_000],
  ['a debit balance on one is no cash', [[CLEARING, -50_000]], 100_000],
  [
    'and pays no other one',
    [
      [CLEARING, -50_000],
      [SALES_TAX, 3_000],
    ],
    97_000,
  ],
  [
    'deposits held are covered by escrow',
    [
      [DEPOSITS, 40_000],
      [ESCROW, 40_000],
    ],
    100_000,
  ],
  [
    'a deposit account below zero covers no other deposit',
    [
      [DEPOSITS, 40_000],
      [PET_DEPOSITS, -30_000],
      [PREPAYMENTS, -10_000],
    ],
    60_000,
  ],
  [
    'payables and long-term debts are no part of it',
    [
      [PAYABLE, 20_000],
      [LOAN, 9_000_000],
    ],
    100_000,
  ],
])('%s', (_what, balances, expected) => {
  expect(safeCashWith(...balances)).toBe(expected);
});
