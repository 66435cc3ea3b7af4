import { MARKER_ROOM } from '../../shared/marker.ts';
import { formatCents } from '../../shared/money.ts';
import { plannedColumn } from '../../shared/planned/columns.ts';
import { GROUPED_KINDS, LEASE_KINDS, PLANNED_KINDS, type PlannedKind } from '../../shared/planned/kinds.ts';
import { isBlank } from '../../shared/resources/values.ts';
import { accountProblems, bankProblems, creditProblems } from './plannedAccountRules.ts';
import { leaseIdOf, type PlannedFacts } from './plannedFacts.ts';
import { groupProblems } from './plannedGroupRules.ts';
import type { PlannedItem } from './plannedItem.ts';
import { lockProblems } from './plannedLockRules.ts';
import {
  centsOf,
  linkedId,
  linkedIds,
  problem,
  textOf,
  type PlannedProblem,
  type PlannedRow,
} from './plannedRow.ts';
import type { ShownTransaction } from './plannedShown.ts';

/** Columns that a kind cannot do without. */
const REQUIRED: Record<PlannedKind, readonly string[]> = {
  leaseCharge: ['date', 'amount', 'glAccount'],
  leasePayment: ['date', 'amount', 'glAccount', 'paymentMethod'],
  leaseCredit: ['date', 'amount', 'glAccount', 'creditType'],
  leaseRefund: ['date', 'amount', 'glAccount', 'bankAccount'],
  bill: ['date', 'dueDate', 'amount', 'glAccount', 'vendor', 'property'],
  journalEntry: ['date', 'amount', 'glAccount', 'property', 'group', 'debitOrCredit'],
};

/** Buildium's largest amount of a line. */
const LARGEST_CENTS = 999_999_999;

/** Longest texts that Buildium takes, less what our marker needs where it goes. */
const LONGEST: Record<PlannedKind, Readonly<Record<string, number>>> = {
  leaseCharge: { memo: 65, reference: 30 - MARKER_ROOM },
  leasePayment: { memo: 65, reference: 30 - MARKER_ROOM },
  leaseCredit: { memo: 65 - MARKER_ROOM },
  leaseRefund: { memo: 65 - MARKER_ROOM, reference: 30 },
  bill: { memo: 240, reference: 40 - MARKER_ROOM, group: 240 },
  journalEntry: { memo: 240, group: 240 - MARKER_ROOM },
};

/**
 * Everything that keeps an item from being sent, by the row that has to be corrected.
 * @param booked what Buildium shows of it where it is to be changed.
 */
export function problemsOf(
  item: PlannedItem,
  facts: PlannedFacts,
  booked: ShownTransaction | null = null,
): Map<string, PlannedProblem[]> {
  const { kind } = item;
  const shared = kind ? groupProblems(item, kind) : [];
  return new Map(
    item.rows.map((row) => {
      const own = kind
        ? [...row.problems, ...rowProblems(row, kind, facts), ...lockProblems(item, row, facts, booked)]
        : [...row.problems, ...withoutKind(row)];
      return [row.recordId, withoutTwice([...own, ...shared])];
    }),
  );
}

function withoutKind(row: PlannedRow): PlannedProblem[] {
  const known = Object.values(PLANNED_KINDS).join(', ');
  const chosen = textOf(row, 'kind');
  return [
    chosen === null
      ? problem('kind', 'required', `Kind must not be blank. Choose one of: ${known}.`)
      : problem('kind', 'known', `"${chosen}" is no kind that can be sent. Choose one of: ${known}.`),
  ];
}

function rowProblems(row: PlannedRow, kind: PlannedKind, facts: PlannedFacts): PlannedProblem[] {
  return [
    ...requiredProblems(row, kind),
    ...valueProblems(row, kind),
    ...(LEASE_KINDS.includes(kind) ? leaseProblems(row, kind, facts) : unitProblems(row, facts)),
    ...accountProblems(row, kind, facts),
    ...(kind === 'leaseCredit' ? creditProblems(row, facts) : []),
    ...(kind === 'leaseRefund' ? bankProblems(row, facts) : []),
    ...(kind === 'bill' ? billProblems(row, facts) : []),
  ];
}

function requiredProblems(row: PlannedRow, kind: PlannedKind): PlannedProblem[] {
  const unreadable = new Set(row.problems.map(({ column }) => column));
  return REQUIRED[kind]
    .filter((key) => isBlank(row.values[key]) && !unreadable.has(plannedColumn(key).column))
    .map((key) =>
      problem(
        key,
        'required',
        `${plannedColumn(key).column} must not be blank: a ${PLANNED_KINDS[kind].toLowerCase()} needs it.`,
      ),
    );
}

