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
  restatements,
  type Restatement,
  type Restored,
} from '../../accounting/restatement.ts';
import type { CallFailure } from '../../callFailure.ts';
import { newestPeriodEnd, newestRunIds, runById, type CalculationRun } from '../../db/calculationRuns.ts';
import { ledgerEntries } from '../../db/ledgerEntries.ts';
import { listCarried } from '../../db/restatements.ts';
import type { Job } from '../job.ts';
import { readChart } from '../ledger/readChart.ts';
import { readBankMarks } from './bankMarks.ts';
import { carriedSince, restoredOf } from './carriedAdjustments.ts';
import { readEnteredNow } from './enteredNow.ts';
import { nameCauses, nameRestored, type RunChange } from './restatementCauses.ts';

export type RunRestatement = {
  run: CalculationRun;
  /** What the net operating income of the run's properties would be today, less what the run says. */
  differenceCents: Cents;
  changes: RunChange[];
};

/**
 * Runs whose month is no longer what they counted, newest version of each: entries added, deleted or edited since, or
 * counted in another class; shares, managed days, allocations, rules and bank accounts that are entered otherwise; what
 * was carried forward for a transaction that has changed back. It compares with the stored ledger, which the nightly
 * comparison keeps true.
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
  for await (const changed of changedRuns(job, ending, chart.value, marks.value)) {
    const { run, changes, corrected, restored } = changed;
    const named = await nameCauses(job, run, changes, chart.value);
    if (!named.ok) return named;
    const back = await nameRestored(job, run, restored, chart.value);
    if (!back.ok) return back;
    const all = [...named.value, ...back.value, ...corrected.map((one) => ({ ...one, transactionId: null }))];
    const differenceCents = all.reduce((sum, change) => sum + change.noiCents, 0);
    found.push({ run, differenceCents, changes: all });
  }
  return ok(found);
}

type ChangedRun = {
  run: CalculationRun;
  changes: Restatement[];
  corrected: Correction[];
  restored: Restored[];
};

/** The same from what is stored alone. One run at a time: each carries every entry that it counted. */
export async function* changedRuns(
  job: Pick<Job, 'database' | 'connectionId'>,
  ending: { from: PlainDate; to: PlainDate },
  chart: Chart,
  marks: MarkedAccounts,
): AsyncGenerator<ChangedRun> {
  const carried = await listCarried(job.database, job.connectionId);
  const entered = { ...(await readEnteredNow(job)), marks };
  const newestPeriodTo = await newestPeriodEnd(job.database, job.connectionId);
  for (const runId of await newestRunIds(job.database, job.connectionId, ending)) {
    const run = await runById(job.database, job.connectionId, runId);
    if (!run) continue;
    // Our own text, immutable since it was written.
    const input = JSON.parse(run.input) as CalculationInput;
    const counted = countedPeriods(run);
    const changes = await changesOf(job, run, input, counted, chart);
    const corrected = corrections(input, entered, run.periodTo === newestPeriodTo);
    const restored = restoredOf(
      carriedSince(carried, run).filter(({ propertyId }) => counted.has(propertyId)),
      changes,
    );
    if (changes.length + corrected.length + restored.length > 0) yield { run, changes, corrected, restored };
  }
}

/** Each property that the run counted, with its managed days. */
function countedPeriods(run: CalculationRun): Map<number, Period> {
  const result = JSON.parse(run.result) as CalculationResult;
  return new Map(result.properties.map(({ propertyId, period }) => [propertyId, period]));
}

async function changesOf(
  job: Pick<Job, 'database' | 'connectionId'>,
  run: CalculationRun,
  input: CalculationInput,
  counted: ReadonlyMap<number, Period>,
  chart: Chart,
): Promise<Restatement[]> {
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
