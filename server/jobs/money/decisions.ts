import { err, ok, type Result } from '../../../shared/result.ts';
import type { AuditRow } from '../../db/audit.ts';
import { runById, type CalculationRun } from '../../db/calculationRuns.ts';
import { calculationById, type CalculationRow } from '../../db/calculations.ts';
import type { Job } from '../job.ts';

export type DecisionRefusal = {
  kind: 'unknown' | 'notFinished' | 'replaced' | 'decidedBefore' | 'samePerson' | 'invalid';
  message: string;
};

export type Decided<T> = Promise<Result<T, DecisionRefusal>>;

/** A calculation that has led to figures which people can decide on. */
export async function finishedRun(
  job: Job,
  calculationId: string,
): Decided<{ row: CalculationRow; run: CalculationRun }> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  if (!row) return unknownCalculation(calculationId);
  const run = row.runId === null ? null : await runById(job.database, job.connectionId, row.runId);
  return row.state === 'finished' && run ? ok({ row, run }) : unfinished();
}

export function auditOf(
  job: Job,
  actor: string,
  action: AuditRow['action'],
  { runId }: { runId: string | null },
  why: string,
): AuditRow {
  return {
    auditId: job.newId(),
    actor,
    action,
    resource: null,
    entityId: null,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why: why.trim(),
    runId,
  };
}

export function refuse(kind: DecisionRefusal['kind'], message: string): Result<never, DecisionRefusal> {
  return err({ kind, message });
}

export function unknownCalculation(calculationId: string): Result<never, DecisionRefusal> {
  return refuse(
    'unknown',
    `There is no calculation ${calculationId}. GET /api/v1/calculations lists those there are.`,
  );
}

export function unfinished(): Result<never, DecisionRefusal> {
  return refuse(
    'notFinished',
    'This calculation has not led to a run: it is under way, was stopped, or was a dry run. Look at its state.',
  );
}