function valueProblems(row: PlannedRow, kind: PlannedKind): PlannedProblem[] {
  const problems: PlannedProblem[] = [];
  if (typeof row.values['amount'] === 'number' && centsOf(row) <= 0)
    problems.push(
      problem('amount', 'positive', `Amount is ${formatCents(centsOf(row))}; it must be more than zero.`),
    );
  if (centsOf(row) > LARGEST_CENTS)
    problems.push(
      problem(
        'amount',
        'largest',
        `Amount is ${formatCents(centsOf(row))}; Buildium takes ${formatCents(LARGEST_CENTS)} at most.`,
      ),
    );
  if (textOf(row, 'status') === 'Cancelled')
    problems.push(
      problem('status', 'cancelled', 'Status is Cancelled. Change it if the row is to be sent after all.'),
    );
  if (textOf(row, 'group') !== null && !GROUPED_KINDS.includes(kind))
    problems.push(
      problem('group', 'group', 'Group is for bills and journal entries only. Clear it, or change the kind.'),
    );
  for (const [key, longest] of Object.entries(LONGEST[kind])) {
    const length = textOf(row, key)?.length ?? 0;
    if (length > longest)
      problems.push(
        problem(
          key,
          'length',
          `${plannedColumn(key).column} has ${length} characters; for a ${PLANNED_KINDS[kind].toLowerCase()} there is room for ${longest}.`,
        ),
      );
  }
  return problems;
}

function leaseProblems(row: PlannedRow, kind: PlannedKind, facts: PlannedFacts): PlannedProblem[] {
  const leaseId = leaseIdOf(row, facts);
  if (leaseId === null) return leaseMissing(row);
  const lease = facts.leases.get(leaseId);
  if (!lease) return [];
  const problems: PlannedProblem[] = [];
  const [propertyId, unitId] = [linkedId(row, 'property'), linkedId(row, 'unit')];
  if (propertyId !== null && lease.propertyId !== propertyId)
    problems.push(
      problem(
        'property',
        'leaseOfProperty',
        `The lease "${lease.name}" is of another property. Correct one of the two.`,
      ),
    );
  if (unitId !== null && lease.unitId !== unitId)
    problems.push(
      problem('unit', 'leaseOfUnit', `The lease "${lease.name}" is of another unit. Correct one of the two.`),
    );
  // Tenants pay, and are paid back, after they have moved out; new charges end with the lease.
  const date = textOf(row, 'date');
  const isAfterEnd = lease.endsOn === null || date === null || date > lease.endsOn;
  if (kind === 'leaseCharge' && lease.status === 'Past' && isAfterEnd)
    problems.push(
      problem(
        'lease',
        'endedLease',
        `The lease "${lease.name}" ended${lease.endsOn === null ? '' : ` on ${lease.endsOn}`}. Charge another lease, or date it before the end.`,
      ),
    );
  const stranger = linkedIds(row, 'payee').find((id) => !lease.tenantIds.includes(id));
  if (stranger !== undefined)
    problems.push(
      problem(
        'payee',
        'tenantOfLease',
        `Payee is not a tenant of the lease "${lease.name}". Choose one who is.`,
      ),
    );
  const { length: payees } = linkedIds(row, 'payee');
  if (kind === 'leasePayment' && payees > 1)
    problems.push(
      problem('payee', 'single', `Payee links to ${payees} rows; a payment has one in Buildium. Choose one.`),
    );
  if (kind === 'leaseRefund' && payees === 0 && lease.tenantIds.length !== 1)
    problems.push(
      problem(
        'payee',
        'required',
        `Payee must not be blank: the lease "${lease.name}" has ${lease.tenantIds.length} tenants.`,
      ),
    );
  return problems;
}

function leaseMissing(row: PlannedRow): PlannedProblem[] {
  if (row.problems.some(({ column }) => column === plannedColumn('lease').column)) return [];
  return linkedId(row, 'unit') === null
    ? [
        problem(
          'lease',
          'required',
          'Lease must not be blank, unless Unit names a unit with one active lease.',
        ),
      ]
    : [problem('lease', 'required', 'The unit has no active lease, or more than one. Choose the lease.')];
}

function unitProblems(row: PlannedRow, facts: PlannedFacts): PlannedProblem[] {
  const [propertyId, unitId] = [linkedId(row, 'property'), linkedId(row, 'unit')];
  const unit = facts.units.get(unitId ?? '');
  return unit && propertyId !== null && unit.propertyId !== propertyId
    ? [
        problem(
          'unit',
          'unitOfProperty',
          `The unit "${unit.name}" is of another property. Correct one of the two.`,
        ),
      ]
    : [];
}

function billProblems(row: PlannedRow, facts: PlannedFacts): PlannedProblem[] {
  const [date, dueDate] = [textOf(row, 'date'), textOf(row, 'dueDate')];
  const problems: PlannedProblem[] = [];
  if (date !== null && dueDate !== null && dueDate <= date)
    problems.push(
      problem(
        'dueDate',
        'afterDate',
        `Due Date is ${dueDate}; Buildium takes only days after the Date (${date}).`,
      ),
    );
  if (facts.vendors.get(linkedId(row, 'vendor') ?? '')?.isActive === false)
    problems.push(problem('vendor', 'activeVendor', 'The vendor is inactive. Choose another.'));
  return problems;
}

function withoutTwice(problems: readonly PlannedProblem[]): PlannedProblem[] {
  return [...new Map(problems.map((one) => [`${one.column}\n${one.rule}`, one])).values()];
}
