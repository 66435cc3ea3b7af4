import type { CalculationResultsView, CalculationView, TieOutView } from '../../../shared/moneySchemas.ts';
import type { CalculationInput, CalculationResult } from '../../accounting/calculation.ts';
import { resultsCsv } from '../../accounting/resultsCsv.ts';
import { approvalsOf } from '../../db/approvals.ts';
import { runById, runHeads } from '../../db/calculationRuns.ts';
import { calculationById, dryRunOf, listCalculations, type CalculationRow } from '../../db/calculations.ts';
import { transactionTypes } from '../../db/ledgerEntries.ts';
import { listManualNoi, type ManualNoi } from '../../db/manualNoi.ts';
import type { CalculationReport, CalculationRequest } from './calculationReport.ts';
import type { Job } from '../job.ts';
import { isWholeMonth } from './wholeMonth.ts';
import { openRestatements } from './restatementFlags.ts';

/** What views need of a job: nothing outside the database is asked. */
export type Viewer = Pick<Job, 'database' | 'connectionId' | 'settings'>;

export async function showCalculations(
  job: Viewer,
  filter: { endingFrom: string | null; endingTo: string | null; limit: number },
): Promise<CalculationView[]> {
  return viewsOf(job, await listCalculations(job.database, job.connectionId, filter));
}

/** As one of many: what its checks have found, and what has changed since, is told of the one that is looked at. */
export function inBrief({ restatement, ...calculation }: CalculationView): CalculationView {
  return { ...calculation, findings: [], restatement: restatement && { ...restatement, changes: [] } };
}

export async function showCalculation(job: Viewer, calculationId: string): Promise<CalculationView | null> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  return row ? ((await viewsOf(job, [row]))[0] ?? null) : null;
}

async function viewsOf(job: Viewer, rows: readonly CalculationRow[]): Promise<CalculationView[]> {
  const runIds = rows.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  const heads = await runHeads(job.database, job.connectionId, runIds);
  const approvals = await approvalsOf(job.database, job.connectionId, runIds);
  const restatements = new Map((await openRestatements(job, { runIds })).map((flag) => [flag.runId, flag]));
  return rows.map((row): CalculationView => {
    const request = row.request as CalculationRequest;
    const report = row.report as CalculationReport | null;
    const head = row.runId === null ? undefined : heads.get(row.runId);
    const tieOut = report?.tieOut ?? null;
    return {
      calculationId: row.calculationId,
      kind: row.kind,
      state: row.state,
      basis: request.basis,
      period: { from: row.periodFrom, to: row.periodTo },
      propertyIds: request.propertyIds,
      ownerIds: request.ownerIds,
      dryRun: request.dryRun,
      requestedBy: row.requestedBy,
      requestedAt: row.requestedAt,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      progress: row.progress,
      problem: row.problem,
      run:
        row.runId !== null && head
          ? {
              runId: row.runId,
              version: head.version,
              newestVersion: head.newestVersion,
              isNew: report?.isNew ?? true,
              inputHash: head.inputHash,
            }
          : null,
      totals: report?.totals ?? null,
      findings: report?.findings ?? [],
      tieOut: tieOut && {
        isTied: tieOut.isTied,
        isMoving: tieOut.isMoving,
        compared: tieOut.compared,
        differences: tieOut.differences.length,
      },
      lockDates: report?.lockDates ?? null,
      approval: (row.runId === null ? null : approvals.get(row.runId)) ?? null,
      approvalBySecondPerson: job.settings.approvalBySecondPerson,
      restatement: (row.runId === null ? null : restatements.get(row.runId)) ?? null,
      tables: row.runId === null ? null : { isWritten: row.tablesDueAt === null, problem: row.tablesProblem },
    };
  });
}

/** The figures of a calculation and what they were made of; null while there are none. */
export type Figures = {
  row: CalculationRow;
  runId: string | null;
  version: number | null;
  input: CalculationInput;
  result: CalculationResult;
};

export async function figuresOf(job: Viewer, calculationId: string): Promise<Figures | null> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  if (!row) return null;
  const run = row.runId === null ? null : await runById(job.database, job.connectionId, row.runId);
  const kept = run ?? (await dryRunOf(job.database, job.connectionId, calculationId));
  if (!kept) return null;
  return {
    row,
    runId: run?.runId ?? null,
    version: run?.version ?? null,
    // Our own text, immutable since it was written.
    input: JSON.parse(kept.input) as CalculationInput,
    result: JSON.parse(kept.result) as CalculationResult,
  };
}

