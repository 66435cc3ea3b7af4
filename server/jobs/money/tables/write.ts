import type { OwnTable } from '../../../../shared/tables/define.ts';
import { balanceSheetsTable } from '../../../../shared/tables/balanceSheets.ts';
import { noiTable } from '../../../../shared/tables/noi.ts';
import { ownerDrawsTable } from '../../../../shared/tables/ownerDraws.ts';
import { ownerStatementsTable } from '../../../../shared/tables/ownerStatements.ts';
import { rentRollTable } from '../../../../shared/tables/rentRoll.ts';
import { err, ok, type Result } from '../../../../shared/result.ts';
import { approvalsOf, listApprovedDraws } from '../../../db/approvals.ts';
import { newestRun, runById } from '../../../db/calculationRuns.ts';
import { listManualNoi } from '../../../db/manualNoi.ts';
import { ownRowKeys } from '../../../db/ownRows.ts';
import { laterRunsOf } from '../laterRuns.ts';
import { isWholeMonth } from '../wholeMonth.ts';
import type { Job } from '../../job.ts';
import type { OwnTableFailure } from '../../ownTables/ownTables.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { upsertOwnRows, type OwnWriteOutcome } from '../../ownTables/ownRowWrites.ts';
import { readChart } from '../../ledger/readChart.ts';
import { balanceRows } from './balanceRows.ts';
import { drawRows, NO_DRAW, type IsApproved } from './drawRows.ts';
import { noiRows } from './noiRows.ts';
import { NO_LEASE_MONTH, rentRollKeyEnd, rentRollOf, rentRollRows } from './rentRoll.ts';
import { keyEnd, sourceOf, type RunSource } from './runSource.ts';
import { attachStatements } from './statementFiles.ts';
import { NO_STATEMENT, statementRows } from './statementRows.ts';
import { supplementFor, type RunSupplement } from './supplement.ts';

export type RunTables = {
  /** Rows made or changed, by the name of the table. */
  written: Record<string, number>;
  statementsUploaded: number;
  /** Rows that Airtable did not take, and columns that were left alone, in words. */
  problems: string[];
  /** Why nothing was written: not a month, or not the newest version of it. */
  skipped: string | null;
};

const NOTHING: RunTables = { written: {}, statementsUploaded: 0, problems: [], skipped: null };

/**
 * Writes a run's results into the tables of the base: net operating income, draws, statements, rent roll and balance
 * sheets of its month. Called again it changes nothing; a newer version changes the rows of the older one, and empties
 * those that it says nothing of any more.
 */
export async function writeRunTables(job: Job, runId: string): Promise<Result<RunTables, OwnTableFailure>> {
  const run = await runById(job.database, job.connectionId, runId);
  if (!run) return err({ kind: 'notReady', message: `There is no run ${runId} to write into Airtable.` });
  if (!isWholeMonth({ period: { from: run.periodFrom, to: run.periodTo } }))
    return ok({ ...NOTHING, skipped: 'The tables in Airtable are by calendar month.' });
  const newest = await newestRun(job.database, job.connectionId, run);
  if (newest && newest.version > run.version)
    return ok({ ...NOTHING, skipped: `Version ${newest.version} of the month stands in Airtable.` });
  const source = sourceOf(run);
  const supplemented = await supplementFor(job, run);
  if (!supplemented.ok) return supplemented;
  const chart = await readChart(job);
  if (!chart.ok) return chart;
  const { supplement, ownerNames } = supplemented.value;
  const isApproved = await approvedOf(job, runId);
  const inScope = run.scope === 'all' ? null : new Set(source.input.properties.map((one) => one.propertyId));
  const rentRoll = await rentRollOf(job, source.month, chart.value, inScope);
  if (!rentRoll.ok) return rentRoll;
  const statements = statementRows(source, supplemented.value);
  const manual = await listManualNoi(job.database, job.connectionId, {
    ...{ month: source.month, basis: run.basis, limit: null },
  });
  const isNewerElsewhere = await newerElsewhere(job, source, supplement);
  const fill = async (
    table: OwnTable,
    rows: Map<string, OwnValues>,
    emptied?: OwnValues,
    ending = ` ${keyEnd(source)}`,
  ) => {
    const gone = emptied ? await emptiedRows(job, source, table, rows, emptied, ending) : [];
    const own = new Map([...rows, ...gone].filter(([key]) => !isNewerElsewhere(key)));
    const notMade = new Set(gone.map(([key]) => key));
    return { table, outcome: await upsertOwnRows(job, table, own, { notMade }) };
  };
  const fillStatements = async () => {
    const filled = await fill(ownerStatementsTable, statements.rows, NO_STATEMENT);
    const owners = new Map([...statements.owners].filter(([key]) => !isNewerElsewhere(key)));
    const attached = filled.outcome.ok
      ? await attachStatements(job, source, supplemented.value, owners)
      : ok(0);
    return { ...filled, attached };
  };
  // All at once: the last request of one leaves no gap before the first of the next.
  const [withFiles, ...others] = await Promise.all([
    fillStatements(),
    fill(noiTable, noiRows(source, new Map(manual.map((one) => [one.propertyId, one.noiCents])))),
    fill(ownerDrawsTable, drawRows(source, ownerNames, isApproved), NO_DRAW),
    fill(rentRollTable, rentRollRows(rentRoll.value), NO_LEASE_MONTH, rentRollKeyEnd(source.month)),
    fill(balanceSheetsTable, balanceRows(source, supplement)),
  ]);
  const tally: RunTables = { ...NOTHING, written: {}, problems: [] };
  for (const { table, outcome } of [...others, withFiles]) {
    if (!outcome.ok) return outcome;
    tally.written[table.name] = outcome.value.written.length;
    tally.problems.push(...problemsOf(table, outcome.value));
  }
  const { attached } = withFiles;
  return attached.ok ? ok({ ...tally, statementsUploaded: attached.value }) : attached;
}

