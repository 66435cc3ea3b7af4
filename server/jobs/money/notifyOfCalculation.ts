import { formatCents } from '../../../shared/money.ts';
import type { CalculationRow, CalculationState } from '../../db/calculations.ts';
import type { Queryable } from '../../db/database.ts';
import type { CalculationReport, CalculationTotals } from './calculationReport.ts';
import type { Job } from '../job.ts';
import { queueNotification } from '../notify/notify.ts';

/** Tells whoever is to be told that a calculation has ended, and how. */
export async function notifyOfCalculation(
  tx: Queryable,
  job: Pick<Job, 'connectionId'>,
  ended: {
    row: CalculationRow;
    state: CalculationState;
    problem: string | null;
    report: CalculationReport | null;
  },
  now: string,
): Promise<void> {
  const { row, state, problem, report } = ended;
  const { calculationId, runId, periodFrom, periodTo } = row;
  const what = `${periodFrom} to ${periodTo}`;
  const totals = report?.totals ?? null;
  await queueNotification(
    tx,
    job.connectionId,
    {
      kind: 'calculation',
      subject: `Net operating income ${what}: ${SAID[state]}`,
      text: totals
        ? `${sayTotals(totals)} Look at the checks, then approve it.`
        : (problem ?? `The calculation of ${what} has ended and nothing of it was kept.`),
      json: { calculationId, runId, state, periodFrom, periodTo, totals },
    },
    now,
  );
}

const SAID: Record<CalculationState, string> = {
  queued: 'waiting',
  running: 'under way',
  finished: 'done',
  blocked: 'stopped by a check',
  failed: 'failed',
  notNeeded: 'not needed',
};

function sayTotals({ properties, heldProperties, noiCents, drawCents }: CalculationTotals): string {
  const held = heldProperties > 0 ? ` ${heldProperties} were stopped by a check.` : '';
  const draws = drawCents === null ? '' : ` Draws come to ${formatCents(drawCents)}.`;
  return `${properties} properties come to ${formatCents(noiCents)}.${held}${draws}`;
}
