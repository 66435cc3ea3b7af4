import { RULE_KINDS } from '../../../shared/tables/distributionRules.ts';
import { formatCents } from '../../../shared/money.ts';
import { formatMillionths, WHOLE_MILLIONTHS } from '../../accounting/allocate.ts';
import type { DistributionRule } from '../../db/distributionRules.ts';
import type { InstalmentRow } from '../../db/paymentPlans.ts';
import { cellProblem, isUnfilled, numberOf, oneLink, textOf, type Judged } from './enteredRow.ts';
import type { OwnRow } from '../ownTables/ownRows.ts';

type RuleKind = DistributionRule['kind'];

/** Judges a row of Distribution Rules. */
export function judgeRule(row: OwnRow, enteredBy: string): Judged<DistributionRule> {
  const { recordId } = row;
  const owner = oneLink(row, 'owner', 'owner');
  const property = oneLink(row, 'property', 'property');
  const propertyId = property.ok ? property.id : null;
  const isBlank = isUnfilled(row, ['rule', 'owner', 'property', 'reserve', 'percent']);
  const answer = { recordId, isBlank, propertyId };
  if (isBlank) return { ...answer, stored: [], problem: null };
  const kind = kindOf(textOf(row, 'rule'));
  const problem =
    cellProblem(row) ??
    (owner.ok ? null : owner.message) ??
    (property.ok ? null : property.message) ??
    (kind === null ? 'Choose a rule.' : amountProblem(row, kind, propertyId));
  if (problem !== null || kind === null || !owner.ok) return { ...answer, stored: [], problem };
  const rule = {
    ...{ ruleId: recordId, position: numberOf(row, 'order') ?? 0, ownerId: owner.id, propertyId, kind },
    reserveTargetCents: kind === 'noiLessReserve' ? numberOf(row, 'reserve') : null,
    millionths: kind === 'percent' ? numberOf(row, 'percent') : null,
    enteredBy,
  };
  return { ...answer, stored: [rule], problem: null };
}

/** Judges a row of Payment Plans. */
export function judgeInstalment(row: OwnRow, enteredBy: string): Judged<InstalmentRow> {
  const { recordId } = row;
  const lease = oneLink(row, 'lease', 'lease');
  const dueOn = textOf(row, 'dueOn');
  const amountCents = numberOf(row, 'amount');
  const answer = { recordId, isBlank: isUnfilled(row, ['lease', 'dueOn', 'amount']), propertyId: null };
  if (answer.isBlank) return { ...answer, stored: [], problem: null };
  const problem =
    cellProblem(row) ??
    (lease.ok ? null : lease.message) ??
    (lease.ok && lease.id === null ? 'Choose the lease.' : null) ??
    (dueOn === null ? 'Enter the day by which it is to be paid.' : null) ??
    (amountCents === null ? 'Enter the amount.' : null) ??
    ((amountCents ?? 0) <= 0
      ? `An instalment of ${formatCents(amountCents ?? 0)} is none: enter more than zero.`
      : null);
  if (problem !== null || !lease.ok || lease.id === null || dueOn === null || amountCents === null)
    return { ...answer, stored: [], problem };
  const instalment = { instalmentId: recordId, leaseId: lease.id, dueOn, amountCents, enteredBy };
  return { ...answer, stored: [instalment], problem: null };
}

/** The database keeps the order in 32 bits. */
const LARGEST_ORDER = 2_147_483_647;

function kindOf(choice: string | null): RuleKind | null {
  const kinds: Readonly<Record<string, RuleKind>> = RULE_KINDS;
  return kinds[choice ?? ''] ?? null;
}

function amountProblem(row: OwnRow, kind: RuleKind, propertyId: number | null): string | null {
  const order = numberOf(row, 'order') ?? 0;
  if (!Number.isInteger(order) || Math.abs(order) > LARGEST_ORDER)
    return `The order ${order} is no whole number that can be kept. Enter one such as 1, 2 or 3.`;
  switch (kind) {
    case 'noiLessReserve': {
      const reserve = numberOf(row, 'reserve');
      if (reserve === null) return 'Enter the reserve target; 0 keeps none.';
      return reserve < 0 ? `The reserve target is ${formatCents(reserve)}. It must be zero or more.` : null;
    }
    case 'percent': {
      const percent = numberOf(row, 'percent');
      if (percent === null) return 'Enter the percent.';
      return percent <= 0 || percent > WHOLE_MILLIONTHS
        ? `${formatMillionths(percent)} cannot be drawn: enter more than 0 and at most 100 percent.`
        : null;
    }
    case 'netting':
      return propertyId === null
        ? null
        : 'Netting is between properties: leave Property blank, and choose an owner or nobody.';
  }
}