/**
 * Which rows a later run has the say of: one of some properties beside one of all, or the other way round. An owner's
 * statement is left alone where that is so for one of the owner's properties.
 */
async function newerElsewhere(
  job: Job,
  { run, input }: RunSource,
  { owned }: RunSupplement,
): Promise<(key: string) => boolean> {
  const propertyIds = input.properties.map(({ propertyId }) => propertyId);
  const later = await laterRunsOf(job, run, propertyIds);
  const newer = new Set(later.flatMap((one) => one.propertyIds));
  return (key) => {
    const [, propertyId] = / ?property (\d+) /.exec(key) ?? [];
    const [, ownerId] = /^owner (\d+) /.exec(key) ?? [];
    if (propertyId !== undefined) return newer.has(Number(propertyId));
    return (owned[Number(ownerId)] ?? []).some((id) => newer.has(id));
  };
}

/** Whether an owner's draw of the run is approved; one that was withdrawn in whole is to be paid by nobody. */
async function approvedOf({ database, connectionId }: Job, runId: string): Promise<IsApproved> {
  if (!(await approvalsOf(database, connectionId, [runId])).has(runId)) return () => false;
  const withdrawn = (await listApprovedDraws(database, connectionId)).filter(
    (draw) => draw.runId === runId && draw.withdrawnCents >= draw.amountCents,
  );
  return (propertyId, ownerId) =>
    !withdrawn.some((draw) => draw.propertyId === propertyId && draw.ownerId === ownerId);
}

/** Rows of the month that an older version wrote and this one says nothing of: their amounts must not stay. */
async function emptiedRows(
  job: Job,
  source: RunSource,
  table: OwnTable,
  rows: ReadonlyMap<string, OwnValues>,
  emptied: OwnValues,
  ending: string,
): Promise<(readonly [key: string, values: OwnValues])[]> {
  // A run of some properties cannot tell which rows of the others still hold.
  if (source.run.scope !== 'all') return [];
  const written = await ownRowKeys(job.database, job.connectionId, table.name, ending);
  const findings = `No longer part of the month as of version ${source.run.version}.`;
  const values = { version: source.run.version, run: source.run.runId, findings, ...emptied };
  return written.filter((key) => !rows.has(key)).map((key) => [key, values] as const);
}

function problemsOf({ table, columns }: OwnTable, { refused, leftAlone }: OwnWriteOutcome): string[] {
  const used = Object.entries(leftAlone).filter(([key]) => columns.some((column) => column.key === key));
  return [
    ...refused.map(({ row, failure }) => `${table}, row "${row}": ${failure.message}`),
    ...used.map(([, problem]) => problem),
  ];
}
