import { DateTime } from 'luxon';
import * as z from 'zod';
import type { Period, PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CalculationInput, CalculationResult } from '../../accounting/calculation.ts';
import type { MarkedAccounts } from '../../accounting/bookCash.ts';
import type { Chart } from '../../accounting/classify.ts';
import { corrections, type Correction } from '../../accounting/corrections.ts';
import { isIn, type LedgerEntry } from '../../accounting/ledger.ts';
import { ownershipSegments, type Segment } from '../../accounting/ownership.ts';
import {
  altersFigures,
  describeEntry,
  describeRestatement,
  restatements,
  type Restatement,
} from '../../accounting/restatement.ts';
import type { CallFailure } from '../../callFailure.ts';
import { newestPeriodEnd, newestRunIds, runById, type CalculationRun } from '../../db/calculationRuns.ts';
import { ledgerEntries } from '../../db/ledgerEntries.ts';
import { linksByEntity } from '../../db/links.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from '../ledger/ledgerSource.ts';
import { readChart } from '../ledger/readChart.ts';
import { readBankMarks } from './bankMarks.ts';
import { readEnteredNow } from './enteredNow.ts';

export type RunRestatement = {
  run: CalculationRun;
  /** What the net operating income of the run's properties would be today, less what the run says. */
  differenceCents: Cents;
  changes: RunChange[];
};

/** What is no longer as the run counted it: a transaction, or something that people entered. */
export type RunChange = Pick<Restatement, 'propertyId' | 'noiCents'> & {
  sentence: string;
} & (
    | { kind: Restatement['kind']; transactionId: number }
    | { kind: Correction['kind']; transactionId: null }
  );

/** Beyond these a list names no day of change: one request each is too much for a month that was entered anew. */
const CAUSES_AT_MOST = 50;

const wireTransaction = z.looseObject({
  TransactionType: z.string().nullish(),
  LastUpdatedDateTime: z.string().nullish(),
});

/**
 * Runs whose month is no longer what they counted, newest version of each: entries added, deleted or edited since, or
 * counted in another class; shares, managed days, allocations, rules and bank accounts that are entered otherwise. It
 * compares with the stored ledger, which the nightly comparison keeps true.
 */
export async function restatementsOf(
  job: Job,
  ending: { from: PlainDate; to: PlainDate },
): Promise<Result<RunRestatement[], CallFailure>> {
  const chart = await readChart(job);
  if (!chart.ok) return chart;
  const marks = await readBankMarks(job);
  if (!marks.ok) return marks;
  const found: RunRestatement[] = [];
  for await (const { run, changes, corrected } of changedRuns(job, ending, chart.value, marks.value)) {
    const named = await nameCauses(job, run, changes, chart.value);
    if (!named.ok) return named;
    const all = [...named.value, ...corrected.map((one) => ({ ...one, transactionId: null }))];
    const differenceCents = all.reduce((sum, change) => sum + change.noiCents, 0);
    found.push({ run, differenceCents, changes: all });
  }
  return ok(found);
}

/** The same from what is stored alone. One run at a time: each carries every entry that it counted. */
export async function* changedRuns(
  job: Pick<Job, 'database' | 'connectionId'>,
  ending: { from: PlainDate; to: PlainDate },
  chart: Chart,
  marks: MarkedAccounts,
): AsyncGenerator<{ run: CalculationRun; changes: Restatement[]; corrected: Correction[] }> {
  const entered = { ...(await readEnteredNow(job)), marks };
  const newestPeriodTo = await newestPeriodEnd(job.database, job.connectionId);
  for (const runId of await newestRunIds(job.database, job.connectionId, ending)) {
    const run = await runById(job.database, job.connectionId, runId);
    if (!run) continue;
    // Our own text, immutable since it was written.
    const input = JSON.parse(run.input) as CalculationInput;
    const changes = await changesOf(job, run, input, chart);
    const corrected = corrections(input, entered, run.periodTo === newestPeriodTo);
    if (changes.length + corrected.length > 0) yield { run, changes, corrected };
  }
}

