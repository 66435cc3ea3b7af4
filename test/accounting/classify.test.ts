import { describe, expect, test } from '@jest/globals';
import { classifyChart, seededClass } from '../../server/accounting/classify.ts';
import type { NoiClass } from '../../shared/noiClasses.ts';
import { account, ACCOUNTS, CHART, chartWith } from './chart.ts';

describe('an account that nobody has looked at', () => {
  test.each([
    ['Rent Income', 3, 'operatingIncome', 'subType'],
    ['Late Fee Income', 8, 'operatingIncome', 'subType'],
    ['bad debt, a contra income', 107, 'operatingIncome', 'subType'],
    ['concessions, a contra income', 108, 'operatingIncome', 'subType'],
    ['repairs', 101, 'operatingExpense', 'subType'],
    ['mortgage interest among operating expenses', 105, 'financing', 'name'],
    ['depreciation among operating expenses', 106, 'nonOperating', 'name'],
    ['amortization', 116, 'nonOperating', 'name'],
    ['income tax', 109, 'nonOperating', 'name'],
    ['an improvement among operating expenses', 115, 'capital', 'name'],
    ['a replacement reserve among operating expenses', 118, 'nonOperating', 'name'],
    ['a fixed asset', 110, 'capital', 'subType'],
    ['accumulated depreciation among fixed assets', 117, 'excluded', 'name'],
    ['a mortgage payable', 111, 'financing', 'subType'],
    ['security deposits', 5, 'trust', 'defaultAccountName'],
    ['a sub-account of security deposits', 112, 'trust', 'defaultAccountName'],
    ['prepayments', 18, 'trust', 'defaultAccountName'],
    ['last month’s rent, whose name holds a backslash', 19, 'trust', 'defaultAccountName'],
    ['owner draws', 11, 'financing', 'defaultAccountName'],
    ['owner contributions', 10, 'financing', 'defaultAccountName'],
    ['receivables', 1, 'excluded', 'defaultAccountName'],
    ['interest income', 114, 'nonOperating', 'name'],
    ['a bank account', 113, 'excluded', 'subType'],
  ])('%s', (_what, glAccountId, noiClass, decidedBy) => {
    expect(CHART.get(glAccountId)).toMatchObject({ noiClass, decidedBy, confirmedBy: null });
  });

  test('renaming a built-in account does not change its class, since people edit names', () => {
    const renamed = account(3, 'Mortgage interest rent', 'Income', 'Income', 'Rent Income');
    expect(seededClass(renamed)).toEqual({ noiClass: 'operatingIncome', decidedBy: 'subType' });
    const draw = account(11, 'Repairs', 'Equity', 'Equity', 'Owner Draw');
    expect(seededClass(draw).noiClass).toBe('financing');
  });

  test('a sub-type that Buildium adds one day falls back to the account’s type', () => {
    expect(seededClass(account(500, 'Parking', 'Income', 'ParkingIncome')).noiClass).toBe('operatingIncome');
  });

  test.each([
    ['Replacement Reserves', 'nonOperating'],
    ['Reserve for Replacements', 'nonOperating'],
    ['Capital Reserve', 'nonOperating'],
    ['Appliance Replacement', 'operatingExpense'],
    ['Reserve Study', 'operatingExpense'],
  ])('money put aside is not spent: %s', (name, noiClass) => {
    expect(seededClass(account(502, name, 'Expense', 'OperatingExpenses')).noiClass).toBe(noiClass);
  });

  test('hints are words: "Disinterested" is none', () => {
    expect(seededClass(account(501, 'Disinterested', 'Expense', 'OperatingExpenses')).decidedBy).toBe(
      'subType',
    );
  });
});

test('a person’s choice beats every hint and is not proposed any more', () => {
  const chart = chartWith(new Map([[105, { noiClass: 'operatingExpense', confirmedBy: 'Priya' }]]));
  expect(chart.get(105)).toMatchObject({
    noiClass: 'operatingExpense',
    decidedBy: 'person',
    confirmedBy: 'Priya',
  });
});

describe('a sub-account of people’s own account', () => {
  const [PARENT, CHILD] = [601, 602];
  const classOf = (
    [parentName, childName]: [parentName: string, childName: string],
    choices: [id: number, noiClass: NoiClass][] = [],
    subType = 'OperatingExpenses',
  ) => {
    const accounts = [
      account(PARENT, parentName, 'Expense', 'OperatingExpenses'),
      account(CHILD, childName, 'Expense', subType, null, PARENT),
    ];
    const chosen = choices.map(([id, noiClass]) => [id, { noiClass, confirmedBy: 'Priya' }] as const);
    return classifyChart(accounts, new Map(chosen)).get(CHILD);
  };

  test('follows the name of its parent where its own says nothing, and is to be confirmed', () => {
    expect(classOf(['Mortgage Interest', 'First National 1180'])).toMatchObject({
      ...{ noiClass: 'financing', decidedBy: 'parent', confirmedBy: null },
    });
    expect(classOf(['Mortgage Interest', 'Depreciation'])).toMatchObject({
      ...{ noiClass: 'nonOperating', decidedBy: 'name' },
    });
  });

  test('follows what a person chose for its parent, and goes by its own choice first', () => {
    const names: [string, string] = ['Bank costs', 'First National 1180'];
    expect(classOf(names)?.noiClass).toBe('operatingExpense');
    expect(classOf(names, [[PARENT, 'financing']])).toMatchObject({
      ...{ noiClass: 'financing', decidedBy: 'parent', confirmedBy: null },
    });
    const both: [number, NoiClass][] = [
      [PARENT, 'financing'],
      [CHILD, 'operatingExpense'],
    ];
    expect(classOf(names, both)).toMatchObject({ noiClass: 'operatingExpense', decidedBy: 'person' });
    expect(classOf(['Mortgage', 'First National'], [[PARENT, 'operatingExpense']])?.noiClass).toBe(
      'operatingExpense',
    );
  });

  test('goes by its own sub-type where that is another one', () => {
    expect(classOf(['Capital works', 'Fines'], [], 'NonOperatingExpenses')).toMatchObject({
      ...{ noiClass: 'nonOperating', decidedBy: 'subType' },
    });
  });
});

test('every account has a class, in the order it came', () => {
  expect([...classifyChart(ACCOUNTS, new Map()).keys()]).toEqual(
    ACCOUNTS.map(({ glAccountId }) => glAccountId),
  );
});
