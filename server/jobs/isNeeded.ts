import { ok, type Result } from '../../shared/result.ts';
import { isSameMonth, type CalculationInput, type CalculationResult } from '../accounting/calculation.ts';
import type { CallFailure } from '../callFailure.ts';
import { approvalsOf } from '../db/approvals.ts';
import { newestRun } from '../db/calculationRuns.ts';
import type { CalculationRow } from '../db/calculations.ts';
import type { Job } from './job.ts';
import { provenInput, type NoiRequest } from './money/calculateNoi.ts';
import { flagRestatements } from './money/restatementFlags.ts';
import { scopeOf } from './money/scope.ts';

/**
 * Whether a calculation is to be done at all: after the close, only when the month is no longer what was counted. An
 * approved month stays as it is, and what has changed in it is flagged: a person decides.
 */
export async function isNeeded(
  job: Job,
  row: CalculationRow,
  request: NoiRequest,
): Promise<Result<boolean, CallFailure>> {
  if (row.kind !== 'afterClose') return ok(true);
  const { basis, period } = request;
  const key = { basis, periodFrom: period.from, periodTo: period.to, scope: scopeOf(request) };
  const run = await newestRun(job.database, job.connectionId, key);
  // What a check stopped at the month's end may have been put right since.
  if (!run || (JSON.parse(run.result) as CalculationResult).heldPropertyIds.length > 0) return ok(true);
  const now = await provenInput(job, request, async () => {});
  if (!now.ok) return now;
  if ((await approvalsOf(job.database, job.connectionId, [run.runId])).has(run.runId)) {
    const flagged = await flagRestatements(job, { from: period.to, to: period.to });
    return flagged.ok ? ok(false) : flagged;
  }
  return ok(!isSameMonth(JSON.parse(run.input) as CalculationInput, now.value.input));
}
