import type { CallFailure } from '../callFailure.ts';

/** Answers about one record after which it is parked for a person. */
export const PARK_AFTER_ATTEMPTS = 8;

export type RetryDecision =
  /** The side is at fault: every record of it waits, and none is blamed. */
  { kind: 'stopSide'; waitMs: number } | { kind: 'retry'; waitMs: number } | { kind: 'park' };

const LONGEST_WAIT_MS = 15 * 60_000;

const LINKED_ROW_WAIT_MS = 10 * 60_000;

/**
 * What a failure means for the record it happened on. 400, 404 and 409 count towards parking, 422 parks at
 * once (the same request would be refused again), everything else is about the side and not the record.
 * @param attempts failures about this record so far, this one included.
 */
export function decideRetry(
  failure: Pick<CallFailure, 'kind' | 'status' | 'type'>,
  attempts: number,
): RetryDecision {
  switch (failure.kind) {
    case 'unauthorized':
    case 'forbidden':
    case 'quotaExhausted':
    case 'baseFull':
      return { kind: 'stopSide', waitMs: LONGEST_WAIT_MS };
    case 'rateLimited':
      return { kind: 'stopSide', waitMs: 30_000 };
    case 'unavailable':
    case 'breaksContract':
      return { kind: 'stopSide', waitMs: backoffMs(attempts) };
    case 'invalid':
      // A linked row was deleted in Airtable: it comes back after half an hour, and then this one goes through.
      if (failure.type === 'ROW_DOES_NOT_EXIST') {
        return attempts >= PARK_AFTER_ATTEMPTS
          ? { kind: 'park' }
          : { kind: 'retry', waitMs: LINKED_ROW_WAIT_MS };
      }
      if (failure.status === 422) return { kind: 'park' };
      break;
    case 'notFound':
    case 'conflict':
      break;
  }
  return countedRetry(attempts);
}

/**
 * What a failure means for a record, or for all of its resource, while the side answers others: nobody else waits for it.
 * "No access" may pass and counts towards parking; a server's error is tried ever more seldom and never parked, since
 * nobody here can mend it.
 */
export function decideAlone(
  failure: Pick<CallFailure, 'kind' | 'status' | 'type'>,
  attempts: number,
  about: 'record' | 'resource',
): RetryDecision {
  switch (failure.kind) {
    case 'unavailable':
    case 'breaksContract':
      return { kind: 'retry', waitMs: backoffMs(attempts) };
    case 'forbidden':
      return about === 'record' ? countedRetry(attempts) : decideRetry(failure, attempts);
    default:
      return decideRetry(failure, attempts);
  }
}

function countedRetry(attempts: number): RetryDecision {
  return attempts >= PARK_AFTER_ATTEMPTS ? { kind: 'park' } : { kind: 'retry', waitMs: backoffMs(attempts) };
}

/** A side that stays away is asked this often at least. */
const LONGEST_SIDE_WAIT_MS = 60_000;

/** The longer a side has been down, the longer until it is asked again: a quarter of that time, a minute at most. */
export function sideWaitMs(waitMs: number, downForMs: number): number {
  return Math.max(waitMs, Math.min(downForMs / 4, LONGEST_SIDE_WAIT_MS));
}

/** 2 s, 4 s, 8 s … up to a quarter of an hour. */
export function backoffMs(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** Math.min(attempts, 12));
}
