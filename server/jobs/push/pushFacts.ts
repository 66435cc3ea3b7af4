import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { linksByEntity } from '../../db/links.ts';
import { linksPointingTo } from '../../db/linkSearch.ts';
import type { GlAccountFact, LeaseFact, PlannedFacts } from '../../sync/plannedFacts.ts';
import { linkedIds, type PlannedRow } from '../../sync/plannedRow.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import type { Job } from '../job.ts';
import { readLockDates } from '../money/lockDates.ts';

type Shown = Record<string, unknown>;

/** What is known of Buildium around these rows: the pairs that they link to, and the days that are locked. */
export async function factsAround(
  job: Job,
  rows: readonly PlannedRow[],
): Promise<Result<PlannedFacts, CallFailure>> {
  // A key that may not read the settings can still book: then Buildium itself says what is locked.
  const locks = await readLockDates(job, { priority: 'person' });
  if (!locks.ok) return locks;
  const linked = (...keys: string[]): string[] => [
    ...new Set(rows.flatMap((row) => keys.flatMap((key) => [...linkedIds(row, key)]))),
  ];
  const ofUnits = await linksPointingTo(job.database, job.connectionId, {
    ...{ resource: 'leases', fieldKey: 'unit', entityIds: linked('unit') },
  });
  const leaseIds = [...linked('lease'), ...ofUnits.map(({ entityId }) => entityId)];
  const shown = async <T>(
    resource: string,
    ids: readonly string[],
    read: (values: Shown) => T,
  ): Promise<Map<string, T>> => {
    const links = await linksByEntity(job.database, job.connectionId, resource, ids);
    return new Map([...links].map(([id, link]) => [id, read(link.syncedBuildium)]));
  };
  const leases = await shown('leases', leaseIds, leaseFact);
  const ofLeases = [...leases.values()].flatMap(({ propertyId }) => propertyId ?? []);
  return ok({
    leases,
    glAccounts: await shown('glAccounts', linked('glAccount', 'offsetAccount'), glAccountFact),
    units: await shown('units', linked('unit'), unitFact),
    properties: await shown('properties', [...linked('property'), ...ofLeases], propertyFact),
    bankAccounts: await shown('bankAccounts', linked('bankAccount'), (bank) => ({
      name: text(bank['name']) ?? 'without a name',
      isActive: bank['isActive'] !== false,
    })),
    vendors: await shown('vendors', linked('vendor'), (vendor) => ({
      isActive: vendor['isActive'] !== false,
    })),
    lock: locks.value && {
      through: locks.value.all,
      ofProperty: new Map(locks.value.properties.map((one) => [String(one.propertyId), one.lockDate])),
    },
  });
}

/** The same with the names of what a booked item shows in Buildium now, so that a change is told in words. */
export async function factsWithShown(
  job: Job,
  facts: PlannedFacts,
  { lines, leaseId }: ShownTransaction,
): Promise<PlannedFacts> {
  const named = async <T>(resource: string, ids: readonly (string | null)[], read: (values: Shown) => T) => {
    const known = [...new Set(ids.filter((id) => id !== null))];
    const links = await linksByEntity(job.database, job.connectionId, resource, known);
    return [...links].map(([id, link]): [string, T] => [id, read(link.syncedBuildium)]);
  };
  const accounts = lines.map(({ glAccountId }) => glAccountId);
  const [properties, units] = [lines.map((line) => line.propertyId), lines.map((line) => line.unitId)];
  return {
    ...facts,
    leases: new Map([...(await named('leases', [leaseId], leaseFact)), ...facts.leases]),
    glAccounts: new Map([...(await named('glAccounts', accounts, glAccountFact)), ...facts.glAccounts]),
    properties: new Map([...(await named('properties', properties, propertyFact)), ...facts.properties]),
    units: new Map([...(await named('units', units, unitFact)), ...facts.units]),
  };
}

function unitFact(unit: Shown): { name: string; propertyId: string | null } {
  return { name: text(unit['name']) ?? 'without a name', propertyId: firstOf(unit['property']) };
}

function propertyFact(property: Shown): { name: string; isActive: boolean } {
  return { name: text(property['name']) ?? 'without a name', isActive: property['isActive'] !== false };
}

function leaseFact(lease: Shown): LeaseFact {
  return {
    name: text(lease['name']) ?? 'without a name',
    propertyId: firstOf(lease['property']),
    unitId: firstOf(lease['unit']),
    tenantIds: Array.isArray(lease['tenants']) ? lease['tenants'].map(String) : [],
    status: text(lease['status']),
    endsOn: text(lease['to']),
  };
}

function glAccountFact(account: Shown): GlAccountFact {
  return {
    name: text(account['name']) ?? 'without a name',
    type: text(account['type']),
    defaultName: text(account['defaultAccountName']),
    isBank: account['isBank'] === true,
    isActive: account['isActive'] !== false,
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function firstOf(value: unknown): string | null {
  return Array.isArray(value) && value.length > 0 ? String(value[0]) : null;
}
