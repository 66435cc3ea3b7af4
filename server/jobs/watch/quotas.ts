import {
  addDays,
  dateOf,
  daysBetween,
  firstDayOfMonth,
  lastDayOfMonth,
  type Instant,
  type PlainDate,
} from '../../../shared/dates.ts';
import { CALLS_OF_PLAN, ROWS_OF_PLAN, type ConnectionSettings } from '../../../shared/settings.ts';
import type { QuotaStatus } from '../../../shared/syncStatus.ts';
import { readApiCalls } from '../../db/apiCalls.ts';
import { baseRowsSince, noteBaseRows, type BaseRows } from '../../db/baseRows.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import type { Database, Queryable } from '../../db/database.ts';
import { countLinks, type LinkCount } from '../../db/links.ts';
import { countOwnRows } from '../../db/ownRows.ts';

/** Long enough to level out weekends, short enough to follow a change of settings. */
const PACE_DAYS = 7;
const GROWTH_DAYS = 30;

/** A forecast beyond this is no news. */
const FORECAST_DAYS = 3_650;

/** Rows that stand in the base: those of deleted entities stay until a person removes them. */
const IN_BASE: readonly LinkCount['standing'][] = ['linked', 'deletedInBuildium'];

/** What the plan allows, what is used, and when it runs out. */
export async function readQuotas(
  database: Database,
  { connectionId, createdAt }: ConnectionRow,
  settings: ConnectionSettings,
  counts: readonly LinkCount[],
  at: Instant,
): Promise<QuotaStatus> {
  const today = dateOf(at);
  const paceFrom = [addDays(today, 1 - PACE_DAYS), dateOf(createdAt)].sort().at(-1) ?? today;
  const callsFrom = async (from: PlainDate): Promise<number> =>
    airtableCalls(await readApiCalls(database, connectionId, { from, to: today }));
  const [callsThisMonth, recentCalls, ownRows, samples] = await Promise.all([
    callsFrom(firstDayOfMonth(today)),
    callsFrom(paceFrom),
    countOwnRows(database, connectionId),
    baseRowsSince(database, connectionId, addDays(today, -GROWTH_DAYS)),
  ]);
  const callsADay = recentCalls / Math.max(1, daysBetween(paceFrom, today) + 1);
  const callAllowance = CALLS_OF_PLAN[settings.airtablePlan];
  const exhaustedOn =
    callAllowance === null ? null : dayReached(today, callAllowance - callsThisMonth, callsADay);
  const inBase = mirroredRows(counts) + ownRows;
  const rowAllowance = ROWS_OF_PLAN[settings.airtablePlan];
  return {
    airtable: {
      callsThisMonth,
      allowance: callAllowance,
      // The count starts anew with the month.
      forecastExhaustedOn: exhaustedOn !== null && exhaustedOn <= lastDayOfMonth(today) ? exhaustedOn : null,
    },
    rows: {
      inBase,
      allowance: rowAllowance,
      forecastFullOn: dayReached(
        today,
        rowAllowance - inBase,
        rowsADay(samples, { day: today, rowsInBase: inBase }),
      ),
    },
  };
}

/** For the nightly run: the forecast needs a history. */
export async function noteRowsInBase(db: Queryable, connectionId: string, day: PlainDate): Promise<void> {
  const mirrored = mirroredRows(await countLinks(db, connectionId));
  const ownRows = await countOwnRows(db, connectionId);
  await noteBaseRows(db, connectionId, { day, rowsInBase: mirrored + ownRows });
}

function mirroredRows(counts: readonly LinkCount[]): number {
  return counts
    .filter(({ standing }) => IN_BASE.includes(standing))
    .reduce((sum, { links }) => sum + links, 0);
}

function airtableCalls(calls: readonly { side: string; calls: number }[]): number {
  return calls.filter(({ side }) => side === 'airtable').reduce((sum, call) => sum + call.calls, 0);
}

function rowsADay(samples: readonly BaseRows[], now: BaseRows): number {
  const oldest = samples[0];
  const days = oldest ? daysBetween(oldest.day, now.day) : 0;
  return oldest && days > 0 ? (now.rowsInBase - oldest.rowsInBase) / days : 0;
}

/** The day on which the rest is used up at this pace; today when nothing is left. */
export function dayReached(today: PlainDate, rest: number, aDay: number): PlainDate | null {
  if (rest <= 0) return today;
  const days = Math.floor(rest / aDay);
  return aDay > 0 && days <= FORECAST_DAYS ? addDays(today, days) : null;
}
