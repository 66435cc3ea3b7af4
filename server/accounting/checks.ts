import type { CheckKind } from '../../shared/checkKinds.ts';
import { formatCents, type Cents } from '../../shared/money.ts';
import type { Chart } from './classify.ts';
import { debitCents, type LedgerEntry } from './ledger.ts';
import type { OwnershipProblem } from './ownership.ts';
import type { Difference } from './tieOut.ts';

export type { CheckKind };

export type CheckRule = 'block' | 'warn';

/** What stops a property's figures and what is only said beside them, unless a connection's rules say otherwise. */
export const DEFAULT_RULES: Readonly<Record<CheckKind, CheckRule>> = {
  unclassified: 'block',
  shares: 'block',
  managedDays: 'block',
  allocation: 'block',
  tieOut: 'block',
  unbalanced: 'block',
  unconfirmedClass: 'warn',
  missingRent: 'warn',
  negativeBalance: 'warn',
  openConflicts: 'warn',
  unsyncedRecords: 'warn',
  periodNotOver: 'warn',
  noOperatingAccount: 'warn',
  distributionRule: 'block',
  enteredRow: 'warn',
};

/** Somebody goes on in spite of these checks, and says why: it is kept with the run. */
export type Override = {
  by: string;
  reason: string;
  checks: readonly CheckKind[];
  /**
   * What these checks had found when the person decided: anything else blocks again. Absent in overrides of before they
   * were kept, which cover all that their checks find.
   */
  findings?: readonly SeenFinding[];
};

export type SeenFinding = Pick<CheckFinding, 'check' | 'propertyId' | 'message'>;

export type CheckFinding = {
  check: CheckKind;
  /** Null: about the run as a whole. */
  propertyId: number | null;
  severity: 'block' | 'warn' | 'overridden';
  message: string;
};

/** An amount without a class has no place in a statement: nobody can go on without it. */
const NEVER_OVERRIDDEN: ReadonlySet<CheckKind> = new Set(['unclassified']);

export type Judge = (check: CheckKind, propertyId: number | null, message: string) => CheckFinding;

/** Weighs findings by the rules and by what was overridden. */
export function judgeBy(rules: Partial<Record<CheckKind, CheckRule>>, override: Override | null): Judge {
  return (check, propertyId, message) => {
    if (NEVER_OVERRIDDEN.has(check)) return { check, propertyId, severity: 'block', message };
    const rule = rules[check] ?? DEFAULT_RULES[check];
    const isOverridden = rule === 'block' && covers(override, { check, propertyId, message });
    return { check, propertyId, severity: isOverridden ? 'overridden' : rule, message };
  };
}

function covers(override: Override | null, { check, propertyId, message }: SeenFinding): boolean {
  if (!override?.checks.includes(check)) return false;
  const { findings } = override;
  if (!findings) return true;
  return findings.some(
    (seen) => seen.check === check && seen.propertyId === propertyId && seen.message === message,
  );
}