export async function showResults(job: Viewer, figures: Figures): Promise<CalculationResultsView> {
  const { row, input, result } = figures;
  const month = input.period.from;
  const manual = new Map(
    (await listManualNoi(job.database, job.connectionId, { month, basis: input.basis, limit: null })).map(
      (entered) => [entered.propertyId, entered],
    ),
  );
  const accounts = new Map(input.accounts.map((account) => [account.glAccountId, account]));
  const checks = new Map(result.checks.map((check) => [check.ownerId, check]));
  const noi = new Map(result.owners.map(({ ownerId, amountCents }) => [ownerId, amountCents]));
  const ownerIds = [...new Set([...noi.keys(), ...checks.keys()])].sort((a, b) => a - b);
  const wanted = (row.request as CalculationRequest).ownerIds;
  return {
    calculationId: row.calculationId,
    runId: figures.runId,
    version: figures.version,
    basis: input.basis,
    period: input.period,
    capitalAboveTheLine: input.options.capitalAboveTheLine,
    portfolio: result.portfolio,
    properties: result.properties.map((property) => ({
      ...property,
      adjustments: [...property.adjustments],
      manual: compare(property, manual.get(property.propertyId), input),
    })),
    owners: ownerIds
      .filter((ownerId) => wanted === null || wanted.includes(ownerId))
      .map((ownerId) => {
        const check = checks.get(ownerId);
        return {
          ownerId,
          noiCents: noi.get(ownerId) ?? 0,
          checkCents: check?.checkCents ?? null,
          lines: check?.lines ?? [],
          uncoveredCents: check?.uncoveredCents ?? 0,
        };
      }),
    heldPropertyIds: result.heldPropertyIds,
    notManagedPropertyIds: result.notManaged,
    unconfirmedAccounts: result.unconfirmedGlAccountIds.map((glAccountId) => ({
      glAccountId,
      name: accounts.get(glAccountId)?.name ?? `GL account ${glAccountId}`,
      noiClass: accounts.get(glAccountId)?.noiClass ?? 'excluded',
    })),
  };
}

/** What was entered by hand is of a whole month. */
function compare(
  { statement }: CalculationResult['properties'][number],
  entered: ManualNoi | undefined,
  input: CalculationInput,
) {
  if (!entered || !isWholeMonth(input)) return null;
  const { noiCents, note, enteredBy } = entered;
  return { noiCents, differenceCents: statement.noiCents - noiCents, note, enteredBy };
}

/** What a figure is made of, from the run's own entries: what has changed since is not in it. */
export async function showEntries(
  job: Viewer,
  { input }: Figures,
  of: { propertyId: number | null; glAccountId: number | null; after: number; limit: number },
) {
  const accounts = new Map(input.accounts.map((account) => [account.glAccountId, account]));
  const all = input.entries.filter(
    (entry) =>
      (of.propertyId === null || entry.propertyId === of.propertyId) &&
      (of.glAccountId === null || entry.glAccountId === of.glAccountId),
  );
  const page = all.slice(of.after, of.after + of.limit);
  const types = await transactionTypes(job.database, job.connectionId, {
    basis: input.basis,
    propertyIds: [...new Set(page.map(({ propertyId }) => propertyId))],
    transactionIds: [...new Set(page.map(({ transactionId }) => transactionId))],
    ...input.period,
  });
  const next = of.after + page.length;
  return {
    entries: page.map((entry) => ({
      ...entry,
      account: accounts.get(entry.glAccountId)?.name ?? `GL account ${entry.glAccountId}`,
      noiClass: accounts.get(entry.glAccountId)?.noiClass ?? null,
      transactionType: types.get(entry.transactionId) ?? null,
    })),
    total: all.length,
    sumCents: all.reduce((sum, { amountCents }) => sum + amountCents, 0),
    nextAfter: next < all.length ? next : null,
  };
}

/** Null while nothing was compared. */
export async function showTieOut(job: Viewer, calculationId: string): Promise<TieOutView | null> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  const tieOut = (row?.report as CalculationReport | null | undefined)?.tieOut;
  if (!tieOut) return null;
  const figures = await figuresOf(job, calculationId);
  const names = new Map(figures?.input.accounts.map(({ glAccountId, name }) => [glAccountId, name]));
  return {
    isTied: tieOut.isTied,
    isMoving: tieOut.isMoving,
    compared: tieOut.compared,
    differenceCents: tieOut.differences.reduce((sum, one) => sum + Math.abs(one.differenceCents), 0),
    differences: tieOut.differences.map((difference) => ({
      ...difference,
      account: names.get(difference.glAccountId) ?? `GL account ${difference.glAccountId}`,
    })),
  };
}

export function csvOf({ input, result, version }: Figures): { fileName: string; content: string } {
  const month = input.period.from.slice(0, 7);
  const which = version === null ? 'dry-run' : `v${version}`;
  return { fileName: `noi-${month}-${input.basis}-${which}.csv`, content: resultsCsv(input, result) };
}
