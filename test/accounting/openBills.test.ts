import { expect, test } from '@jest/globals';
import type { MirroredEntity } from '../../server/db/mirror.ts';
import { openBillsOf } from '../../server/jobs/money/tables/openItems.ts';

type Bill = { id: string; amounts: number[]; paidDate?: string };
type Payment = { bills: string[]; amount: number; date?: string };

/** What is open of each bill on 31 August 2026; lines are of property 1. */
function openOf(bills: Bill[], payments: Payment[]): Record<string, number> {
  const entity = (entityId: string, values: MirroredEntity['values']): MirroredEntity => ({
    ...{ entityId, parentId: null, values },
  });
  const open = openBillsOf(
    bills.map(({ id, paidDate = null }) =>
      entity(id, { name: `Bill ${id} · 2026-08-05 · $1.00`, date: '2026-08-05', dueDate: null, paidDate }),
    ),
    bills.flatMap(({ id, amounts }) =>
      amounts.map((amount, index) => entity(`${id}-${index}`, { bill: [id], amount, property: ['1'] })),
    ),
    payments.map(({ bills: paid, amount, date = '2026-08-20' }, index) =>
      entity(String(index), { bills: paid, amount, date }),
    ),
    '2026-08-31',
  );
  return Object.fromEntries(open.map(({ label, amountCents }) => [label, amountCents]));
}

test.each<[string, Bill[], Payment[], Record<string, number>]>([
  ['nothing paid', [{ id: '1', amounts: [5_000, 2_500] }], [], { 'Bill 1': 7_500 }],
  [
    'a part of it',
    [{ id: '1', amounts: [5_000, 2_500] }],
    [{ bills: ['1'], amount: 6_000 }],
    { 'Bill 1': 1_500 },
  ],
  [
    'two bills by one check',
    [
      { id: '1', amounts: [5_000], paidDate: '2026-08-20' },
      { id: '2', amounts: [7_000], paidDate: '2026-08-20' },
    ],
    [{ bills: ['1', '2'], amount: 12_000 }],
    {},
  ],
  [
    'two bills by one check that Buildium has not marked as paid yet',
    [
      { id: '1', amounts: [5_000] },
      { id: '2', amounts: [7_000] },
    ],
    [{ bills: ['1', '2'], amount: 12_000 }],
    {},
  ],
  [
    'one bill in full and a part of the other, by one check',
    [
      { id: '1', amounts: [5_000] },
      { id: '2', amounts: [7_000], paidDate: '2026-08-20' },
    ],
    [{ bills: ['1', '2'], amount: 8_000 }],
    { 'Bill 1': 4_000 },
  ],
  [
    'one with a check of its own before',
    [
      { id: '1', amounts: [5_000] },
      { id: '2', amounts: [7_000] },
    ],
    [
      { bills: ['1', '2'], amount: 10_000 },
      { bills: ['1'], amount: 2_000 },
    ],
    {},
  ],
  [
    'a vendor’s credit paid the rest',
    [{ id: '1', amounts: [5_000], paidDate: '2026-08-20' }],
    [{ bills: ['1'], amount: 3_000 }],
    {},
  ],
  [
    'paid in full in the next month',
    [{ id: '1', amounts: [5_000], paidDate: '2026-09-02' }],
    [{ bills: ['1'], amount: 5_000, date: '2026-09-02' }],
    { 'Bill 1': 5_000 },
  ],
])('of bills, with %s', (_what, bills, payments, expected) => {
  expect(openOf(bills, payments)).toEqual(expected);
});
