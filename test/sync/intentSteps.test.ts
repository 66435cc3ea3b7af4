import { describe, expect, test } from '@jest/globals';
import { BETWEEN_LOOKS_MS, lookUpStep, SURELY_OVER_MS, type Sought } from '../../server/sync/intentSteps.ts';
import type { ShownTransaction } from '../../server/sync/plannedShown.ts';

/** What follows from a look for a transaction whose outcome is unknown, as a table. */
const SENT_MS = 1_000_000;
const OVER = SENT_MS + SURELY_OVER_MS;

const sought = (more: Partial<Sought> = {}): Sought => ({
  ...{ kind: 'leaseCharge', marker: 'AS-MINE', day: '2026-11-01', amountCents: 5000, partyId: '7' },
  ...{ glAccountIds: ['3'], knownIds: ['90'], sentAtMs: SENT_MS, absentAtMs: null, attempts: 1 },
  ...more,
});
const shown = (more: Partial<ShownTransaction> = {}): ShownTransaction => ({
  ...{ entityId: '100', kind: 'leaseCharge', date: '2026-11-01', totalCents: 5000, leaseId: '7' },
  ...{ memo: null, reference: null, marker: null, vendorId: null, payeeId: null, dueDate: null },
  paymentMethod: null,
  lines: [{ lineId: null, glAccountId: '3', amountCents: 5000, memo: null, propertyId: '1', unitId: null }],
  ...more,
});

const CASES: [string, Sought, ShownTransaction[], number, unknown][] = [
  [
    'its marker settles it at once, whatever else is there',
    sought(),
    [shown(), shown({ entityId: '101', marker: 'AS-MINE', totalCents: 1 })],
    SENT_MS + 1,
    { kind: 'adopt', entityId: '101' },
  ],
  [
    'a lookalike is judged only when nothing can be under way any more',
    sought(),
    [shown()],
    OVER - 1,
    { kind: 'lookAgain', atMs: OVER, absentAtMs: null },
  ],
  ['then a person is asked', sought(), [shown()], OVER, { kind: 'ask', candidates: [shown()] }],
  [
    'the first absence only starts the clock',
    sought(),
    [],
    OVER,
    { kind: 'lookAgain', atMs: OVER + BETWEEN_LOOKS_MS, absentAtMs: OVER },
  ],
  [
    'a second look too early is none',
    sought({ absentAtMs: OVER }),
    [],
    OVER + BETWEEN_LOOKS_MS - 1,
    { kind: 'lookAgain', atMs: OVER + BETWEEN_LOOKS_MS, absentAtMs: OVER },
  ],
  [
    'absent twice, a charge is sent again',
    sought({ absentAtMs: OVER }),
    [],
    OVER + BETWEEN_LOOKS_MS,
    { kind: 'sendAgain' },
  ],
  [
    'and after three times in vain a person decides on that too',
    sought({ absentAtMs: OVER, attempts: 3 }),
    [],
    OVER + BETWEEN_LOOKS_MS,
    { kind: 'askAfterAbsence' },
  ],
];

/** What is absent twice, by kind. */
const ABSENT: [Sought['kind'], string][] = [
  ['leaseCharge', 'sendAgain'],
  ['bill', 'sendAgain'],
  ['journalEntry', 'sendAgain'],
  ['leasePayment', 'askAfterAbsence'],
  ['leaseCredit', 'askAfterAbsence'],
  ['leaseRefund', 'askAfterAbsence'],
];

const NO_MATCH: [string, Partial<ShownTransaction>][] = [
  ['of another day', { date: '2026-11-02' }],
  ['of another amount', { totalCents: 5001 }],
  ['of another lease', { leaseId: '8' }],
  ['of another kind', { kind: 'leaseCredit' }],
  ['with somebody else’s marker', { marker: 'AS-OTHER' }],
  ['that was there before', { entityId: '90' }],
  ['on another account', { lines: [] }],
];

describe('a look for what is unknown', () => {
  test.each(CASES)('%s', (_what, wanted, found, nowMs, step) => {
    expect(lookUpStep(wanted, found, nowMs)).toEqual(step);
  });

  test.each(ABSENT)('a %s that is absent twice: %s', (kind, step) => {
    const wanted = sought({ kind, absentAtMs: OVER });
    expect(lookUpStep(wanted, [], OVER + BETWEEN_LOOKS_MS)).toEqual({ kind: step });
  });

  test.each(NO_MATCH)('a transaction %s is no lookalike', (_what, more) => {
    expect(lookUpStep(sought(), [shown(more)], OVER)).toMatchObject({ kind: 'lookAgain' });
  });
});
