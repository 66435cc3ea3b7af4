import { inflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { OwnerStatement, PropertyStatement } from '../../server/accounting/statement.ts';
import { printable } from '../../server/jobs/pdfPage.ts';
import { renderStatement } from '../../server/jobs/money/statementLayout.ts';

const period = { from: '2026-02-01', to: '2026-02-28' };

function property(propertyId: number, accounts: number): PropertyStatement {
  const lines = Array.from({ length: accounts }, (_, index) => ({
    name: `Account ${index} with a name that is longer than any column of a statement could ever show in full`,
    amountCents: -123_456_789 + index,
  }));
  return {
    ...{ propertyId, name: `Property ${propertyId}`, period, shares: [{ period, millionths: 333_333 }] },
    ...{ income: lines, incomeCents: 1, expenses: lines, expenseCents: 2, capital: [], capitalCents: 0 },
    ...{ noiCents: -1, ownerNoiCents: 0, draw: null },
    cash: { openingCents: 0, changes: lines, closingCents: 5 },
  };
}

function statement(properties: PropertyStatement[]): OwnerStatement {
  const totals = { incomeCents: 1, expenseCents: 2, noiCents: -1, ownerNoiCents: 0 };
  return {
    ...{ ownerId: 5, period, basis: 'accrual', properties, exceptions: ['It does not tie out.'] },
    totals: { ...totals, openingCashCents: 0, closingCashCents: 5 },
    check: { checkCents: 0, drawsCents: 0, nettingCents: -100, uncoveredCents: 2_500 },
  };
}

const ABOUT = {
  company: { name: 'Łódź & Sons “Property”', lines: ['1 Main Street'] },
  ownerName: 'Zoë Müller',
  addresses: { 1: ['1 Main Street', 'Boston, MA 02109'] },
  openItems: [],
  version: 3,
  runId: '019ab2c4-0000-7000-8000-000000000000',
  madeAt: '2026-03-01T05:00:00.000Z',
};

const pagesIn = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;

test('the same statement has the same bytes, and another version others', async () => {
  const one = statement([property(1, 3)]);
  const first = await renderStatement(one, ABOUT);
  expect((await renderStatement(one, ABOUT)).equals(first)).toBe(true);
  expect((await renderStatement(one, { ...ABOUT, version: 4 })).equals(first)).toBe(false);
  expect(pagesIn(first)).toBe(1);
});

test('as many pages as it takes, and an owner of nothing still gets one', async () => {
  const many = statement(Array.from({ length: 12 }, (_, index) => property(index, 40)));
  expect(pagesIn(await renderStatement(many, ABOUT))).toBeGreaterThan(24);
  expect(pagesIn(await renderStatement(statement([]), ABOUT))).toBe(1);
});

test.each([3, 4, 5, 6, 7, 8, 9, 10])(
  'the notes never stand alone on a page: %i lines of cash before them',
  async (changes) => {
    const one = property(1, 6);
    const amounts = Array.from({ length: changes }, (_, index) => ({ name: 'Line', amountCents: index }));
    const long = { ...one, cash: { ...one.cash, changes: amounts } };
    const pdf = await renderStatement({ ...statement([long]), check: null }, ABOUT);
    const last = textsIn(pdf).find((text) => text.includes('paid from Buildium'));
    expect(last).toContain('Your share of net operating income');
  },
);

test('figures that stand in spite of a check are not said to have been compared', async () => {
  const said = async (exceptions: string[]): Promise<string> =>
    textsIn(await renderStatement({ ...statement([property(1, 3)]), exceptions }, ABOUT)).join('');
  expect(await said([])).toContain('compared with its account balances');
  const excepted = await said(['It does not tie out.']);
  expect(excepted).toContain('Shown in spite of a check: It does not tie out.');
  expect(excepted).not.toContain('compared with its account balances');
});

/** What each page says. */
function textsIn(pdf: Buffer): string[] {
  const streams = pdf.toString('latin1').matchAll(/stream\n([^]*?)\nendstream/g);
  return [...streams].map(([, stream = '']) => {
    const content = inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
    const codes = [...content.matchAll(/<([0-9a-f]+)>/g)].map(([, code]) => code);
    return Buffer.from(codes.join(''), 'hex').toString('latin1');
  });
}

test.each([
  ['Zoë Müller', 'Zoë Müller'],
  ['“Smart” – it’s', '“Smart” – it’s'],
  ['Dvořák', 'Dvorák'],
  ['−$5.00', '-$5.00'],
  ['東京', '??'],
])('%s is printed as %s: letters that the fonts of every reader have', (given, printed) => {
  expect(printable(given)).toBe(printed);
});