/** Those of the findings that a person goes on in spite of, when deciding on these checks; always in one order. */
export function seenFindings(findings: readonly CheckFinding[], checks: readonly CheckKind[]): SeenFinding[] {
  return findings
    .filter(({ check, severity }) => severity !== 'warn' && checks.includes(check))
    .map(({ check, propertyId, message }) => ({ check, propertyId, message }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** `unitNumber`: null where Buildium names no unit. */
export type LeaseWithoutRent = { leaseId: number; unitNumber: string | null };

/** Whether figures stand in spite of it: somebody went on, or the connection's rules only say what would stop them. */
export function isException({ check, severity }: CheckFinding): boolean {
  return severity === 'overridden' || (severity === 'warn' && DEFAULT_RULES[check] === 'block');
}

/** Everything that is known of one property before its figures are made. */
export type PropertyUnderCheck = {
  propertyId: number;
  name: string;
  entries: readonly LedgerEntry[];
  leasesWithoutRent: readonly LeaseWithoutRent[];
  negativeBalances: readonly { glAccountId: number; amountCents: Cents }[];
  tieOutDifferences: readonly Difference[];
  ownershipProblem: OwnershipProblem | null;
  /** Transactions whose one owner is none of the property's, in words. */
  allocationProblems: readonly string[];
  /** Null where no draw is calculated. */
  cash: { hasOperatingAccount: boolean } | null;
};

export function checkProperty(property: PropertyUnderCheck, chart: Chart, judge: Judge): CheckFinding[] {
  const { propertyId } = property;
  const nameOf = (glAccountId: number): string => accountName(glAccountId, chart);
  const unclassified = [...new Set(property.entries.map(({ glAccountId }) => glAccountId))].filter(
    (glAccountId) => !chart.has(glAccountId),
  );
  const outOfBalance = property.entries.reduce((sum, { glAccountId, amountCents }) => {
    const account = chart.get(glAccountId);
    return account ? sum + debitCents(account.type, amountCents) : sum;
  }, 0);
  return [
    ...unclassified.map((glAccountId) =>
      judge(
        'unclassified',
        propertyId,
        `GL account ${glAccountId} has entries but is not in the chart of accounts that the API key sees. Give the key access to it, then calculate again.`,
      ),
    ),
    ...(property.ownershipProblem ? [judge('shares', propertyId, property.ownershipProblem.message)] : []),
    ...property.allocationProblems.map((message) => judge('allocation', propertyId, message)),
    ...property.tieOutDifferences.map((difference) =>
      judge('tieOut', propertyId, describeDifference(difference, nameOf(difference.glAccountId))),
    ),
    ...(unclassified.length === 0 && outOfBalance !== 0
      ? [
          judge(
            'unbalanced',
            propertyId,
            `Debits exceed credits by ${formatCents(outOfBalance)}. Look for an entry in Buildium that posts only one side to this property.`,
          ),
        ]
      : []),
    ...property.leasesWithoutRent.map((lease) =>
      judge(
        'missingRent',
        propertyId,
        `${leaseName(lease, property)} is active and was charged no rent in this period. Post the charge in Buildium if it is owed.`,
      ),
    ),
    ...property.negativeBalances.map(({ glAccountId, amountCents }) => {
      const stands = `${nameOf(glAccountId)} stands at ${formatCents(amountCents)} at the end of the period.`;
      const isDebt = chart.get(glAccountId)?.type === 'Liability';
      const counts = isDebt
        ? ' A debt below zero is no cash: it adds nothing to what can be drawn. Look for the entry that is missing on it.'
        : '';
      return judge('negativeBalance', propertyId, `${stands}${counts}`);
    }),
    ...(property.cash?.hasOperatingAccount === false
      ? [
          judge(
            'noOperatingAccount',
            propertyId,
            `No bank account is known to hold the operating money of ${property.name}, so that nothing can be drawn. Name its operating account in Buildium, or mark the account in the settings.`,
          ),
        ]
      : []),
  ];
}

/** Which accounts nobody has confirmed, among those that moved. */
export function unconfirmedAccounts(entries: readonly LedgerEntry[], chart: Chart): number[] {
  return [...new Set(entries.map(({ glAccountId }) => glAccountId))]
    .filter((glAccountId) => chart.get(glAccountId)?.confirmedBy === null)
    .sort((a, b) => a - b);
}

/** With its id only where another account is called the same. */
export function accountName(glAccountId: number, chart: Chart): string {
  const name = chart.get(glAccountId)?.name;
  if (name === undefined) return `GL account ${glAccountId}`;
  const isShared = [...chart.values()].some((one) => one.name === name && one.glAccountId !== glAccountId);
  return isShared ? `${name} (${glAccountId})` : name;
}

/** By its unit; with its id only where it shares the unit with another one that is named. */
function leaseName(
  { leaseId, unitNumber }: LeaseWithoutRent,
  { name, leasesWithoutRent }: Pick<PropertyUnderCheck, 'name' | 'leasesWithoutRent'>,
): string {
  if (unitNumber === null) return `Lease ${leaseId} of ${name}`;
  const isShared = leasesWithoutRent.filter((one) => one.unitNumber === unitNumber).length > 1;
  return `The lease of unit ${unitNumber}, ${name},${isShared ? ` with the id ${leaseId},` : ''}`;
}

function describeDifference(difference: Difference, name: string): string {
  const { period, balancesCents, generalLedgerCents, storedCents, differenceCents } = difference;
  return (
    `${name} does not tie out from ${period.from} to ${period.to}: stored ${formatCents(storedCents)}, ` +
    `balances ${formatCents(balancesCents)}, general ledger ${formatCents(generalLedgerCents)}, ` +
    `difference ${formatCents(differenceCents)}. Read the ledger again and repeat the run.`
  );
}
