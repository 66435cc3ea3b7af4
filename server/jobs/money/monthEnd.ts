import { DateTime } from 'luxon';
import {
  addDays,
  addMonths,
  firstDayOfMonth,
  lastDayOfMonth,
  type PlainDate,
} from '../../../shared/dates.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { BASES } from '../../accounting/ledger.ts';
import type { CallFailure } from '../../callFailure.ts';
import { knownScheduleKeys } from '../../db/calculations.ts';
import { newestRun } from '../../db/calculationRuns.ts';
import { connectionById } from '../../db/connections.ts';
import type { CalculationRequest } from './calculationReport.ts';
import { startCalculation } from './calculations.ts';
import { historyFrom, todayIn } from '../calendar.ts';
import { nowOf, type Job } from '../job.ts';
import { compareMonths } from '../ledger/readLedger.ts';
import { overrideOf } from './overrideOf.ts';
import { flagRestatements } from './restatementFlags.ts';

/** Months whose end passed while no server ran are made up for, as far back as this. */
const MONTHS_CAUGHT_UP = 12;

export type DueCalculation = { kind: 'monthEnd' | 'afterClose'; month: PlainDate; scheduleKey: string };

/** What the calendar asks for and nobody has asked for yet, oldest first. */
export async function dueCalculations(job: Job): Promise<DueCalculation[]> {
  if (!job.settings.monthEndRuns) return [];
  const connection = await connectionById(job.database, job.connectionId);
  const now = nowOf(job);
  const thisMonth = firstDayOfMonth(todayIn(job));
  const due: DueCalculation[] = [];
  for (let back = MONTHS_CAUGHT_UP; back >= 0; back -= 1) {
    const month = addMonths(thisMonth, -back);
    const endsAt = momentIn(job, lastDayOfMonth(month), '23:59');
    // What ended before the connection was made was never this server's to calculate.
    if (endsAt > now || (connection && endsAt < connection.createdAt)) continue;
    due.push({ kind: 'monthEnd', month, scheduleKey: `monthEnd ${month}` });
    const closedOn = addDays(lastDayOfMonth(month), job.settings.closedAfterDays);
    if (momentIn(job, closedOn, job.settings.nightlyAt) <= now)
      due.push({ kind: 'afterClose', month, scheduleKey: `afterClose ${month}` });
  }
  const keys = due.map(({ scheduleKey }) => scheduleKey);
  const known = await knownScheduleKeys(job.database, job.connectionId, keys);
  return due.filter(({ scheduleKey }) => !known.has(scheduleKey));
}

/** Asks for everything that is due. Two processes that do it at once ask for it once. */
export async function scheduleCalculations(job: Job): Promise<void> {
  for (const { kind, month, scheduleKey } of await dueCalculations(job)) {
    const period = { from: month, to: lastDayOfMonth(month) };
    const basis = job.settings.accountingBasis;
    const key = { basis, periodFrom: period.from, periodTo: period.to, scope: 'all' };
    const before = kind === 'afterClose' ? await newestRun(job.database, job.connectionId, key) : null;
    const request: CalculationRequest = {
      ...{ period, basis },
      propertyIds: null,
      ownerIds: null,
      dryRun: false,
      // What a person went on in spite of is no reason to hold the property once more.
      override: before && overrideOf(before),
      reason: null,
    };
    await startCalculation(job, { kind, request, by: 'schedule', scheduleKey });
  }
}

/**
 * The guarantee behind every figure: each month's balances against the stored ledger, however old, and every run
 * against what its month has become.
 */
export async function keepLedgerTrue(job: Job): Promise<Result<null, CallFailure>> {
  const today = todayIn(job);
  const period = { from: historyFrom(job, today), to: lastDayOfMonth(today) };
  const compared = await compareMonths(job, { period, bases: BASES });
  if (!compared.ok) return compared;
  const flagged = await flagRestatements(job, period);
  return flagged.ok ? ok(null) : flagged;
}

/** A time of day on a day where the books are kept; one that the clock skips is the next that it shows. */
function momentIn(job: Pick<Job, 'timeZone'>, day: PlainDate, timeOfDay: string): string {
  return DateTime.fromISO(`${day}T${timeOfDay}:00`, { zone: job.timeZone }).toUTC().toISO() ?? '';
}
