import { addMonths, firstDayOfMonth, lastDayOfMonth, type Period } from '../shared/dates.ts';
import type { CalculationView } from '../shared/moneySchemas.ts';
import { capital } from '../shared/sentence.ts';
import { ago, calendarDay } from './words.ts';

/** `October 2026`. */
export function monthWords(month: string): string {
  const wanted: Intl.DateTimeFormatOptions = { month: 'long', year: 'numeric', timeZone: 'UTC' };
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString(undefined, wanted);
}

/** The months before a day, the newest first: the month under way is last of all but can be chosen too. */
export function lastMonths(today: string, count: number): string[] {
  return Array.from({ length: count }, (_month, index) => addMonths(today, -1 - index).slice(0, 7));
}

export function periodWords({ from, to }: Period): string {
  const isMonth = from === firstDayOfMonth(from) && to === lastDayOfMonth(from);
  if (isMonth) return monthWords(from.slice(0, 7));
  return `${calendarDay(from)}, ${from.slice(0, 4)} to ${calendarDay(to)}, ${to.slice(0, 4)}`;
}

export function isUnderWay({ state }: Pick<CalculationView, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

const STATE_WORDS: Readonly<Record<CalculationView['state'], string>> = {
  queued: 'waiting',
  running: 'under way',
  finished: 'finished',
  blocked: 'stopped by a check',
  failed: 'failed',
  notNeeded: 'nothing posted late',
};

/** A calculation in the list: `October 2026, cash, version 2: approved, 3 min ago`. */
export function calculationWords(calculation: CalculationView, now: number): string {
  const { period, basis, run, state, requestedAt, approval, dryRun } = calculation;
  const version = run === null ? '' : `, version ${run.version}`;
  const how = dryRun ? 'trial' : approval ? 'approved' : STATE_WORDS[state];
  return `${periodWords(period)}, ${basis}${version}: ${how}, ${ago(requestedAt, now)}`;
}

export function stateWords({ state }: CalculationView): string {
  return capital(STATE_WORDS[state]);
}
