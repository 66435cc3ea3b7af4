import type { PlannedKind } from '../../shared/planned/kinds.ts';
import type { GlAccountFact, PlannedFacts } from './plannedFacts.ts';
import { linkedId, linkedIds, problem, textOf, type PlannedProblem, type PlannedRow } from './plannedRow.ts';

/** What Buildium books a kind on. */
export function accountProblems(row: PlannedRow, kind: PlannedKind, facts: PlannedFacts): PlannedProblem[] {
  const account = facts.glAccounts.get(linkedId(row, 'glAccount') ?? '');
  if (!account) return [];
  if (!account.isActive) return [inactive('glAccount', account)];
  const refusal = refusedAccount(account, kind);
  return refusal === null ? [] : [problem('glAccount', 'accountType', refusal)];
}

function refusedAccount(account: GlAccountFact, kind: PlannedKind): string | null {
  if (kind === 'journalEntry') return null;
  if (kind === 'bill') {
    const kept = ['Accounts Payable', 'Accounts Receivable', 'Undeposited Funds'];
    return account.isBank || kept.includes(account.defaultName ?? '')
      ? `"${account.name}" is kept by Buildium itself; a bill cannot be booked on it. Choose another account.`
      : null;
  }
  return account.type === 'Income' || account.type === 'Liability'
    ? null
    : `"${account.name}" is of type ${account.type ?? 'unknown'}; lease transactions are booked on income or liability accounts.`;
}

export function creditProblems(row: PlannedRow, facts: PlannedFacts): PlannedProblem[] {
  const creditType = textOf(row, 'creditType');
  if (creditType === 'Waive unpaid' && linkedIds(row, 'offsetAccount').length > 0)
    return [
      problem(
        'offsetAccount',
        'unused',
        'Offset Account must be blank for a credit of type Waive unpaid: Buildium books none. Clear it, or change the Credit Type.',
      ),
    ];
  if (creditType !== 'Exchange' && creditType !== 'Previously deposited') return [];
  const needed = creditType === 'Exchange' ? 'Expense' : 'Equity';
  const offsetId = linkedId(row, 'offsetAccount');
  if (offsetId === null)
    return [
      problem(
        'offsetAccount',
        'required',
        `Offset Account must not be blank for a credit of type ${creditType}.`,
      ),
    ];
  const account = facts.glAccounts.get(offsetId);
  if (account && !account.isActive) return [inactive('offsetAccount', account)];
  return account && account.type !== needed
    ? [
        problem(
          'offsetAccount',
          'accountType',
          `"${account.name}" is of type ${account.type ?? 'unknown'}; a credit of type ${creditType} needs an account of type ${needed}.`,
        ),
      ]
    : [];
}

function inactive(key: string, { name }: GlAccountFact): PlannedProblem {
  return problem(key, 'activeAccount', `The account "${name}" is inactive. Choose another.`);
}

export function bankProblems(row: PlannedRow, facts: PlannedFacts): PlannedProblem[] {
  const bank = facts.bankAccounts.get(linkedId(row, 'bankAccount') ?? '');
  return bank && !bank.isActive
    ? [
        problem(
          'bankAccount',
          'activeAccount',
          `The bank account "${bank.name}" is inactive. Choose another.`,
        ),
      ]
    : [];
}
