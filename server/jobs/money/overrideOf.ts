import type { CalculationInput, CalculationResult } from '../../accounting/calculation.ts';
import { seenFindings, type Override } from '../../accounting/checks.ts';
import type { CalculationRun } from '../../db/calculationRuns.ts';

/** What somebody went on in spite of, for a calculation that follows the run. */
export function overrideOf(run: CalculationRun): Override | null {
  // Our own texts, immutable since they were written.
  const { override } = JSON.parse(run.input) as CalculationInput;
  if (!override || override.findings) return override;
  const { findings } = JSON.parse(run.result) as CalculationResult;
  const overridden = findings.filter(({ severity }) => severity === 'overridden');
  return { ...override, findings: seenFindings(overridden, override.checks) };
}
