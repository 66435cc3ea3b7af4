import { ok, type Result } from '../../../shared/result.ts';
import { seenFindings, type CheckKind } from '../../accounting/checks.ts';
import { appendAudit } from '../../db/audit.ts';
import { calculationById } from '../../db/calculations.ts';
import { overrideOf } from './overrideOf.ts';
import type { CalculationReport, CalculationRequest } from './calculationReport.ts';
import { startCalculation } from './calculations.ts';
import { auditOf, finishedRun, unfinished, unknownCalculation, type Decided } from './decisions.ts';
import { nowOf, type Job } from '../job.ts';

/**
 * Calculates again in spite of what checks have found; who and why is part of the run itself. What they find in another
 * property, or otherwise in the same, nobody has decided on: it blocks.
 */
export async function override(
  job: Job,
  calculationId: string,
  decision: { by: string; reason: string; checks: CheckKind[] },
): Decided<{ calculationId: string }> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  if (!row) return unknownCalculation(calculationId);
  if (row.state === 'queued' || row.state === 'running') return unfinished();
  const request = row.request as CalculationRequest;
  const seen = (row.report as CalculationReport | null)?.findings ?? [];
  const checks = [...decision.checks].sort();
  const asked = { ...request, override: { ...decision, checks, findings: seenFindings(seen, checks) } };
  await job.database.transaction((tx) =>
    appendAudit(
      tx,
      job.connectionId,
      [
        auditOf(
          job,
          decision.by,
          'checksOverridden',
          { runId: row.runId },
          `${decision.checks.join(', ')} for ${row.periodFrom} to ${row.periodTo}: ${decision.reason}`,
        ),
      ],
      nowOf(job),
    ),
  );
  return started(await startCalculation(job, { kind: 'override', request: asked, by: decision.by }));
}

/**
 * Calculates a month again that has changed since: a new version beside the old one. What was carried out of the month
 * stays out of its draws, and what was overridden then is overridden as long as it is found in the same words.
 */
export async function restate(
  job: Job,
  calculationId: string,
  decision: { by: string; reason: string },
): Decided<{ calculationId: string }> {
  const found = await finishedRun(job, calculationId);
  if (!found.ok) return found;
  const { row, run } = found.value;
  const override = overrideOf(run);
  const request = { ...(row.request as CalculationRequest), override, reason: decision.reason };
  return started(await startCalculation(job, { kind: 'restatement', request, by: decision.by }));
}

function started(calculation: { calculationId: string } | null): Result<{ calculationId: string }, never> {
  if (!calculation) throw new Error('A calculation without a key of the schedule is always written down.');
  return ok(calculation);
}
