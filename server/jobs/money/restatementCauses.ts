import { DateTime } from 'luxon';
import * as z from 'zod';
import { ok, type Result } from '../../../shared/result.ts';
import type { Chart } from '../../accounting/classify.ts';
import type { Correction } from '../../accounting/corrections.ts';
import {
  describeEntry,
  describeRestatement,
  describeRestored,
  type Restatement,
  type Restored,
} from '../../accounting/restatement.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { CalculationRun } from '../../db/calculationRuns.ts';
import { linksByEntity } from '../../db/links.ts';
import type { Job } from '../job.ts';
import { LEDGER_CALLS, parse } from '../ledger/ledgerSource.ts';
import { monthInWords } from './tables/words.ts';

/** What is no longer as the run counted it: a transaction, or something that people entered. */
export type RunChange = Pick<Restatement, 'propertyId' | 'noiCents'> & {
  sentence: string;
} & (
    | { kind: Restatement['kind'] | 'restored'; transactionId: number }
    | { kind: Correction['kind']; transactionId: null }
  );

/** Beyond these a list names no day of change: one request each is too much for a month that was entered anew. */
const CAUSES_AT_MOST = 50;

const wireTransaction = z.looseObject({
  TransactionType: z.string().nullish(),
  LastUpdatedDateTime: z.string().nullish(),
});

/** Each change with its sentence, for which Buildium and then the sync are asked what the transaction is. */
export async function nameCauses(
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

/** The flag holds what the transaction does to the month, which is nothing: what was carried stands open beside it. */
export async function nameRestored(
  job: Job,
  run: CalculationRun,
  restored: readonly Restored[],
  chart: Chart,
): Promise<Result<RunChange[], CallFailure>> {
  const named: RunChange[] = [];
  for (const [index, one] of restored.entries()) {
    const { propertyId, transactionId, intoMonths } = one;
    const asked: Changed = { transactionId, kind: 'edited', before: [] };
    const known = index < CAUSES_AT_MOST ? await causeOf(job, run, asked, chart) : ok(UNKNOWN);
    if (!known.ok) return known;
    const sentence = describeRestored(one, run.periodFrom, known.value, intoMonths.map(monthInWords));
    named.push({ propertyId, transactionId, kind: 'restored', noiCents: 0, sentence });
  }
  return ok(named);
}

type Changed = Pick<Restatement, 'transactionId' | 'kind' | 'before'>;

type Cause = Parameters<typeof describeRestatement>[2];

/** Buildium's clock and ours. */
const CLOCKS_APART = { minutes: 5 };

const UNKNOWN: Cause = { type: null, changedOn: null, isMoved: false, was: null };

async function causeOf(
  job: Job,
  { createdAt }: CalculationRun,
  change: Changed,
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
async function deleted(job: Job, change: Changed, chart: Chart): Promise<Cause> {
  const id = String(change.transactionId);
  const link = (await linksByEntity(job.database, job.connectionId, 'transactions', [id])).get(id);
  const { type, checkNumber, memo } = known.parse(link?.syncedBuildium ?? {});
  const words = [checkNumber && `number ${checkNumber}`, memo && `“${memo}”`].filter(Boolean);
  const was = words.length > 0 ? words.join(', ') : describeEntry(change, chart);
  return { ...UNKNOWN, type: type ?? null, was };
}
