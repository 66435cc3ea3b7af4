import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byEntity, settleWords } from '../../extension/conflicts.ts';
import { lastMonths, periodWords } from '../../extension/months.ts';
import { chosenAt, isEmptyPatch, withChoice } from '../../extension/policies.ts';
import { confirmWords, inOrder, sendable } from '../../extension/push.ts';
import { readTyped, typedText } from '../../extension/typedValue.ts';
import { placesOf, waterfallOf } from '../../extension/waterfall.ts';
import { conflictNumber } from './fixtures/conflicts.ts';
import { results } from './fixtures/money.ts';
import { preview } from './fixtures/push.ts';

describe('The button that pushes', () => {
  test('says what it will do, in transactions and dollars', () => {
    expect(confirmWords(preview)).toBe('Create 2 lease charges and change 1 bill, $2,495.00');
  });

  test('lists kinds, and has a plural for each', () => {
    const [charge] = preview.totals;
    if (!charge) throw new Error('The preview has totals');
    const entry = { ...charge, kindLabel: 'Journal entry', transactions: 3 } as const;
    const words = confirmWords({ ...preview, totals: [charge, entry], totalCents: 5 });
    expect(words).toBe('Create 2 lease charges and 3 journal entries, $0.05');
  });

  test('has nothing to say where nothing would be sent', () => {
    expect(confirmWords({ ...preview, totals: [] })).toBeNull();
  });

  test('sends exactly what was shown as new or changed, and shows first what needs a look', () => {
    expect(sendable(preview.records).map(({ previewHash }) => previewHash)).toEqual([
      'hash1',
      'hash2',
      'hash3',
    ]);
    expect(inOrder(preview.records)[0]?.outcome).toBe('refused');
  });
});

describe('A typed value', () => {
  test.each([
    ['money', '1,450', 145000],
    ['money', ' $1,450.5 ', 145050],
    ['money', '-3.07', -307],
    ['money', '', null],
    ['date', '2026-11-30', '2026-11-30'],
    ['number', '1,200', 1200],
    ['text', '  Two bed ', 'Two bed'],
  ])('of kind %s: %j is %j', (kind, typed, value) => {
    expect(readTyped(kind, typed)).toEqual({ ok: true, value });
  });

  test.each([
    ['money', 'about 5'],
    ['money', '1.005'],
    ['date', '2026-02-30'],
    ['number', 'many'],
  ])('of kind %s: %j is refused with a sentence', (kind, typed) => {
    expect(readTyped(kind, typed)).toEqual({
      ok: false,
      error: expect.stringMatching(/\w+ .*\./) as unknown,
    });
  });

  test('of money reads back to the cent as it stood', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (cents) => {
        const value = cents === 0 ? 0 : cents;
        expect(readTyped('money', typedText('money', value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('A waterfall', () => {
  test('goes from income to the net operating income and on to the draws, bar by bar to the cent', () => {
    const draws = results.properties.flatMap(({ draw }) => draw ?? []);
    const steps = waterfallOf(results.portfolio, draws);
    expect(steps.filter(({ isTotal }) => isTotal)).toMatchObject([
      { label: 'Net operating income', amountCents: 1_221_520 },
      { label: 'Owners’ draws', amountCents: 1_021_520 },
    ]);
    expect(steps.some(({ label }) => label === 'Everything else')).toBe(false);
    for (const [index, step] of steps.entries())
      if (!step.isTotal) expect(step.fromCents).toBe(steps[index - 1]?.toCents ?? 0);
  });

  test('shows what no line explains as what it is', () => {
    const steps = waterfallOf({ ...results.portfolio, noiCents: 1_221_521 }, []);
    expect(steps.at(-2)).toMatchObject({ label: 'Everything else', amountCents: 1 });
  });

  test('of a loss has its zero inside', () => {
    const loss = { incomeCents: 100, expenseCents: 300, capitalCents: 0, noiCents: -200, lines: [] };
    const [income, fall, total] = placesOf(waterfallOf(loss, []));
    expect(income).toEqual({ left: 2 / 3, width: 1 / 3, zero: 2 / 3 });
    expect(fall?.width).toBe(1);
    expect(total?.left).toBe(0);
  });
});

describe('Conflicts', () => {
  test('of one entity stand together, with all that is at stake', () => {
    const same = { ...conflictNumber(2), entityId: conflictNumber(1).entityId };
    const groups = byEntity([conflictNumber(1), conflictNumber(3), same]);
    expect(groups.map(({ conflicts, stakesCents }) => [conflicts.length, stakesCents])).toEqual([
      [2, 22200],
      [1, 11100],
    ]);
  });

  test.each([
    [[{ side: 'airtable' }], 'Use Airtable’s value'],
    [[{ side: 'buildium' }, { side: 'buildium' }], 'Use Buildium’s values'],
    [[{ value: 5 }], 'Use this value'],
    [[{ side: 'buildium' }, { value: 5 }], 'Settle 2 fields'],
  ] as const)('are settled by a button that says how: %j', (choices, words) => {
    expect(settleWords(choices)).toBe(words);
  });
});

test('A draft of policies holds what was touched, and gives way to the wider place where it is emptied', () => {
  const kept = { connection: 'newest', resources: { units: 'buildium' }, fields: {} } as const;
  const units = { kind: 'resources', name: 'units' } as const;
  expect(isEmptyPatch({})).toBe(true);
  expect(chosenAt(kept, {}, units)).toBe('buildium');
  const draft = withChoice({}, units, '');
  expect(draft).toEqual({ resources: { units: null } });
  expect(chosenAt(kept, draft, units)).toBe('');
  expect(chosenAt(kept, draft, { kind: 'connection' })).toBe('newest');
});

test('A whole month is named by its name, other days by theirs', () => {
  expect(periodWords({ from: '2026-02-01', to: '2026-02-28' })).toBe('February 2026');
  expect(periodWords({ from: '2026-02-01', to: '2026-02-27' })).toBe('Feb 1, 2026 to Feb 27, 2026');
  expect(lastMonths('2026-01-31', 2)).toEqual(['2025-12', '2025-11']);
});
