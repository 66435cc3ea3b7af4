import * as z from 'zod';
import { firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { CalculationInput, PropertyInput } from '../accounting/calculation.ts';
import type { Chart } from '../accounting/classify.ts';
import { managedSpan } from '../accounting/ownership.ts';
import type { AccountAmounts } from '../accounting/tieOut.ts';
import type { CallFailure } from '../callFailure.ts';
import { ledgerEntries } from '../db/ledgerEntries.ts';
import { listManagedPeriods, listOwnership } from '../db/ownership.ts';
import type { NoiRequest } from './calculateNoi.ts';
import type { Job } from './job.ts';
import { LEDGER_CALLS, parse } from './ledgerSource.ts';
import type { TieOutReport } from './tieOut.ts';

const rentals = z.array(z.looseObject({ Id: z.number() }));
const owners = z.array(
  z.looseObject({
    Id: z.number(),
    PropertyIds: z.array(z.number()).nullish(),
    ManagementAgreementStartDate: z.string().nullish(),
    ManagementAgreementEndDate: z.string().nullish(),
  }),
);
const leases = z.array(
  z.looseObject({
    Id: z.number(),
    PropertyId: z.number(),
    UnitId: z.number().nullish(),
    LeaseFromDate: z.string(),
    Tenants: z.array(z.unknown()).nullish(),
  }),
);

/** Who and what the run is about, read from Buildium as it is now. */
type Portfolio = {
  propertyIds: number[];
  owners: z.infer<typeof owners>;
  leases: z.infer<typeof leases>;
};

/** Gathers all that a run is made from. The ledger of the period must have been read and tied out before. */
export async function gatherInput(
  job: Job,
  request: NoiRequest,
  chart: Chart,
  tied: TieOutReport,
): Promise<Result<CalculationInput, CallFailure>> {
  const portfolio = await readPortfolio(job, request);
  if (!portfolio.ok) return portfolio;
  const { propertyIds } = portfolio.value;
  const scope = { basis: request.basis, ...request.period, propertyIds };
  const rows = await ledgerEntries(job.database, job.connectionId, scope);
  const withoutRent = groupByProperty(
    (await leasesWithoutRent(job, request, chart, portfolio.value)).map(({ Id, PropertyId }) => ({
      propertyId: PropertyId,
      leaseId: Id,
    })),
  );
  const ownership = groupByProperty(await listOwnership(job.database, job.connectionId));
  const managed = groupByProperty(await listManagedPeriods(job.database, job.connectionId));
  const owned = groupByProperty(ownedProperties(portfolio.value.owners));
  const negative = groupByProperty(negativeBalances(tied, chart));
  const differences = groupByProperty(tied.differences);
  const properties = propertyIds.map((propertyId): PropertyInput => {
    const [entered] = managed.get(propertyId) ?? [];
    const itsOwners = owned.get(propertyId) ?? [];
    return {
      propertyId,
      managed: managedSpan(entered ? { from: entered.from, to: entered.to } : null, itsOwners),
      buildiumOwnerIds: itsOwners.map(({ ownerId }) => ownerId).sort((a, b) => a - b),
      ownership: (ownership.get(propertyId) ?? []).map(({ ownerId, millionths, from, to }) => ({
        ownerId,
        millionths,
        from,
        to,
      })),
      leasesWithoutRent: (withoutRent.get(propertyId) ?? [])
        .map(({ leaseId }) => leaseId)
        .sort((a, b) => a - b),
      negativeBalances: (negative.get(propertyId) ?? []).map(({ glAccountId, amountCents }) => ({
        glAccountId,
        amountCents,
      })),
      tieOutDifferences: differences.get(propertyId) ?? [],
    };
  });
  const moved = new Set(rows.map(({ glAccountId }) => glAccountId));
  const named = [...properties.flatMap((one) => one.negativeBalances), ...tied.differences];
  for (const { glAccountId } of named) moved.add(glAccountId);
  return ok({
    basis: request.basis,
    period: { from: request.period.from, to: request.period.to },
    options: { capitalAboveTheLine: request.options?.capitalAboveTheLine ?? false },
    rules: Object.fromEntries(Object.entries(request.rules ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
    override: overrideOf(request),
    accounts: [...chart.values()].filter(({ glAccountId }) => moved.has(glAccountId)),
    properties,
    entries: rows.map(({ propertyId, glAccountId, day, transactionId, amountCents }) => ({
      propertyId,
      glAccountId,
      day,
      transactionId,
      amountCents,
    })),
  });
}

async function readPortfolio(job: Job, request: NoiRequest): Promise<Result<Portfolio, CallFailure>> {
  const read = async <S extends z.ZodType>(path: string, schema: S, query = {}) => {
    const list = await job.buildium.list(path, query, LEDGER_CALLS);
    return list.ok ? parse(path, schema, list.value.items) : list;
  };
  const properties = await read('/v1/rentals', rentals);
  if (!properties.ok) return properties;
  const people = await read('/v1/rentals/owners', owners);
  if (!people.ok) return people;
  const active = await read('/v1/leases', leases, { leasestatuses: ['Active'] });
  if (!active.ok) return active;
  const wanted = request.propertyIds && new Set(request.propertyIds);
  const propertyIds = properties.value
    .map(({ Id }) => Id)
    .filter((id) => wanted?.has(id) ?? true)
    .sort((a, b) => a - b);
  return ok({ propertyIds, owners: people.value, leases: active.value });
}

/** Active leases whose unit was charged nothing on the rent account. Only whole months are looked at. */
async function leasesWithoutRent(
  job: Job,
  { period }: NoiRequest,
  chart: Chart,
  { propertyIds, leases: active }: Portfolio,
): Promise<Portfolio['leases']> {
  const isMonth = period.from === firstDayOfMonth(period.from) && period.to === lastDayOfMonth(period.from);
  if (!isMonth) return [];
  const rentAccounts = new Set(
    [...chart.values()]
      .filter((account) => account.defaultAccountName === 'Rent Income')
      .map(({ glAccountId }) => glAccountId),
  );
  const scope = { basis: 'accrual', ...period, propertyIds } as const;
  const charged = new Set(
    (await ledgerEntries(job.database, job.connectionId, scope))
      .filter((entry) => rentAccounts.has(entry.glAccountId) && entry.amountCents > 0)
      .map((entry) => entry.unitId),
  );
  const wanted = new Set(propertyIds);
  return active.filter(
    (lease) =>
      wanted.has(lease.PropertyId) &&
      lease.LeaseFromDate.slice(0, 10) <= period.from &&
      // Leases without tenants stay "active" for years after everybody has left.
      (lease.Tenants?.length ?? 0) > 0 &&
      !charged.has(lease.UnitId ?? null),
  );
}

/** Cash and deposits held can be nothing or more; below zero, somebody's money is somewhere else. */
function negativeBalances(tied: TieOutReport, chart: Chart): AccountAmounts[] {
  return tied.closing
    .filter(({ glAccountId, amountCents }) => {
      const account = chart.get(glAccountId);
      return amountCents < 0 && (account?.isBank === true || account?.noiClass === 'trust');
    })
    .sort((a, b) => a.glAccountId - b.glAccountId);
}

function ownedProperties(people: Portfolio['owners']) {
  return people.flatMap((owner) =>
    (owner.PropertyIds ?? []).map((propertyId) => ({
      propertyId,
      ownerId: owner.Id,
      from: owner.ManagementAgreementStartDate?.slice(0, 10) ?? null,
      to: owner.ManagementAgreementEndDate?.slice(0, 10) ?? null,
    })),
  );
}

/** In one order, whoever asks: the same input must have the same bytes. */
function overrideOf({ override }: NoiRequest): CalculationInput['override'] {
  return override ? { by: override.by, reason: override.reason, checks: [...override.checks].sort() } : null;
}

function groupByProperty<T extends { propertyId: number }>(items: readonly T[]): Map<number, T[]> {
  return Map.groupBy(items, ({ propertyId }) => propertyId);
}
