import { calculateNoi, type NoiRun } from '../../server/jobs/money/calculateNoi.ts';
import { writeRunTables, type RunTables } from '../../server/jobs/money/tables/write.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { Engine } from '../support/engine.ts';
import { gridOf, type GridRow } from '../support/journeyBase.ts';

/** A whole month of the story that is over, whatever day it is. */
export const MONTH = lastMonth();

function lastMonth(): { from: string; to: string } {
  const now = new Date();
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0));
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) };
}

export async function calculated(
  engine: Engine,
  basis: 'cash' | 'accrual' = 'cash',
  only: { propertyIds?: number[] } = {},
): Promise<NoiRun> {
  const run = await calculateNoi(engine.job, { period: MONTH, basis, requestedBy: 'test', ...only });
  if (!run.ok) throw new Error(run.error.message);
  return run.value;
}

export async function written(engine: Engine, runId: string): Promise<RunTables> {
  const outcome = await writeRunTables(engine.job, runId);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

/** Reads from Buildium what people did at its screens, and brings it over. */
export async function bring(engine: Engine, ...resources: string[]): Promise<void> {
  for (const name of resources) {
    await sweep(engine.job, { resource: resourceNamed(name), kind: 'full', reason: 'test' });
    await engine.drain(name);
  }
}

export function rowsOf(engine: Engine, table: string): GridRow[] {
  const { world, baseId } = engine.network.airtable;
  return gridOf(world, baseId, () => engine.job.clock.nowMs()).rows(table);
}

export function cellsByKey(engine: Engine, table: string): Map<string, Record<string, unknown>> {
  return new Map(rowsOf(engine, table).map(({ cells }) => [String(cells['Key']), cells]));
}

export const dollars = (cents: number): number => cents / 100;
