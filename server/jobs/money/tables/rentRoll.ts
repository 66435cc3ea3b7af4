import { firstDayOfMonth, lastDayOfMonth, type PlainDate } from '../../../../shared/dates.ts';
import type { Cents } from '../../../../shared/money.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import { RENT_STATUSES } from '../../../../shared/tables/rentRoll.ts';
import type { Chart } from '../../../accounting/classify.ts';
import { rentRollRow, type RentRollRow } from '../../../accounting/rentRoll.ts';
import type { CallFailure } from '../../../callFailure.ts';
import { mirroredEntities, type MirroredEntity } from '../../../db/mirror.ts';
import { listInstalments } from '../../../db/paymentPlans.ts';
import { todayIn } from '../../calendar.ts';
import type { Job } from '../../job.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { readLeaseBooks, type LeaseBook } from './leaseBooks.ts';
import { monthInWords } from './words.ts';

export type LeaseMonth = RentRollRow & {
  propertyId: number | null;
  /** Unit and first day, as the Leases table names it. */
  lease: string;
  asOf: PlainDate;
  /** Where its account is not what Buildium says. */
  problem: string | null;
};

/**
 * The rent roll of a month: every lease that runs in it, owes or has paid ahead, or on which something was booked.
 */
export async function rentRollOf(
  job: Job,
  month: PlainDate,
  chart: Chart,
  propertyIds: ReadonlySet<number> | null,
): Promise<Result<LeaseMonth[], CallFailure>> {
  const from = firstDayOfMonth(month);
  const to = lastDayOfMonth(month);
  const today = todayIn(job);
  const asOf = today < to ? today : to;
  const { database, connectionId } = job;
  const all = await mirroredEntities(database, connectionId, 'leases');
  const leases = all.filter((lease) => propertyIds === null || propertyIds.has(idIn(lease, 'property') ?? 0));
  const plans = Map.groupBy(await listInstalments(database, connectionId), ({ leaseId }) => leaseId);
  const leaseIds = leases.map(({ entityId }) => Number(entityId));
  const books = await readLeaseBooks(job, leaseIds, chartWithNames(chart));
  if (!books.ok) return books;
  const rows = leases.flatMap((lease): LeaseMonth[] => {
    const leaseId = Number(lease.entityId);
    const { items, problem } = books.value.get(leaseId) ?? NO_BOOK;
    const terms = {
      leaseId,
      dueDay: numberIn(lease, 'paymentDueDay') ?? 1,
      graceDays: job.settings.rentGraceDays,
      plan: plans.get(leaseId) ?? [],
    };
    const row = rentRollRow(items, terms, from, asOf);
    const moved = items.some(({ date }) => date >= from && date <= asOf);
    const isOpen = row.balanceCents !== 0 || row.prepaidCents !== 0;
    if (!moved && !isOpen && !runsIn(lease, from, to)) return [];
    const name = textIn(lease, 'name') ?? `Lease ${leaseId}`;
    return [{ ...row, propertyId: idIn(lease, 'property'), lease: name, asOf, problem }];
  });
  return ok(rows);
}

const NO_BOOK: LeaseBook = { items: [], problem: null };

/** In place of a month that a lease is no part of any more. */
export const NO_LEASE_MONTH: OwnValues = {
  status: null,
  carried: null,
  charged: null,
  lateFees: null,
  returned: null,
  paid: null,
  credits: null,
  balance: null,
  prepaid: null,
  late: null,
  payments: [],
  findings: 'Nothing is booked or open on the lease in this month any more.',
};

/** A lease's row in the table, by its key. */
export function rentRollRows(rows: readonly LeaseMonth[]): Map<string, OwnValues> {
  return new Map(
    rows.map((row) => [
      `lease ${row.leaseId}${rentRollKeyEnd(row.month)}`,
      {
        name: `${row.lease}, ${monthInWords(row.month)}`,
        lease: [String(row.leaseId)],
        property: row.propertyId === null ? [] : [String(row.propertyId)],
        month: row.month,
        status: RENT_STATUSES[row.status],
        carried: row.balanceCarriedCents,
        charged: row.chargedCents,
        lateFees: row.lateFeesCents,
        returned: row.returnedCents,
        paid: row.paidCents,
        credits: row.creditsCents,
        balance: row.balanceCents,
        prepaid: row.prepaidCents,
        late: row.lateCents,
        payments: row.paymentIds.map(String),
        asOf: row.asOf,
        findings: row.problem,
      },
    ]),
  );
}

/** The end of the key of every row of a month: a lease's account is one on both bases. */
export function rentRollKeyEnd(month: PlainDate): string {
  return ` ${month.slice(0, 7)}`;
}

/** Sub-accounts count under the name of the built-in account that they stand below. */
function chartWithNames(chart: Chart): Chart {
  return new Map(
    [...chart].map(([id, account]) => {
      const parent = account.parentId === null ? undefined : chart.get(account.parentId);
      const defaultAccountName = account.defaultAccountName ?? parent?.defaultAccountName ?? null;
      return [id, { ...account, defaultAccountName }];
    }),
  );
}

/** A lease that Buildium calls active runs on after its last day, month by month. */
function runsIn(lease: MirroredEntity, from: PlainDate, to: PlainDate): boolean {
  const begins = textIn(lease, 'from');
  const ends = textIn(lease, 'to');
  if (begins === null || begins > to) return false;
  return textIn(lease, 'status') === 'Active' || (ends !== null && ends >= from);
}

function textIn({ values }: MirroredEntity, key: string): string | null {
  const value = values[key];
  return typeof value === 'string' ? value : null;
}

function numberIn({ values }: MirroredEntity, key: string): Cents | null {
  const value = values[key];
  return typeof value === 'number' ? value : null;
}

function idIn({ values }: MirroredEntity, key: string): number | null {
  const value = values[key];
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return first === undefined ? null : Number(first);
}
