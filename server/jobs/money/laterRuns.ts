import { laterRuns, type CalculationRun } from '../../db/calculationRuns.ts';
import type { Queryable } from '../../db/database.ts';
import { isInScope } from './scope.ts';

export type LaterRun = { version: number; propertyIds: number[] };

/** Runs that were calculated later, for the same month and basis, with what of the run's properties they are about. */
export async function laterRunsOf(
  { database, connectionId }: { database: Queryable; connectionId: string },
  run: CalculationRun,
  propertyIds: readonly number[],
): Promise<LaterRun[]> {
  return (await laterRuns(database, connectionId, run))
    .map(({ version, scope }) => ({
      version,
      propertyIds: propertyIds.filter((propertyId) => isInScope(scope, propertyId)),
    }))
    .filter((later) => later.propertyIds.length > 0);
}
