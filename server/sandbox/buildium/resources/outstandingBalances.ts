import { daysBetween } from '../../../../shared/dates.ts';
import { dollarsFromCents, type Cents } from '../../../../shared/money.ts';
import type { Answer } from '../answers.ts';
import { leaseStatus } from '../leaseTerms.ts';
import { propertiesOfOwners, propertyOfLease } from '../lookups.ts';
import { page } from '../paging.ts';
import { PREPAYMENTS } from '../postings.ts';
import { get, type Call, type Route } from '../router.ts';
import type { Lease } from '../state.ts';

const DURATIONS = [
  'TotalBalance',
  'Balance0to30Days',
  'Balance31to60Days',
  'Balance61to90Days',
  'BalanceOver90Days',
] as const;

type Outstanding = {
  /** The lease's, so that a page sorts and is read by it. */
  lease: Lease;
  totalCents: Cents;
  bucketCents: [Cents, Cents, Cents, Cents];
  byAccount: Map<number, Cents>;
};

export const outstandingBalanceRoutes: readonly Route[] = [
  get('/v1/leases/outstandingbalances', 'Rentals > Outstanding Balances', list),
];

/** What a lease owes on a day, by age of its charges; what was prepaid lowers the youngest. */
export function outstandingOf(call: Pick<Call, 'world' | 'today'>, lease: Lease): Outstanding {
  const { openItems, prepaidCents } = call.world.ledger.leaseBalance(lease.id, call.today);
  const bucketCents: Outstanding['bucketCents'] = [-prepaidCents, 0, 0, 0];
  const byAccount = new Map<number, Cents>();
  if (prepaidCents !== 0) byAccount.set(PREPAYMENTS, -prepaidCents);
  for (const item of openItems) {
    if (item.openCents === 0) continue;
    const age = daysBetween(item.date, call.today);
    bucketCents[age <= 30 ? 0 : age <= 60 ? 1 : age <= 90 ? 2 : 3] += item.openCents;
    byAccount.set(item.glAccountId, (byAccount.get(item.glAccountId) ?? 0) + item.openCents);
  }
  const totalCents = bucketCents.reduce((sum, cents) => sum + cents, 0);
  return { lease, totalCents, bucketCents, byAccount };
}

function list(call: Call): Answer {
  const { query, world, today } = call;
  const entityType = query.choice('entitytype', ['Rental', 'RentalOwner']);
  const entityId = query.id('entityid');
  const statuses = query.choices('leasestatuses', ['Active', 'Past', 'Future']);
  const leaseIds = query.ids('leaseids');
  const eviction = query.choice('evictionstatus', ['NotEvictionPending', 'EvictionPending']);
  const duration = query.choice('balanceduration', DURATIONS);
  query.choice('pastdueemail', ['NoEmailAddress', 'Sent']);
  const properties =
    entityId === null || entityType === null ? null : propertySet(call, entityType, entityId);
  const rows = [...world.leases.values()]
    .filter(
      (lease) =>
        (properties?.has(propertyOfLease(world, lease).id) ?? true) &&
        (statuses?.has(leaseStatus(lease, today)) ?? true) &&
        (leaseIds?.has(lease.id) ?? true) &&
        (eviction === null || lease.saved.IsEvictionPending === (eviction === 'EvictionPending')),
    )
    .map((lease) => outstandingOf(call, lease))
    // A lease that owes nothing, or has credit, is left out.
    .filter((outstanding) => outstanding.totalCents > 0 && hasBalance(outstanding, duration));
  return query.refusal() ?? page(call.params, rows, (outstanding) => message(call, outstanding));
}

function propertySet(call: Call, entityType: string, entityId: number): ReadonlySet<number> {
  return entityType === 'Rental' ? new Set([entityId]) : propertiesOfOwners(call.world, new Set([entityId]));
}

function hasBalance(outstanding: Outstanding, duration: string | null): boolean {
  const bucket = DURATIONS.findIndex((name) => name === duration) - 1;
  return bucket < 0 || (outstanding.bucketCents[bucket] ?? 0) > 0;
}

function message(call: Call, { lease, totalCents, bucketCents, byAccount }: Outstanding) {
  return {
    LeaseId: lease.id,
    PropertyId: propertyOfLease(call.world, lease).id,
    UnitId: lease.saved.UnitId,
    Balance0To30Days: dollarsFromCents(bucketCents[0]),
    Balance31To60Days: dollarsFromCents(bucketCents[1]),
    Balance61To90Days: dollarsFromCents(bucketCents[2]),
    BalanceOver90Days: dollarsFromCents(bucketCents[3]),
    TotalBalance: dollarsFromCents(totalCents),
    Balances: [...byAccount].map(([GlAccountId, cents]) => ({
      GlAccountId,
      TotalBalance: dollarsFromCents(cents),
    })),
    PastDueEmailSentDate: null,
    EvictionPendingDate: lease.evictionPendingDate,
    IsNoticeGiven: lease.moveOuts.some((moveOut) => moveOut.noticeGivenDate !== null),
  };
}
