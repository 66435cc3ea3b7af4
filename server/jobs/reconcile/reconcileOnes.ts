import type { AnyResource } from '../../../shared/resources/define.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { DiscrepancyRow } from '../../db/reconciliationParts.ts';
import type { Job } from '../job.ts';
import type { Pair } from './reconcileCompare.ts';
import { familyOf, targetsOf, type ReconcileParts, type TableComparison } from './reconcileFamily.ts';
import { lookAgain } from './reconcileResource.ts';

/** Compares single records of a family as both sides show them now. */
export async function compareOnes(
  job: Job,
  root: AnyResource,
  rows: readonly DiscrepancyRow[],
  parts: ReconcileParts,
): Promise<Result<TableComparison[], CallFailure>> {
  const tables: TableComparison[] = [];
  for (const resource of familyOf(job, root)) {
    const table = parts.mapping.get(resource.name);
    const own = rows.filter((row) => row.resource === resource.name);
    if (!table || own.length === 0) continue;
    const targets = await targetsOf(job, resource, parts);
    if (!targets.ok) return targets;
    tables.push({
      ...{
        resource,
        table,
        targets: targets.value,
        pairs: new Map(own.map((row) => [row.entityId, unread(row)])),
      },
      leftOut: {
        ...{ outOfScope: 0, outsideWindow: 0, detached: 0, deletedInBuildium: 0, rowsOfPeople: 0, copies: 0 },
      },
    });
  }
  const pairs = tables.flatMap((table) => [...table.pairs.values()]);
  const looked = await lookAgain(job, root, tables, pairs);
  return looked.ok ? ok(tables) : looked;
}

/** Nothing is known of it yet but its name. */
function unread({ entityId, rootId, month }: DiscrepancyRow): Pair {
  return { entityId, rootId, month, buildium: null, row: null, expected: {}, shown: {}, differences: [] };
}
