import { isDatabaseUnavailable } from '../db/database.ts';
import { DeadlinePassed } from './withDeadline.ts';

/** The database cannot be reached, or takes too long: nothing is wrong with what it was asked for. */
export function isAwayError(error: unknown): boolean {
  return error instanceof DeadlinePassed || isDatabaseUnavailable(error);
}
