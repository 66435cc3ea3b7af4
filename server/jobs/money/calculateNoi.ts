import { createHash } from 'node:crypto';
import { isPlainDate, type Period } from '../../../shared/dates.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { distributionRulesTable } from '../../../shared/tables/distributionRules.ts';
import { calculate, type CalculationInput, type CalculationResult } from '../../accounting/calculation.ts';
import {
  judgeBy,
  type CheckFinding,
  type CheckKind,
  type CheckRule,
  type Judge,
  type Override,
} from '../../accounting/checks.ts';
import type { Chart } from '../../accounting/classify.ts';
import { BASES, type Basis } from '../../accounting/ledger.ts';
import type { NoiOptions } from '../../accounting/noi.ts';
import type { CallFailure } from '../../callFailure.ts';
import { keepRun, type CalculationRun } from '../../db/calculationRuns.ts';
import type { Queryable } from '../../db/database.ts';
import { listEnteredProblems } from '../../db/entered.ts';
import { listConflicts } from '../../db/conflictLists.ts';
import { summarizeMarks } from '../../db/markReports.ts';
import { todayIn } from '../calendar.ts';
import { gatherInput } from './calculationInput.ts';
import { nowOf, type Job } from '../job.ts';
import { readChart } from '../ledger/readChart.ts';
import { readLedger } from '../ledger/readLedger.ts';
import { tieOutPeriod, type TieOutReport } from '../ledger/tieOut.ts';
import { AWAITS_UNDO } from '../postponements.ts';
import { scopeOf } from './scope.ts';

export type NoiRequest = {
  period: Period;
  basis: Basis;
  /** Absent: all properties. */
  propertyIds?: readonly number[];
  requestedBy: string;
  options?: NoiOptions;
  rules?: Partial<Record<CheckKind, CheckRule>>;
  /** Goes on in spite of checks that block; kept with the run. */
  override?: Override;
};

/** Everything but the keeping: what is calculated and what it was calculated from. */
export type PreparedNoi = {
  input: CalculationInput;
  result: CalculationResult;
  tieOut: TieOutReport;
  /** About the sync at this moment, not about the figures: no part of the run. */
  notices: CheckFinding[];
};

export type NoiRun = Omit<PreparedNoi, 'input'> & {
  run: CalculationRun;
  /** False: an earlier run had the very same input, and it is the answer. */
  isNew: boolean;
};

/** The steps of a calculation, as people who wait for it are told. */
export const STEPS = [
  'Reading the ledger',
  'Proving it against the balances',
  'Reading owners, leases and cash',
  'Calculating',
] as const;
export type Step = (typeof STEPS)[number];
type OnStep = (step: Step) => Promise<void>;

export type NoiFailure =
  | { kind: 'invalid'; message: string }
  | { kind: 'blocked'; message: string; findings: CheckFinding[]; tieOut: TieOutReport }
  | { kind: 'buildium'; message: string; failure: CallFailure };

/** Reading and tying out are repeated so often when entries are posted between the two. */
const READINGS = 3;

/** Records whose being late can change the month's figures. */
const MONEY_RESOURCES: ReadonlySet<string> = new Set(['transactions', 'bills', 'billPayments', 'leases']);

/**
 * Net operating income of a period: reads the ledger, proves it against Buildium's balances, checks the data, calculates
 * and keeps the run as a version that never changes. A property that a check blocks is left out and named; when every
 * property is blocked, nothing is kept.
 */
export async function calculateNoi(job: Job, request: NoiRequest): Promise<Result<NoiRun, NoiFailure>> {
  const prepared = await prepareNoi(job, request, async () => {});
  if (!prepared.ok) return prepared;
  const { input, ...seen } = prepared.value;
  const kept = await job.database.transaction((tx) => keepNoi(tx, job, request, { input, ...seen }));
  return ok({ ...seen, ...kept });
}

/** Calculates without keeping anything. */
export async function prepareNoi(
  job: Job,
  request: NoiRequest,
  onStep: OnStep,
): Promise<Result<PreparedNoi, NoiFailure>> {
  const invalid = refusalOf(job, request);
  if (invalid) return err({ kind: 'invalid', message: invalid });
  const judge = judgeBy(request.rules ?? {}, request.override ?? null);
  const notices = await noticesOf(job, request, judge);
  const proven = await provenInput(job, request, onStep);
  if (!proven.ok) return err({ kind: 'buildium', message: proven.error.message, failure: proven.error });
  const { input, tieOut } = proven.value;
  const unknown = unknownProperty(request, input);
  if (unknown !== null)
    return err({
      kind: 'invalid',
      message: `Property ${unknown} is not in Buildium, or the API key may not see it. Choose another.`,
    });
  await onStep('Calculating');
  const result = calculate(input);
  const blocking = [...notices, ...result.findings].filter(({ severity }) => severity === 'block');
  const isHeld = result.properties.length === 0 && result.heldPropertyIds.length > 0;
  if (isHeld || notices.some(({ severity }) => severity === 'block') || blocking.some(isAboutRun))
    return err({ kind: 'blocked', message: sayBlocked(blocking), findings: blocking, tieOut });
  return ok({ input, result, tieOut, notices });
}