async function changesOf(
  job: Pick<Job, 'database' | 'connectionId'>,
  run: CalculationRun,
  input: CalculationInput,
  chart: Chart,
): Promise<Restatement[]> {
  const result = JSON.parse(run.result) as CalculationResult;
  const counted = new Map(result.properties.map(({ propertyId, period }) => [propertyId, period]));
  const isCounted = (entry: LedgerEntry): boolean => {
    const period = counted.get(entry.propertyId);
    return period !== undefined && isIn(period, entry.day);
  };
  const scope = {
    basis: run.basis,
    from: run.periodFrom,
    to: run.periodTo,
    propertyIds: [...counted.keys()],
  };
  const now = await ledgerEntries(job.database, job.connectionId, scope);
  const then: Chart = new Map(input.accounts.map((account) => [account.glAccountId, account]));
  const entries = (all: readonly LedgerEntry[]): LedgerEntry[] =>
    all.filter(isCounted).map(({ propertyId, glAccountId, day, transactionId, amountCents }) => ({
      propertyId,
      glAccountId,
      day,
      transactionId,
      amountCents,
    }));
  // An account that has left the chart since keeps the class that the run gave it.
  const known: Chart = new Map([...then, ...chart]);
  const countedBooks = { entries: entries(input.entries), chart: then, options: input.options };
  const booksNow = { entries: entries(now), chart: known, options: input.options };
  return restatements(countedBooks, booksNow).filter((change) =>
    altersFigures(change, countedBooks, booksNow, segmentsOf(input, counted, change.propertyId)),
  );
}

/** The stretches of constant percentages; none where the shares did not add up and somebody went on. */
function segmentsOf(
  { properties }: CalculationInput,
  counted: ReadonlyMap<number, Period>,
  propertyId: number,
): readonly Segment[] {
  const property = properties.find((one) => one.propertyId === propertyId);
  const period = counted.get(propertyId);
  if (!property || !period) return [];
  const segments = ownershipSegments(property, property.ownership, period);
  return segments.ok ? segments.value : [];
}

async function nameCauses(
  job: Job,
  run: CalculationRun,
  changes: readonly Restatement[],
  chart: Chart,
): Promise<Result<RunChange[], CallFailure>> {
  const named: RunChange[] = [];
  for (const [index, change] of changes.entries()) {
    const known = index < CAUSES_AT_MOST ? await causeOf(job, run, change, chart) : ok(UNKNOWN);
    if (!known.ok) return known;
    named.push({ ...change, sentence: describeRestatement(change, run.periodFrom, known.value) });
  }
  return ok(named);
}

type Cause = Parameters<typeof describeRestatement>[2];

/** Buildium's clock and ours. */
const CLOCKS_APART = { minutes: 5 };

const UNKNOWN: Cause = { type: null, changedOn: null, isMoved: false, was: null };

async function causeOf(
  job: Job,
  { createdAt }: CalculationRun,
  change: Restatement,
  chart: Chart,
): Promise<Result<Cause, CallFailure>> {
  const { transactionId, kind } = change;
  if (kind === 'reclassed') return ok(UNKNOWN);
  const path = `/v1/generalledger/transactions/${transactionId}`;
  const answer = await job.buildium.get(path, {}, LEDGER_CALLS);
  // A deleted transaction says no more when that was.
  if (!answer.ok) return answer.error.kind === 'notFound' ? ok(await deleted(job, change, chart)) : answer;
  const transaction = parse(path, wireTransaction, answer.value);
  if (!transaction.ok) return transaction;
  const { TransactionType, LastUpdatedDateTime } = transaction.value;
  const changed = LastUpdatedDateTime ? DateTime.fromISO(LastUpdatedDateTime, { zone: 'utc' }) : null;
  return ok({
    ...{ type: TransactionType ?? null, was: null },
    changedOn: changed?.setZone(job.timeZone).toISODate() ?? null,
    isMoved:
      kind === 'edited' && changed !== null && changed < DateTime.fromISO(createdAt).minus(CLOCKS_APART),
  });
}

const known = z.looseObject({
  type: z.string().nullish(),
  checkNumber: z.string().nullish(),
  memo: z.string().nullish(),
});

/** What the sync knew of it last; else the entry that the run counted. */
async function deleted(job: Job, change: Restatement, chart: Chart): Promise<Cause> {
  const id = String(change.transactionId);
  const link = (await linksByEntity(job.database, job.connectionId, 'transactions', [id])).get(id);
  const { type, checkNumber, memo } = known.parse(link?.syncedBuildium ?? {});
  const words = [checkNumber && `number ${checkNumber}`, memo && `“${memo}”`].filter(Boolean);
  const was = words.length > 0 ? words.join(', ') : describeEntry(change, chart);
  return { ...UNKNOWN, type: type ?? null, was };
}
