import { ok, unreachable, type Result } from '../../../shared/result.ts';
import type { CalculationResult } from '../../accounting/calculation.ts';
import type { CallFailure } from '../../callFailure.ts';
import {
  attachRun,
  claimCalculation,
  extendCalculation,
  finishCalculation,
  insertCalculation,
  noteProgress,
  returnCalculation,
  type CalculationEnd,
  type CalculationKind,
  type CalculationRow,
} from '../../db/calculations.ts';
import type { Transaction } from '../../db/database.ts';
import { lockCarried } from '../../db/restatements.ts';
import { knowsCarried } from './carriedAdjustments.ts';
import { keepNoi, prepareNoi, STEPS, type NoiFailure, type NoiRequest } from './calculateNoi.ts';
import type { CalculationReport, CalculationRequest, CalculationTotals } from './calculationReport.ts';
import { CLAIM_MS, holding } from '../holding.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { readLockDates } from './lockDates.ts';
import { readEntered } from '../entered/entered.ts';
import { notifyOfCalculation } from './notifyOfCalculation.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { propertiesOfOwners } from './owners.ts';
import type { TieOutReport } from '../ledger/tieOut.ts';
import { hasSynced } from '../runs.ts';
import { flagRestatements } from './restatementFlags.ts';
import { isNeeded } from '../isNeeded.ts';

/** A side that does not answer is asked again after this time. */
const AGAIN_MS = 60_000;

/** The calculation was taken over by another process, whose result counts. */
class LostClaim extends Error {
  override name = 'LostClaim';
}

/** Writes a calculation down and wakes a worker for it. @returns null when the schedule has asked for it before. */
export async function startCalculation(
  job: Job,
  asked: {
    kind: CalculationKind;
    request: CalculationRequest;
    by: string;
    scheduleKey?: string;
  },
): Promise<{ calculationId: string } | null> {
  const calculationId = job.newId();
  const inserted = await job.database.transaction(async (tx) => {
    const isNew = await insertCalculation(tx, job.connectionId, {
      calculationId,
      kind: asked.kind,
      state: 'queued',
      periodFrom: asked.request.period.from,
      periodTo: asked.request.period.to,
      request: asked.request,
      requestedBy: asked.by,
      requestedAt: nowOf(job),
      scheduleKey: asked.scheduleKey ?? null,
    });
    if (isNew) await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'calculations' });
    return isNew;
  });
  return inserted ? { calculationId } : null;
}

/** Calculates everything that waits, oldest first; any process may do it, and each is done once. */
export async function advanceCalculations(job: Job): Promise<void> {
  while (!job.isStopping()) {
    const claim = { owner: job.owner, now: nowOf(job), until: laterBy(job, CLAIM_MS) };
    const row = await job.database.transaction((tx) => claimCalculation(tx, job.connectionId, claim));
    if (!row) return;
    try {
      const { calculationId } = row;
      const renew = () =>
        extendCalculation(job.database, job.connectionId, {
          calculationId,
          owner: job.owner,
          until: laterBy(job, CLAIM_MS),
        });
      await holding(job, renew, () => advance(job, row));
    } catch (error) {
      if (error instanceof LostClaim) continue;
      // The queue tries again at once; the claim must not make it wait.
      await giveBack(job, row, row.problem, nowOf(job)).catch(() => undefined);
      throw error;
    }
  }
}

async function advance(job: Job, row: CalculationRow): Promise<void> {
  // What people ask for is checked at the door; this is our own text.
  const request = row.request as CalculationRequest;
  if (row.runId === null) {
    const isKept = await calculate(job, row, request);
    if (!isKept) return;
  }
  await finish(job, row, { state: 'finished', problem: null });
}

/** @returns whether there is a run whose results can be shown. */
async function calculate(job: Job, row: CalculationRow, request: CalculationRequest): Promise<boolean> {
  const entered = await readEnteredRows(job);
  if (!entered.ok) {
    if (MAY_PASS.has(entered.error.kind)) await again(job, row, entered.error.message);
    else await finish(job, row, { state: 'failed', problem: entered.error.message });
    return false;
  }
  const scoped = await noiRequestOf(job, row, request);
  if (!scoped.ok) return failed(job, row, scoped.error);
  const need = await isNeeded(job, row, scoped.value);
  if (!need.ok) return failed(job, row, buildium(need.error));
  if (!need.value) {
    await finish(job, row, { state: 'notNeeded', problem: null });
    return false;
  }
  const prepared = await prepareNoi(job, scoped.value, (step) => progress(job, row, step));
  if (!prepared.ok) return failed(job, row, prepared.error);
  const lockDates = await readLockDates(job);
  if (!lockDates.ok) return failed(job, row, buildium(lockDates.error));
  const { notices, result, tieOut } = prepared.value;
  const findings = [...notices, ...result.findings];
  const seen = { findings, totals: totalsOf(result), tieOut: provenBy(tieOut), lockDates: lockDates.value };
  if (request.dryRun) {
    const dry = {
      input: JSON.stringify(prepared.value.input),
      result: JSON.stringify(prepared.value.result),
    };
    await finish(job, row, { state: 'finished', problem: null, report: { ...seen, isNew: true }, dry });
    return false;
  }
  const isKept = await job.database.transaction(async (tx) => {
    await lockCarried(tx, job.connectionId);
    if (!(await knowsCarried({ database: tx, connectionId: job.connectionId }, prepared.value.input)))
      return false;
    const kept = await keepNoi(tx, job, scoped.value, prepared.value);
    const now = nowOf(job);
    const attached = { calculationId: row.calculationId, owner: job.owner, runId: kept.run.runId, now };
    const report: CalculationReport = { ...seen, isNew: kept.isNew };
    // A run without its calculation would be found by nobody: both are there, or neither.
    if (!(await attachRun(tx, job.connectionId, { ...attached, report }))) throw new LostClaim();
    await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runTables' });
    row.runId = kept.run.runId;
    row.report = report;
    return true;
  });
  if (!isKept) {
    await again(job, row, 'A difference was carried into or out of the month while it was calculated.');
    return false;
  }
  await flagRestatements(job, { from: request.period.from, to: request.period.to });
  return true;
}

