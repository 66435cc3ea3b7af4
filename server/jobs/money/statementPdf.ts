import { err, ok, type Result } from '../../../shared/result.ts';
import { ownersOfRun, ownerStatement, type OwnerStatement } from '../../accounting/statement.ts';
import type { CallFailure } from '../../callFailure.ts';
import { runById } from '../../db/calculationRuns.ts';
import type { Job } from '../job.ts';
import { renderStatement } from './statementLayout.ts';
import { sourceOf, type RunSource } from './tables/runSource.ts';
import { supplementFor, type SupplementedRun } from './tables/supplement.ts';
import { isWholeMonth } from './wholeMonth.ts';

export type StatementFailure =
  | { kind: 'notFound' | 'invalid'; message: string }
  | { kind: 'buildium'; message: string; failure: CallFailure };

/**
 * An owner's statement of a run as a PDF. What it says beside the figures is gathered once for each run: the same run
 * gives the same bytes, whenever it is asked for.
 */
export async function statementPdf(
  job: Job,
  runId: string,
  ownerId: number,
): Promise<Result<{ bytes: Buffer; filename: string }, StatementFailure>> {
  const run = await runById(job.database, job.connectionId, runId);
  if (!run)
    return err({ kind: 'notFound', message: `There is no run ${runId}. See the list of calculations.` });
  if (!isWholeMonth({ period: { from: run.periodFrom, to: run.periodTo } }))
    return err({
      kind: 'invalid',
      message: `The run is from ${run.periodFrom} to ${run.periodTo}: statements are made for whole months. Calculate the month.`,
    });
  const source = sourceOf(run);
  if (!ownersOfRun(source.result).includes(ownerId))
    return err({
      kind: 'notFound',
      message: `Owner ${ownerId} has no property in this run. Choose one of its owners.`,
    });
  const supplemented = await supplementFor(job, run);
  if (!supplemented.ok)
    return err({ kind: 'buildium', message: supplemented.error.message, failure: supplemented.error });
  const bytes = await renderOwner(source, supplemented.value, ownerId);
  return ok({ bytes, filename: filenameOf(source, ownerId) });
}

export function statementOf(
  { input, result }: RunSource,
  { supplement }: SupplementedRun,
  ownerId: number,
): OwnerStatement {
  const accounts = new Map(supplement.accounts.map((account) => [account.glAccountId, account]));
  return ownerStatement(ownerId, input, result, supplement.opening, accounts);
}

export async function renderOwner(
  source: RunSource,
  supplemented: SupplementedRun,
  ownerId: number,
): Promise<Buffer> {
  const { supplement, ownerNames } = supplemented;
  const { run } = source;
  return renderStatement(statementOf(source, supplemented, ownerId), {
    company: supplement.company,
    ownerName: ownerNames.get(ownerId) ?? `Owner ${ownerId}`,
    addresses: supplement.addresses,
    openItems: supplement.openItems,
    version: run.version,
    runId: run.runId,
    madeAt: run.createdAt,
  });
}

/** Without a name in it: files are passed on. */
export function filenameOf({ run, month }: RunSource, ownerId: number): string {
  return `owner-${ownerId}-statement-${month.slice(0, 7)}-${run.basis}-v${run.version}.pdf`;
}
