import { laterRuns } from '../../db/calculationRuns.ts';
import type { CalculationRun } from '../../db/calculationRuns.ts';
import type { Queryable } from '../../db/database.ts';

export type LaterRun = { version: number; propertyIds: number[] };

/** Runs that were calculated later, for the same month and basis, with what of the run's properties they are about. */
export async function laterRunsOf(
  { database, connectionId }: { database: Queryable; connectionId: string },
  run: CalculationRun,
  propertyIds: readonly number[],
): Promise<LaterRun[]> {
  return (await laterRuns(database, connectionId, run))
    .map(({ version, scope }) => {
      const about = scope === 'all' ? null : scope.split(',').map(Number);
      return { version, propertyIds: propertyIds.filter((id) => about?.includes(id) ?? true) };
    })
    .filter((later) => later.propertyIds.length > 0);
}
