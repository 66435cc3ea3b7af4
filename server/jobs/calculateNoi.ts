import { createHash } from 'node:crypto';
import { isPlainDate, type Period } from '../../shared/dates.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { calculate, type CalculationInput, type CalculationResult } from '../accounting/calculation.ts';
import {
  judgeBy,
  type CheckFinding,
  type CheckKind,
  type CheckRule,
  type Judge,
  type Override,
} from '../accounting/checks.ts';
import type { Chart } from '../accounting/classify.ts';
import { BASES, type Basis } from '../accounting/ledger.ts';
import type { NoiOptions } from '../accounting/noi.ts';
import type { CallFailure } from '../callFailure.ts';
import { keepRun, type CalculationRun } from '../db/calculationRuns.ts';
import { listConflicts } from '../db/conflicts.ts';
import { summarizeMarks } from '../db/marks.ts';
import { todayIn } from './calendar.ts';
import { gatherInput } from './calculationInput.ts';
import { nowOf, type Job } from './job.ts';
import { readChart } from './readChart.ts';
import { readLedger } from './readLedger.ts';
import { tieOutPeriod, type TieOutReport } from './tieOut.ts';

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

export type NoiRun = {
  run: CalculationRun;
  /** False: an earlier run had the very same input, and it is the answer. */
  isNew: boolean;
  result: CalculationResult;
  tieOut: TieOutReport;
  /** About the sync at this moment, not about the figures: no part of the run. */
  notices: CheckFinding[];
};

export type NoiFailure =
  | { kind: 'invalid'; message: string }
  | { kind: 'blocked'; message: string; findings: CheckFinding[] }
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
  const invalid = refusalOf(job, request);
  if (invalid) return err({ kind: 'invalid', message: invalid });
  const judge = judgeBy(request.rules ?? {}, request.override ?? null);
  const notices = await noticesOf(job, request, judge);
  const input = await provenInput(job, request);
  if (!input.ok) return err({ kind: 'buildium', message: input.error.message, failure: input.error });
  const unknown = unknownProperty(request, input.value.input);
  if (unknown !== null)
    return err({
      kind: 'invalid',
      message: `Property ${unknown} is not in Buildium, or the API key may not see it. Choose another.`,
    });
  const result = calculate(input.value.input);
  const blocking = [...notices, ...result.findings].filter(({ severity }) => severity === 'block');
  const isHeld = result.properties.length === 0 && result.heldPropertyIds.length > 0;
  if (isHeld || notices.some(({ severity }) => severity === 'block') || blocking.some(isAboutRun))
    return err({ kind: 'blocked', message: sayBlocked(blocking), findings: blocking });
  const kept = await keep(job, request, input.value.input, result);
  return ok({ ...kept, result, tieOut: input.value.tieOut, notices });
}

/** Reads and ties out until both saw the same books, or says that they do not agree. */
async function provenInput(
  job: Job,
  request: NoiRequest,
): Promise<Result<{ input: CalculationInput; tieOut: TieOutReport }, CallFailure>> {
  for (let reading = 1; ; reading += 1) {
    const chart = await readChart(job);
    if (!chart.ok) return chart;
    const tied = await readAndTieOut(job, request, chart.value);
    if (!tied.ok) return tied;
    if (!tied.value.isTied && reading < READINGS) continue;
    const input = await gatherInput(job, request, chart.value, tied.value);
    return input.ok ? ok({ input: input.value, tieOut: tied.value }) : input;
  }
}

async function readAndTieOut(
  job: Job,
  { period, basis, propertyIds }: NoiRequest,
  chart: Chart,
): Promise<Result<TieOutReport, CallFailure>> {
  const only = propertyIds ? { propertyIds } : {};
  // The other basis too: whether rent was charged is seen on the accrual basis only.
  const read = await readLedger(job, { period, bases: BASES, ...only });
  return read.ok ? tieOutPeriod(job, { period, basis, ...only }, chart) : read;
}

async function keep(
  job: Job,
  request: NoiRequest,
  input: CalculationInput,
  result: CalculationResult,
): Promise<{ run: CalculationRun; isNew: boolean }> {
  const text = JSON.stringify(input);
  const run = {
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
  };
  return job.database.transaction((tx) => keepRun(tx, job.connectionId, run));
}

export function scopeOf({ propertyIds }: Pick<NoiRequest, 'propertyIds'>): string {
  return propertyIds === undefined ? 'all' : [...new Set(propertyIds)].sort((a, b) => a - b).join(',');
}

function refusalOf(job: Job, { period, basis, propertyIds, override }: NoiRequest): string | null {
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
  const marks = await summarizeMarks(job.database, job.connectionId);
  for (const { resource, dirty, parked } of marks) {
    if (!MONEY_RESOURCES.has(resource) || dirty + parked === 0) continue;
    const what = `${dirty} of the ${resource} wait to be synced, ${parked} were given up`;
    notices.push(judge('unsyncedRecords', null, `${what}. See "npm run cli -- status".`));
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
