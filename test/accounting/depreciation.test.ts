import { expect, test } from '@jest/globals';
import { calculate } from '../../server/accounting/calculation.ts';
import { resultsCsv } from '../../server/accounting/resultsCsv.ts';
import type { NoiClass } from '../../shared/noiClasses.ts';
import { noiRows } from '../../server/jobs/money/tables/noiRows.ts';
import { chartWith, entry } from './chart.ts';
import { input, month } from './inputs.ts';

const [BANK, DEPRECIATION, ACCUMULATED, IMPROVEMENTS] = [113, 106, 117, 110];

/** Rent of $1,000.00, repairs of $200.00, depreciation of $500.00, a roof for $300.00. */
const entries = [
  ...month(1, 100_000, 20_000),
  entry(DEPRECIATION, 50_000),
  entry(ACCUMULATED, -50_000),
  entry(IMPROVEMENTS, 30_000),
  entry(BANK, -30_000),
];

function calculated(capitalAboveTheLine: boolean, accumulated?: NoiClass) {
  const choices = accumulated
    ? [[ACCUMULATED, { noiClass: accumulated, confirmedBy: 'Priya' }] as const]
    : [];
  const given = input({
    options: { capitalAboveTheLine },
    accounts: [...chartWith(new Map(choices)).values()],
    entries,
  });
  return { given, result: calculate(given) };
}

function belowTheLine({ given, result }: ReturnType<typeof calculated>): unknown {
  const { basis, period } = given;
  const run = {
    ...{ runId: 'run', connectionId: 'c', basis, periodFrom: period.from, periodTo: period.to, scope: 'all' },
    ...{ version: 1, inputHash: '', input: '', result: '', requestedBy: 'Priya', createdAt: '' },
  };
  const rows = noiRows({ run, input: given, result, month: period.from }, new Map());
  return [...rows.values()].map((cells) => cells['belowTheLine']);
}

test('depreciation raises no income where capital items are counted against it', () => {
  const { portfolio } = calculated(true).result;
  expect(portfolio).toMatchObject({ capitalCents: 30_000, noiCents: 80_000 - 30_000 });
});

test.each([undefined, 'nonOperating'] as const)(
  'the balance that collects depreciation does not cancel it below the line (class chosen: %s)',
  (chosen) => {
    expect(belowTheLine(calculated(false, chosen))).toEqual([-50_000 - 30_000]);
    expect(belowTheLine(calculated(true, chosen))).toEqual([-50_000]);
  },
);

test('the table of results goes from income to net operating income without a gap', () => {
  const totalsOf = (capitalAboveTheLine: boolean): string[] => {
    const { given, result } = calculated(capitalAboveTheLine);
    const lines = resultsCsv(given, result).split('\r\n');
    return lines.filter((line) => line.includes(',Total,')).map((line) => line.split(',Total,,')[1] ?? '');
  };
  expect(totalsOf(true)).toEqual([
    'Income,1000.00',
    'Expenses,200.00',
    'Capital expenditure,300.00',
    'Net operating income,500.00',
  ]);
  expect(totalsOf(false)).toEqual(['Income,1000.00', 'Expenses,200.00', 'Net operating income,800.00']);
});