/** Reads and ties out until both saw the same books, or says that they do not agree. */
export async function provenInput(
  job: Job,
  request: NoiRequest,
  onStep: OnStep,
): Promise<Result<{ input: CalculationInput; tieOut: TieOutReport }, CallFailure>> {
  for (let reading = 1; ; reading += 1) {
    const chart = await readChart(job);
    if (!chart.ok) return chart;
    const tied = await readAndTieOut(job, request, chart.value, onStep);
    if (!tied.ok) return tied;
    if (!tied.value.isTied && reading < READINGS) continue;
    await onStep('Reading owners, leases and cash');
    const input = await gatherInput(job, request, chart.value, tied.value);
    return input.ok ? ok({ input: input.value, tieOut: tied.value }) : input;
  }
}

async function readAndTieOut(
  job: Job,
  { period, basis, propertyIds }: NoiRequest,
  chart: Chart,
  onStep: OnStep,
): Promise<Result<TieOutReport, CallFailure>> {
  const only = propertyIds ? { propertyIds } : {};
  await onStep('Reading the ledger');
  // The other basis too: whether rent was charged is seen on the accrual basis only.
  const read = await readLedger(job, { period, bases: BASES, ...only });
  if (!read.ok) return read;
  await onStep('Proving it against the balances');
  return tieOutPeriod(job, { period, basis, ...only }, chart);
}

/** Keeps what was calculated, in the caller's transaction. */
export async function keepNoi(
  tx: Queryable,
  job: Pick<Job, 'connectionId' | 'clock' | 'newId'>,
  request: NoiRequest,
  { input, result }: Pick<PreparedNoi, 'input' | 'result'>,
): Promise<{ run: CalculationRun; isNew: boolean }> {
  const text = JSON.stringify(input);
  return keepRun(tx, job.connectionId, {
    runId: job.newId(),
    basis: request.basis,
    periodFrom: request.period.from,
    periodTo: request.period.to,
    scope: scopeOf(request),
    inputHash: createHash('sha256').update(text).digest('hex'),
    input: text,
    result: JSON.stringify(result),
    requestedBy: request.requestedBy,
    createdAt: nowOf(job),
  });
}

/** Why a request cannot be calculated, whatever the books hold. */
export function refusalOf(
  job: Pick<Job, 'clock' | 'timeZone'>,
  { period, basis, propertyIds, override }: Pick<NoiRequest, 'period' | 'basis' | 'propertyIds' | 'override'>,
): string | null {
  if (!BASES.includes(basis)) return `The basis "${String(basis)}" is not known: use cash or accrual.`;
  if (!isPlainDate(period.from) || !isPlainDate(period.to) || period.from > period.to)
    return `The period ${period.from} to ${period.to} is not one: give two calendar days, the earlier first.`;
  const today = todayIn(job);
  if (period.from > today)
    return `The period begins on ${period.from}, and today is ${today}. Choose one that has begun.`;
  if (propertyIds?.length === 0) return 'The list of properties is empty. Name one, or leave it out for all.';
  if (override && (override.by.trim() === '' || override.reason.trim() === ''))
    return 'An override needs the name of who decides and the reason. Give both.';
  return null;
}

function unknownProperty({ propertyIds }: NoiRequest, { properties }: CalculationInput): number | null {
  const known = new Set(properties.map(({ propertyId }) => propertyId));
  return propertyIds?.find((id) => !known.has(id)) ?? null;
}

async function noticesOf(job: Job, { period }: NoiRequest, judge: Judge): Promise<CheckFinding[]> {
  const notices: CheckFinding[] = [];
  const open = await listConflicts(job.database, job.connectionId, {
    state: 'open',
    resource: null,
    afterId: null,
    limit: 100,
  });
  if (open.length > 0)
    notices.push(
      judge(
        'openConflicts',
        null,
        `${open.length === 100 ? '100 or more' : open.length} conflicts between Buildium and Airtable are open. Decide them first.`,
      ),
    );
  const marks = await summarizeMarks(job.database, job.connectionId, AWAITS_UNDO);
  for (const { resource, dirty, parked } of marks) {
    if (!MONEY_RESOURCES.has(resource) || dirty + parked === 0) continue;
    const what = `${dirty} of the ${resource} wait to be synced, ${parked} were given up`;
    notices.push(judge('unsyncedRecords', null, `${what}. See "npm run cli -- status".`));
  }
  for (const { name, message } of await listEnteredProblems(job.database, job.connectionId)) {
    // A rule that is left out would draw too much; a share that is left out shows where shares are added up.
    const check = name === distributionRulesTable.name ? 'distributionRule' : 'enteredRow';
    notices.push(judge(check, null, message));
  }
  if (period.to >= todayIn(job))
    notices.push(
      judge('periodNotOver', null, `The period ends on ${period.to}: entries may still be posted in it.`),
    );
  return notices;
}

function isAboutRun({ propertyId }: CheckFinding): boolean {
  return propertyId === null;
}

function sayBlocked(findings: readonly CheckFinding[]): string {
  const [first] = findings;
  const more = findings.length > 1 ? ` ${findings.length - 1} more findings stand in the list.` : '';
  return `Nothing was calculated. ${first?.message ?? ''}${more}`;
}
