import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addMonths, firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Context } from '../../server/context.ts';
import { connectTwoSides, contextOn, startTwoSides, type TwoSides } from '../support/twoSides.ts';
import { environmentFor, runCli } from './runCli.ts';

let sides: TwoSides;
let context: Context;
let month: string;

beforeAll(async () => {
  sides = await startTwoSides();
  context = await contextOn(sides);
  const job = await connectTwoSides(context, sides);
  month = firstDayOfMonth(addMonths(todayIn(job), -1)).slice(0, 7);
}, 60_000);
afterAll(async () => {
  await context.close();
  await sides.close();
});

const cli = (...args: string[]) => runCli(args, environmentFor(sides));

test('noi calculates a month, shows it to a person and to a program, and keeps nothing of a dry run', async () => {
  const shown = await cli('noi', month, '--dry-run');
  expect(shown.stdout).toMatch(/Property +Income +Expenses +NOI +Draw/);
  expect(shown.stdout).toContain('Maple Street Duplex');
  expect(shown.stdout).toContain('Where no rule is entered a draw is all that safe cash allows');
  expect(shown.code).toBe(0);
  const { stdout, code } = await cli('noi', month, '--basis', 'accrual', '--json');
  const { calculation, results } = JSON.parse(stdout) as {
    calculation: { state: string; run: { version: number } };
    results: { properties: unknown[] };
  };
  expect([code, calculation.state, calculation.run.version]).toEqual([0, 'finished', 1]);
  expect(results.properties.length).toBeGreaterThan(1);
});

test.each([
  [['noi', '2999-01'], 'Choose one that has begun'],
  [['noi', '2026-01', '--basis', 'both'], 'cash or accrual'],
  [['export', '--format', 'xml'], 'hledger is the only one'],
])('%j is refused, with what to give instead', async (args, message) => {
  const { code, stderr } = await cli(...args);
  expect([code, stderr.includes(message)]).toEqual([2, true]);
});

test('export writes the ledger as a journal', async () => {
  const from = `${month}-01`;
  const { stdout, code } = await cli(
    'export',
    '--from',
    from,
    '--to',
    lastDayOfMonth(from),
    '--basis',
    'accrual',
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^; Buildium's general ledger, accrual basis/);
  expect(stdout).toMatch(new RegExp(`^${month}-\\d\\d \\* \\(\\d+\\) Charge {2}; property:\\d+$`, 'm'));
});
