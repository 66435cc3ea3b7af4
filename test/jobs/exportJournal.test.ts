import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { addMonths, firstDayOfMonth, lastDayOfMonth, type Period } from '../../shared/dates.ts';
import { BASES, debitCents, type Basis } from '../../server/accounting/ledger.ts';
import { netOperatingIncome } from '../../server/accounting/noi.ts';
import { ledgerTotals, ledgerEntries } from '../../server/db/ledgerEntries.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import { exportJournal } from '../../server/jobs/ledger/exportJournal.ts';
import type { Job } from '../../server/jobs/job.ts';
import { readChart } from '../../server/jobs/ledger/readChart.ts';
import { startMoney, type Money } from '../support/money.ts';

let money: Money;
let job: Job;
let year: Period;

beforeAll(async () => {
  money = await startMoney();
  job = await money.job();
  const today = todayIn(job);
  year = { from: firstDayOfMonth(addMonths(today, -11)), to: lastDayOfMonth(today) };
});
afterAll(() => money.close());

const hasHledger = spawnSync('hledger', ['--version']).status === 0;
if (!hasHledger) process.stdout.write('hledger is not installed: its sums are not compared with ours.\n');

/** `Income:Rent Income #3` to its account, and dollars to cents. */
const idOf = (name: string): number => Number(/#(\d+)$/.exec(name)?.[1]);
const centsOf = (text: string): number => Math.round(Number(text.replaceAll(/[$,]/g, '')) * 100);

describe.each(BASES)('a year of the story as a journal, on the %s basis', (basis) => {
  test('balances, transaction by transaction', async () => {
    const transactions = (await journalOf(basis)).split('\n\n').filter((text) => /^\d{4}-/.test(text));
    expect(transactions.length).toBeGreaterThan(50);
    for (const text of transactions) {
      const amounts = [...text.matchAll(/ {2}(-?\$[\d.]+)$/gm)].map(([, amount]) => centsOf(amount ?? ''));
      expect([text.split('\n')[0], amounts.reduce((sum, cents) => sum + cents, 0)]).toEqual([
        text.split('\n')[0],
        0,
      ]);
    }
  });

  (hasHledger ? test : test.skip)(
    'comes to the same in hledger, account by account, to the cent',
    async () => {
      const accounts = await balances(await journalOf(basis), []);
      const chart = await readChart(job);
      if (!chart.ok) throw new Error(chart.error.message);
      const totals = await ledgerTotals(money.database, job.connectionId, { basis, ...year });
      const ours = new Map<number, number>();
      for (const { glAccountId, amountCents } of totals) {
        const type = chart.value.get(glAccountId)?.type ?? 'Asset';
        ours.set(glAccountId, (ours.get(glAccountId) ?? 0) + debitCents(type, amountCents));
      }
      for (const [glAccountId, cents] of ours)
        expect([glAccountId, accounts.get(glAccountId) ?? 0]).toEqual([glAccountId, cents]);
      // And what we call net operating income is, with signs turned, hledger's total over the same accounts.
      const entries = await ledgerEntries(money.database, job.connectionId, { basis, ...year });
      const statement = netOperatingIncome(entries, year, chart.value);
      const counted = statement.lines.filter(({ isCounted }) => isCounted);
      const theirs = counted.reduce((sum, { glAccountId }) => sum - (accounts.get(glAccountId) ?? 0), 0);
      expect(theirs).toBe(statement.noiCents);
    },
  );
});

async function journalOf(basis: Basis): Promise<string> {
  const journal = await exportJournal(job, { basis, ...year });
  if (!journal.ok) throw new Error(journal.error.message);
  return journal.value;
}

async function balances(journal: string, args: readonly string[]): Promise<Map<number, number>> {
  const command = ['-f', '-', 'balance', '--flat', '--output-format', 'csv', '--no-total', ...args];
  const { stdout, stderr, status } = spawnSync('hledger', command, { input: journal, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const rows = [...stdout.matchAll(/^"([^"]+)","([^"]*)"$/gm)].slice(1);
  return new Map(rows.map(([, name = '', amount = '']) => [idOf(name), centsOf(amount)]));
}
