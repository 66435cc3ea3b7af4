import { ok, type Result } from '../../../shared/result.ts';
import type { CalculationInput, PropertyInput } from '../../accounting/calculation.ts';
import { isOtherCurrentLiability } from '../../accounting/bookCash.ts';
import { builtInName, type Chart } from '../../accounting/classify.ts';
import type { PropertyCash } from '../../accounting/draws.ts';
import { managedSpan } from '../../accounting/ownership.ts';
import type { AccountAmounts } from '../../accounting/tieOut.ts';
import type { CallFailure } from '../../callFailure.ts';
import { approvedRunsOf } from '../../db/approvals.ts';
import { ledgerEntries, unitsCharged } from '../../db/ledgerEntries.ts';
import type { NoiRequest } from './calculateNoi.ts';
import { carriedAdjustments } from './carriedAdjustments.ts';
import { readCash } from './cashPosition.ts';
import { readEnteredNow } from './enteredNow.ts';
import type { Job } from '../job.ts';
import { readPortfolio, type Portfolio } from './portfolio.ts';
import { isWholeMonth } from './wholeMonth.ts';
import type { TieOutReport } from '../ledger/tieOut.ts';

/** Gathers all that a run is made from. The ledger of the period must have been read and tied out before. */
export async function gatherInput(
  job: Job,
  request: NoiRequest,
  chart: Chart,
  tied: TieOutReport,
): Promise<Result<CalculationInput, CallFailure>> {
  const portfolio = await readPortfolio(job, request);
  if (!portfolio.ok) return portfolio;
  if (!isWholeMonth(request))
    return ok(await assembleInput(job, request, chart, tied, portfolio.value, null));
  const cash = await readCash(job, request.period, chart, portfolio.value.onFile);
  return cash.ok ? ok(await assembleInput(job, request, chart, tied, portfolio.value, cash.value)) : cash;
}

/** Puts what was read from Buildium together with what is stored; it asks nobody outside. */
export async function assembleInput(
  job: Pick<Job, 'database' | 'connectionId'>,
  request: NoiRequest,
  chart: Chart,
  tied: Pick<TieOutReport, 'differences' | 'closing'>,
  portfolio: Portfolio,
  cash: ReadonlyMap<number, PropertyCash> | null,
): Promise<CalculationInput> {
  const { propertyIds, names } = portfolio;
  const scope = { basis: request.basis, ...request.period, propertyIds };
  const rows = await ledgerEntries(job.database, job.connectionId, scope);
  const withoutRent = groupByProperty(
    (await leasesWithoutRent(job, request, chart, portfolio)).map(({ Id, PropertyId, UnitNumber }) => ({
      propertyId: PropertyId,
      leaseId: Id,
      unitNumber: UnitNumber ?? null,
    })),
  );
  const entered = await readEnteredNow(job);
  const owned = groupByProperty(ownedProperties(portfolio.owners));
  const negative = groupByProperty(negativeBalances(tied, chart));
  const differences = groupByProperty(tied.differences);
  const adjustments = groupByProperty(await carriedAdjustments(job, request));
  const properties = propertyIds.map((propertyId): PropertyInput => {
    const itsOwners = owned.get(propertyId) ?? [];
    return {
      propertyId,
      name: names.get(propertyId) ?? `Property ${propertyId}`,
      managed: managedSpan(entered.managed.get(propertyId) ?? null, itsOwners),
      agreed: managedSpan(null, itsOwners),
      buildiumOwnerIds: itsOwners.map(({ ownerId }) => ownerId).sort((a, b) => a - b),
      ownership: entered.ownership.get(propertyId) ?? [],
      leasesWithoutRent: (withoutRent.get(propertyId) ?? [])
        .map(({ leaseId, unitNumber }) => ({ leaseId, unitNumber }))
        .sort((a, b) => a.leaseId - b.leaseId),
      negativeBalances: (negative.get(propertyId) ?? []).map(({ glAccountId, amountCents }) => ({
        glAccountId,
        amountCents,
      })),
      tieOutDifferences: differences.get(propertyId) ?? [],
      adjustments: (adjustments.get(propertyId) ?? []).map(({ amountCents, sentence }) => ({
        amountCents,
        sentence,
      })),
      cash: cash?.get(propertyId) ?? null,
    };
  });
  const transactionIds = new Set(rows.map(({ transactionId }) => transactionId));
  const moved = new Set(rows.map(({ glAccountId }) => glAccountId));
  const named = [...properties.flatMap((one) => one.negativeBalances), ...tied.differences];
  for (const { glAccountId } of named) moved.add(glAccountId);
  return {
    basis: request.basis,
    period: { from: request.period.from, to: request.period.to },
    options: { capitalAboveTheLine: request.options?.capitalAboveTheLine ?? false },
    rules: Object.fromEntries(Object.entries(request.rules ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
    override: overrideOf(request),
    drawRules: cash === null ? [] : entered.drawRules,
    approvedRunIds: cash === null ? [] : await approvedRunsOf(job.database, job.connectionId, propertyIds),
    allocations: entered.allocations.filter(({ transactionId }) => transactionIds.has(transactionId)),
    accounts: [...chart.values()].filter(({ glAccountId }) => moved.has(glAccountId)),
    properties,
    entries: rows.map(({ propertyId, glAccountId, day, transactionId, amountCents }) => ({
      propertyId,
      glAccountId,
      day,
      transactionId,
      amountCents,
    })),
  };
}

/** Active leases whose unit was charged nothing on the rent account. Only whole months are looked at. */
async function leasesWithoutRent(
  job: Pick<Job, 'database' | 'connectionId'>,
  { period }: NoiRequest,
  chart: Chart,
  { propertyIds, leases: active }: Portfolio,
): Promise<Portfolio['leases']> {
  if (!isWholeMonth({ period })) return [];
  const rentAccounts = [...chart.values()]
    .filter((account) => builtInName(account, chart) === 'Rent Income')
    .map(({ glAccountId }) => glAccountId);
  const scope = { basis: 'accrual', ...period, propertyIds } as const;
  const charged = await unitsCharged(job.database, job.connectionId, scope, rentAccounts);
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

/** Cash, deposits held and debts can be nothing or more; below zero, somebody's money is somewhere else. */
function negativeBalances(tied: Pick<TieOutReport, 'closing'>, chart: Chart): AccountAmounts[] {
  return tied.closing
    .filter(({ glAccountId, amountCents }) => {
      const account = chart.get(glAccountId);
      if (!account || amountCents >= 0) return false;
      return account.isBank || account.noiClass === 'trust' || isOtherCurrentLiability(account, chart);
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
  if (!override) return null;
  const { by, reason, checks, findings } = override;
  return { by, reason, checks: [...checks].sort(), ...(findings ? { findings } : {}) };
}

function groupByProperty<T extends { propertyId: number }>(items: readonly T[]): Map<number, T[]> {
  return Map.groupBy(items, ({ propertyId }) => propertyId);
}
