import type { CallFailure, CallSide } from './callFailure.ts';

/** Airtable answers nothing but 429 for so long after one call too many. */
export const AIRTABLE_PENALTY_MS = 30_000;

/**
 * However long the other side asks to be left alone, one call asks again after this: a header may say anything, and a
 * budget that is closed for long holds up everybody who shares it.
 */
export const BLOCKS_AT_MOST_MS = 60_000;

/** Longer than Airtable's penalty, which is waited for; a block of the greatest length is not. */
export const WAITS_AT_LEAST_MS = 40_000;

/** Buildium: "simply retry the request after a short interval (~200ms)", with exponential backoff. */
const FIRST_PAUSE_MS = 250;

const READS_AT_MOST = 3;
const BUILDIUM_REFUSALS_AT_MOST = 6;
const AIRTABLE_REFUSALS_AT_MOST = 2;

export type FailedAttempt = {
  side: CallSide;
  /** 1 for the first. */
  attempt: number;
  isRead: boolean;
  failure: Pick<CallFailure, 'kind'>;
  retryAfter: string | null;
  nowMs: number;
  /** From 0 up to 1. */
  random: number;
};

/**
 * How long to pause after a failed attempt, and whether it may be repeated at all. Only two things are repeated:
 * reads, and refusals for rate, where nothing took effect. A write whose outcome is unknown never is.
 */
export function pauseAfter(failed: FailedAttempt): { pauseMs: number; mayRepeat: boolean } {
  const backoffMs = FIRST_PAUSE_MS * 2 ** (failed.attempt - 1) * (1 + failed.random / 2);
  const pauseMs = Math.max(backoffMs, readRetryAfter(failed.retryAfter, failed.nowMs));
  if (failed.failure.kind === 'rateLimited') {
    return failed.side === 'airtable'
      ? { pauseMs: AIRTABLE_PENALTY_MS, mayRepeat: failed.attempt < AIRTABLE_REFUSALS_AT_MOST }
      : { pauseMs, mayRepeat: failed.attempt < BUILDIUM_REFUSALS_AT_MOST };
  }
  const isWorthIt = failed.isRead && failed.failure.kind === 'unavailable';
  return { pauseMs, mayRepeat: isWorthIt && failed.attempt < READS_AT_MOST };
}

/** Seconds or an HTTP date, as milliseconds from now; 0 when absent or unreadable. */
function readRetryAfter(header: string | null, nowMs: number): number {
  if (header === null || header.trim() === '') return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
