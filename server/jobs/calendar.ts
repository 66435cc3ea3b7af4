import { DateTime } from 'luxon';
import { addMonths, firstDayOfMonth, type PlainDate } from '../../shared/dates.ts';
import type { Job } from './job.ts';

const MINUTE_MS = 60_000;

/** The last minute that each zone was asked about: every look asks for today, and a day begins with a minute. */
const asked = new Map<string, { minute: number; today: PlainDate }>();

/** Today's date where the connection's books are kept. */
export function todayIn(job: Pick<Job, 'clock' | 'timeZone'>): PlainDate {
  const minute = Math.floor(job.clock.nowMs() / MINUTE_MS);
  const known = asked.get(job.timeZone);
  if (known?.minute === minute) return known.today;
  const today = DateTime.fromMillis(minute * MINUTE_MS, { zone: job.timeZone }).toISODate() ?? '';
  asked.set(job.timeZone, { minute, today });
  return today;
}

/** The date of a moment where the connection's books are kept. */
export function dayIn({ timeZone }: Pick<Job, 'timeZone'>, at: string): PlainDate {
  return DateTime.fromISO(at, { zone: timeZone }).toISODate() ?? at.slice(0, 10);
}

/** The first day of the history that the connection reads. */
export function historyFrom(job: Pick<Job, 'settings'>, today: PlainDate): PlainDate {
  return firstDayOfMonth(addMonths(today, -job.settings.historyMonths));
}

/** Dated entities before this day stay in Postgres. */
export function keepFrom(job: Pick<Job, 'settings' | 'clock' | 'timeZone'>): PlainDate {
  return firstDayOfMonth(addMonths(todayIn(job), -job.settings.keepMonthsInAirtable));
}

/** The last moment at which the clock on the wall showed this time of day. */
export function lastOccurrence(job: Pick<Job, 'clock' | 'timeZone'>, timeOfDay: string): string {
  const [hour = 0, minute = 0] = timeOfDay.split(':').map(Number);
  const now = DateTime.fromMillis(job.clock.nowMs(), { zone: job.timeZone });
  const today = now.set({ hour, minute, second: 0, millisecond: 0 });
  const last = today <= now ? today : today.minus({ days: 1 });
  return last.toUTC().toISO() ?? '';
}
