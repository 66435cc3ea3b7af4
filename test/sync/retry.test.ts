import { describe, expect, test } from '@jest/globals';
import { backoffMs, decideAlone, decideRetry, PARK_AFTER_ATTEMPTS } from '../../server/sync/retry.ts';

describe('what a failed call means for its record', () => {
  test.each([
    ['unauthorized', 401],
    ['forbidden', 403],
    ['rateLimited', 429],
    ['quotaExhausted', 429],
    ['baseFull', 422],
    ['unavailable', 503],
    ['unavailable', null],
  ] as const)('%s (%s) stops the side and is never counted against the record', (kind, status) => {
    expect(decideRetry({ kind, status, type: null }, PARK_AFTER_ATTEMPTS + 1).kind).toBe('stopSide');
  });

  test('a 422 parks at once: the same request would be refused again', () => {
    expect(decideRetry({ kind: 'invalid', status: 422, type: 'INVALID_VALUE_FOR_COLUMN' }, 1).kind).toBe(
      'park',
    );
  });

  test('a link to a row that was just deleted waits until that row is back', () => {
    const decision = decideRetry({ kind: 'invalid', status: 422, type: 'ROW_DOES_NOT_EXIST' }, 1);
    expect(decision).toEqual({ kind: 'retry', waitMs: 600_000 });
  });

  test.each([
    ['invalid', 400],
    ['notFound', 404],
    ['conflict', 409],
  ] as const)('%s is tried eight times and then parked', (kind, status) => {
    expect(decideRetry({ kind, status, type: null }, PARK_AFTER_ATTEMPTS - 1).kind).toBe('retry');
    expect(decideRetry({ kind, status, type: null }, PARK_AFTER_ATTEMPTS).kind).toBe('park');
  });

  test('waits grow from two seconds to a quarter of an hour', () => {
    expect([1, 2, 3, 8, 20].map(backoffMs)).toEqual([2_000, 4_000, 8_000, 256_000, 900_000]);
  });
});

describe('what a failed call means for its record while the side answers others', () => {
  test('a refusal of access is tried eight times and then parked; of a whole resource it parks nothing', () => {
    const forbidden = { kind: 'forbidden', status: 403, type: null } as const;
    expect(decideAlone(forbidden, PARK_AFTER_ATTEMPTS - 1, 'record').kind).toBe('retry');
    expect(decideAlone(forbidden, PARK_AFTER_ATTEMPTS, 'record').kind).toBe('park');
    expect(decideAlone(forbidden, PARK_AFTER_ATTEMPTS, 'resource')).toMatchObject({ waitMs: 900_000 });
  });

  test('an error of the server is tried ever more seldom and never parked', () => {
    const broken = { kind: 'unavailable', status: 500, type: null } as const;
    const decisions = [1, 2, 20].map((attempts) => decideAlone(broken, attempts, 'record'));
    expect(decisions).toEqual([2_000, 4_000, 900_000].map((waitMs) => ({ kind: 'retry', waitMs })));
  });
});
