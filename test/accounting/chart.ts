import {
  classifyChart,
  type Chart,
  type GlAccount,
  type PersonsChoice,
} from '../../server/accounting/classify.ts';
import type { GlAccountType, LedgerEntry } from '../../server/accounting/ledger.ts';

/** A chart like a real company's, traps included: SubType alone would put half of it in the wrong class. */
export const ACCOUNTS: readonly GlAccount[] = [
  account(1, 'Accounts Receivable', 'Asset', 'CurrentAsset', 'Accounts Receivable'),
  account(2, 'Undeposited Funds', 'Asset', 'CurrentAsset', 'Undeposited Funds'),
  account(3, 'Rent Income', 'Income', 'Income', 'Rent Income'),
  account(5, 'Security Deposit Liability', 'Liability', 'CurrentLiability', 'Security Deposit Liability'),
  account(7, 'Accounts Payable', 'Liability', 'CurrentLiability', 'Accounts Payable'),
  account(8, 'Late Fee Income', 'Income', 'Income', 'Late Fee Income'),
  account(10, 'Owner Contribution', 'Equity', 'Equity', 'Owner Contribution'),
  account(11, 'Owner Draw', 'Equity', 'Equity', 'Owner Draw'),
  account(18, 'Prepayments', 'Liability', 'CurrentLiability', 'Prepayments'),
  account(19, "Last Month\\'s Rent", 'Liability', 'CurrentLiability', "Last Month\\'s Rent"),
  account(101, 'Repairs & Maintenance', 'Expense', 'OperatingExpenses'),
  account(102, 'Property Taxes', 'Expense', 'OperatingExpenses'),
  account(103, 'Property Insurance', 'Expense', 'OperatingExpenses'),
  account(104, 'Management Fees', 'Expense', 'OperatingExpenses'),
  account(105, 'Mortgage Interest', 'Expense', 'OperatingExpenses'),
  account(106, 'Depreciation Expense', 'Expense', 'OperatingExpenses'),
  account(107, 'Bad Debt Expense', 'Income', 'Income'),
  account(108, 'Rent Concessions', 'Income', 'Income'),
  account(109, 'Income Tax Expense', 'Expense', 'NonOperatingExpenses'),
  account(110, 'Building Improvements', 'Asset', 'FixedAsset'),
  account(111, 'Mortgage Payable', 'Liability', 'LongTermLiability'),
  account(112, 'Pet Deposit Liability', 'Liability', 'CurrentLiability', null, 5),
  account(113, 'Operating Trust Account', 'Asset', 'CurrentAsset', null, null, true),
  account(114, 'Interest Income', 'Income', 'NonOperatingIncome'),
  account(115, 'Roof, capital improvement', 'Expense', 'OperatingExpenses'),
  account(116, 'Loan Amortization', 'Expense', 'NonOperatingExpenses'),
  account(118, 'Replacement Reserve', 'Expense', 'OperatingExpenses'),
  account(117, 'Accumulated Depreciation', 'Asset', 'FixedAsset'),
];

export const CHART = chartWith(new Map());

export function chartWith(choices: ReadonlyMap<number, PersonsChoice>): Chart {
  return classifyChart(ACCOUNTS, choices);
}

export function account(
  glAccountId: number,
  name: string,
  type: GlAccountType,
  subType: string,
  defaultAccountName: string | null = null,
  parentId: number | null = null,
  isBank = false,
): GlAccount {
  return { glAccountId, name, type, subType, defaultAccountName, parentId, isBank };
}

let transactions = 0;

export function entry(
  glAccountId: number,
  amountCents: number,
  day = '2026-08-15',
  propertyId = 1,
): LedgerEntry {
  transactions += 1;
  return { propertyId, glAccountId, day, transactionId: transactions, amountCents };
}