/** What people entered in Airtable, as it stands now. Before the first sync there is nothing that they could link to. */
async function readEnteredRows(job: Job): Promise<Result<null, OwnTableFailure>> {
  if (!(await hasSynced(job))) return ok(null);
  const read = await readEntered(job);
  return read.ok ? ok(null) : read;
}

async function noiRequestOf(
  job: Job,
  row: CalculationRow,
  request: CalculationRequest,
): Promise<Result<NoiRequest, NoiFailure>> {
  const owned = request.ownerIds && (await propertiesOfOwners(job, request.ownerIds, request.period));
  if (owned?.ok === false) return owned;
  const propertyIds = request.propertyIds ?? owned?.value ?? null;
  return ok({
    period: request.period,
    basis: request.basis,
    requestedBy: row.requestedBy,
    options: { capitalAboveTheLine: job.settings.capitalAboveTheLine },
    rules: job.settings.checkRules,
    ...(propertyIds ? { propertyIds } : {}),
    ...(request.override ? { override: request.override } : {}),
  });
}

async function progress(job: Job, row: CalculationRow, step: (typeof STEPS)[number]): Promise<void> {
  const kept = await noteProgress(job.database, job.connectionId, {
    calculationId: row.calculationId,
    owner: job.owner,
    until: laterBy(job, CLAIM_MS),
    progress: { step, done: STEPS.indexOf(step), of: STEPS.length },
  });
  if (!kept) throw new LostClaim();
}

/** @returns false: there is no run. */
async function failed(job: Job, row: CalculationRow, failure: NoiFailure): Promise<false> {
  switch (failure.kind) {
    case 'invalid':
      await finish(job, row, { state: 'failed', problem: failure.message });
      return false;
    case 'blocked': {
      const { findings, tieOut, message } = failure;
      const report = { findings, totals: null, tieOut: provenBy(tieOut), lockDates: null, isNew: false };
      await finish(job, row, { state: 'blocked', problem: message, report });
      return false;
    }
    case 'buildium':
      if (MAY_PASS.has(failure.failure.kind)) await again(job, row, failure.message);
      else await finish(job, row, { state: 'failed', problem: failure.message });
      return false;
    default:
      return unreachable(failure);
  }
}

const MAY_PASS: ReadonlySet<OwnTableFailure['kind']> = new Set([
  'rateLimited',
  'quotaExhausted',
  'unavailable',
]);

async function again(job: Job, row: CalculationRow, message: string): Promise<void> {
  await giveBack(job, row, `${message} It is tried again in a minute.`, laterBy(job, AGAIN_MS));
}

/** From then on whoever comes first may take it. */
async function giveBack(
  job: Job,
  { calculationId }: CalculationRow,
  problem: string | null,
  notBefore: string,
): Promise<void> {
  const claim = { calculationId, owner: job.owner, problem, notBefore };
  await returnCalculation(job.database, job.connectionId, claim);
}

async function finish(
  job: Job,
  row: CalculationRow,
  end: Pick<CalculationEnd, 'state' | 'problem'> & {
    report?: CalculationReport;
    dry?: CalculationEnd['dry'];
  },
): Promise<void> {
  const report = end.report ?? (row.report as CalculationReport | null);
  await job.database.transaction(async (tx: Transaction) => {
    const now = nowOf(job);
    const ended = await finishCalculation(tx, job.connectionId, {
      calculationId: row.calculationId,
      owner: job.owner,
      state: end.state,
      problem: end.problem,
      finishedAt: now,
      report,
      runId: row.runId,
      dry: end.dry ?? null,
    });
    if (!ended) throw new LostClaim();
    if (end.state !== 'notNeeded') await notifyOfCalculation(tx, job, { row, report, ...end }, now);
  });
}

function provenBy({ closing: _balances, ...tieOut }: TieOutReport): CalculationReport['tieOut'] {
  return tieOut;
}

function totalsOf({ properties, heldPropertyIds, portfolio, checks }: CalculationResult): CalculationTotals {
  const { incomeCents, expenseCents, noiCents } = portfolio;
  const isDrawn = properties.some(({ draw }) => draw !== null);
  return {
    properties: properties.length,
    heldProperties: heldPropertyIds.length,
    incomeCents,
    expenseCents,
    noiCents,
    drawCents: isDrawn ? checks.reduce((sum, { checkCents }) => sum + checkCents, 0) : null,
  };
}

function buildium(failure: CallFailure): NoiFailure {
  return { kind: 'buildium', message: failure.message, failure };
}
