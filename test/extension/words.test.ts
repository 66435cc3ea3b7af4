import { describe, expect, test } from '@jest/globals';
import type { Finding, ResourceStatus, SyncStatus } from '../../shared/syncStatus.ts';
import { csvOf } from '../../extension/csv.ts';
import { dailyDelays } from '../../extension/delays.ts';
import { healthOf } from '../../extension/health.ts';
import { readAddress } from '../../extension/settings.ts';
import { actorWords, columnOf, duration, reasonWords, valueWords } from '../../extension/words.ts';
import { status } from './statusFixture.ts';

describe('An address as it is typed', () => {
  test.each([
    ['https://sync.example.com', 'https://sync.example.com'],
    ['  sync.example.com/  ', 'https://sync.example.com'],
    ['https://sync.example.com:8443/some/path', 'https://sync.example.com:8443'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
  ])('%s is read as %s', (typed, address) => {
    expect(readAddress(typed)).toEqual({ ok: true, value: address });
  });

  test.each([
    ['', 'empty'],
    ['sync', 'notAnAddress'],
    ['ftp://sync.example.com', 'notAnAddress'],
    ['http://sync.example.com', 'notSafe'],
    ['https://', 'notAnAddress'],
  ])('%j is refused as %s', (typed, kind) => {
    expect(readAddress(typed)).toMatchObject({ ok: false, error: { kind } });
  });
});

describe('An exported file', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('does not run %j as a formula', (cell) => {
    expect(csvOf(['Value'], [[cell]]).split('\r\n')[1]).toBe(`'${cell}`);
  });

  test('quotes what would break a line or a column, and marks itself as UTF-8', () => {
    expect(csvOf(['A', 'B'], [['say "hi", Zoë', null]])).toBe('\uFEFFA,B\r\n"say ""hi"", Zoë",\r\n');
  });
});

describe('The health in one sentence', () => {
  const withResource = (change: Partial<ResourceStatus>): SyncStatus => ({
    ...status,
    resources: status.resources.map((resource, index) =>
      index === 0 ? { ...resource, ...change } : resource,
    ),
  });
  const refused: Finding = {
    ...{ level: 'problem', about: 'Refused', message: 'tenant 7: Email is no address', whatToDo: null },
  };
  test('says why a side cannot be reached in its own words, without what only a program would look up', () => {
    const message = '503 on POST /v0/appohvLscv9OuJUZP/tblUDELnSCxVVhvq1/listRecords: Service Unavailable.';
    const sides = status.sides.map((side) => ({
      ...side,
      state: 'down' as const,
      message,
      whatToDo: 'Wait.',
    }));
    expect(healthOf({ ...status, sides }, 0).detail).toBe('Service Unavailable. Wait.');
  });

  test.each<[string, SyncStatus, number, string]>([
    ['good', status, 0, 'Everything is in sync'],
    ['info', withResource({ dirty: 3, lagMs: 4_000 }), 0, '3 changes on their way'],
    ['warning', withResource({ dirty: 1, lagMs: 1_200_000 }), 0, '1 change on its way'],
    ['info', withResource({ dirty: 3, waiting: 2, lagMs: 4_000 }), 0, '1 change on its way'],
    ['info', withResource({ dirty: 2, waiting: 2 }), 0, '2 records wait for a row'],
    ['warning', withResource({ parked: 1 }), 0, '1 record needs your attention'],
    ['warning', { ...status, attention: [refused] }, 0, '1 thing needs your attention'],
    ['warning', withResource({ parked: 1 }), 2, '2 conflicts wait for you'],
    ['error', withResource({ problem: 'The table was deleted.' }), 2, 'Leases need attention'],
    ['info', { ...status, state: 'paused' }, 2, 'The sync is paused'],
    ['warning', { ...status, state: 'pairing' }, 0, 'Your rows are still to be matched'],
    [
      'error',
      { ...status, sides: status.sides.map((side) => ({ ...side, state: 'down' as const })) },
      0,
      'Airtable and Buildium cannot be reached',
    ],
  ])('is %s: the worst comes first', (tone, given, conflicts, title) => {
    expect(healthOf(given, conflicts)).toMatchObject({ tone, title });
  });
});

test('Delays of all resources together are a day’s median and 95th percentile, and days without changes are there', () => {
  const bucket = (day: string, upToMs: number, changes: number) => ({ resource: 'x', day, upToMs, changes });
  const buckets = [
    bucket('2026-11-22', 1_000, 60),
    bucket('2026-11-22', 4_000, 34),
    bucket('2026-11-22', 64_000, 6),
  ];
  expect(dailyDelays(buckets, '2026-11-22', 2)).toEqual([
    { day: '2026-11-21', changes: 0, p50Ms: null, p95Ms: null },
    { day: '2026-11-22', changes: 100, p50Ms: 1_000, p95Ms: 64_000 },
  ]);
});

test.each([
  ['money', 155_500, '$1,555.00'],
  ['money', -5, '-$0.05'],
  ['checkbox', false, 'No'],
  ['link', ['12', '34'], '12, 34'],
  ['text', '', null],
  ['date', '2026-11-22', 'Nov 22, 2026'],
  [columnOf('transactions', 'kind').kind, 'leaseCharge', 'Lease charge'],
])('A value of kind %s reads as people write it', (kind, value, words) => {
  expect(valueWords(kind, value)).toBe(words);
});

test.each([
  [128, '128 ms'],
  [4_210, '4.2 s'],
  [59_000, '59 s'],
  [185_000, '3 min'],
  [3 * 86_400_000, '3 days'],
])('%d ms is said as %s', (ms, words) => expect(duration(ms)).toBe(words));

test('Actors and reasons lose what only a program needs', () => {
  expect(actorWords('token:cora@example.com')).toBe('cora@example.com');
  expect(actorWords('airtable:ed@example.com')).toBe('ed@example.com in Airtable');
  expect(actorWords('sweep')).toBe('Regular reading');
  const technical =
    '422 on PATCH /v0/appX/tblY: INVALID_VALUE_FOR_COLUMN: Field "Memo" cannot accept the value.';
  expect(reasonWords(technical)).toBe('Field "Memo" cannot accept the value.');
});
