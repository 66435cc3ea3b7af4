import { firstDayOfMonth, lastDayOfMonth, type Period } from '../../../shared/dates.ts';

/** Draws are of whole months only: owners are paid by the month. */
export function isWholeMonth({ period }: { period: Period }): boolean {
  return period.from === firstDayOfMonth(period.from) && period.to === lastDayOfMonth(period.from);
}
