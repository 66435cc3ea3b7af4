import { unreachable } from '../../../shared/result.ts';
import { WHOLE_MILLIONTHS } from '../../accounting/allocate.ts';
import type { Entered } from '../../accounting/corrections.ts';
import type { OwnersRule } from '../../accounting/draws.ts';
import type { Queryable } from '../../db/database.ts';
import { listDistributionRules, type DistributionRule } from '../../db/distributionRules.ts';
import { listAllocations } from '../../db/ownerAllocations.ts';
import { listManagedPeriods, listOwnership } from '../../db/ownership.ts';

/** What people entered for the month's money, as it was read last; the marks of bank accounts need Buildium. */
export async function readEnteredNow({
  database,
  connectionId,
}: {
  database: Queryable;
  connectionId: string;
}): Promise<Omit<Entered, 'marks'>> {
  const ownership = Map.groupBy(await listOwnership(database, connectionId), ({ propertyId }) => propertyId);
  const managed = await listManagedPeriods(database, connectionId);
  return {
    ownership: new Map(
      [...ownership].map(([propertyId, rows]) => [
        propertyId,
        rows.map(({ ownerId, millionths, from, to }) => ({ ownerId, millionths, from, to })),
      ]),
    ),
    managed: new Map(managed.map(({ propertyId, from, to }) => [propertyId, { from, to }])),
    allocations: await listAllocations(database, connectionId),
    drawRules: (await listDistributionRules(database, connectionId)).map(ruleOf),
  };
}

function ruleOf(row: DistributionRule): OwnersRule {
  const { ownerId, propertyId } = row;
  switch (row.kind) {
    case 'noiLessReserve':
      return { ownerId, propertyId, kind: row.kind, reserveTargetCents: row.reserveTargetCents ?? 0 };
    case 'percent':
      return { ownerId, propertyId, kind: row.kind, millionths: row.millionths ?? WHOLE_MILLIONTHS };
    case 'netting':
      return { ownerId, propertyId, kind: row.kind };
    default:
      return unreachable(row.kind);
  }
}
