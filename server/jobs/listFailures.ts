import { unreachable } from '../../shared/result.ts';
import type { CallFailure } from '../callFailure.ts';

/**
 * Whether the next list is worth asking for, after the last ones have failed without an answer between. What is said of
 * one list stops no other; two lists in a row without any useful answer are a side that is away.
 */
export function isWorthGoingOn(inARow: readonly CallFailure[]): boolean {
  const [before, last] = [inARow.at(-2), inARow.at(-1)];
  return !last || isOfList(last) || (isAbsence(last) && !(before && isAbsence(before)));
}

/** The side has answered, and what it says is about this list. */
export function isOfList({ kind }: CallFailure): boolean {
  switch (kind) {
    case 'forbidden':
    case 'notFound':
    case 'invalid':
    case 'conflict':
      return true;
    case 'unavailable':
    case 'breaksContract':
    case 'unauthorized':
    case 'rateLimited':
    case 'quotaExhausted':
    case 'baseFull':
      return false;
    default:
      return unreachable(kind);
  }
}

function isAbsence({ kind }: CallFailure): boolean {
  return kind === 'unavailable' || kind === 'breaksContract';
}
