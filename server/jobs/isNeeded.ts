import { ok, type Result } from '../../shared/result.ts';
import type { CalculationResult } from '../accounting/calculation.ts';
import { BASES } from '../accounting/ledger.ts';
import type { CallFailure } from '../callFailure.ts';
import { newestRun } from '../db/calculationRuns.ts';
import type { CalculationRow } from '../db/calculations.ts';
import type { CalculationRequest } from './money/calculationReport.ts';
import type { Job } from './job.ts';
import { compareMonths } from './ledger/readLedger.ts';
import { restatementsOf } from './money/restateNoi.ts';

/** Whether a calculation is to be done at all: after the close, only when the month is no longer what was counted. */
export async function isNeeded(job: Job, row: CalculationRow): Promise<Result<boolean, CallFailure>> {
  if (row.kind !== 'afterClose') return ok(true);
  const period = { from: row.periodFrom, to: row.periodTo };
  const { basis } = row.request as CalculationRequest;
  const run = await newestRun(job.database, job.connectionId, {
    basis,
    periodFrom: period.from,
    periodTo: period.to,
    scope: 'all',
  });
  // What a check stopped at the month's end may have been put right since.
  if (!run || (JSON.parse(run.result) as CalculationResult).heldPropertyIds.length > 0) return ok(true);
  const compared = await compareMonths(job, { period, bases: BASES });
  if (!compared.ok) return compared;
  const found = await restatementsOf(job, { from: period.to, to: period.to });
  return found.ok ? ok(found.value.some((one) => one.run.runId === run.runId)) : found;
}
