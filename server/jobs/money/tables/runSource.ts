import type { PlainDate } from '../../../../shared/dates.ts';
import type { CalculationInput, CalculationResult } from '../../../accounting/calculation.ts';
import type { CalculationRun } from '../../../db/calculationRuns.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { BASIS_CHOICES } from '../../../../shared/tables/runColumns.ts';
import { monthInWords } from './words.ts';

/** A kept run with what it was made from. */
export type RunSource = {
  run: CalculationRun;
  input: CalculationInput;
  result: CalculationResult;
  month: PlainDate;
};

/** Our own texts, unchanged since they were written. */
export function sourceOf(run: CalculationRun): RunSource {
  const input = JSON.parse(run.input) as CalculationInput;
  return { run, input, result: JSON.parse(run.result) as CalculationResult, month: run.periodFrom };
}

/** What every row of a run carries. */
export function commonCells({ run, month, result }: RunSource, propertyIds: readonly number[]): OwnValues {
  const findings = result.findings
    .filter(({ propertyId }) => propertyId !== null && propertyIds.includes(propertyId))
    .map(({ severity, message }) => `${SEVERITY[severity]}: ${message}`);
  return {
    month,
    basis: BASIS_CHOICES[run.basis],
    version: run.version,
    run: run.runId,
    findings: findings.length === 0 ? null : findings.join('\n'),
  };
}

const SEVERITY = { block: 'Stopped', warn: 'Warning', overridden: 'Overridden' } as const;

/** The end of the key of every row of this month and basis. */
export function keyEnd({ run, month }: RunSource): string {
  return `${month.slice(0, 7)} ${run.basis}`;
}

export function monthAndBasis({ run, month }: RunSource): string {
  return `${monthInWords(month)}, ${run.basis}`;
}

export function nameOfProperty({ input }: RunSource, propertyId: number): string {
  return input.properties.find((one) => one.propertyId === propertyId)?.name ?? `Property ${propertyId}`;
}
