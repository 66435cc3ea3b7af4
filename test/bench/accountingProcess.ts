import { lastDayOfMonth } from '../../shared/dates.ts';
import { calculate } from '../../server/accounting/calculation.ts';
import { classifyChart, type Chart, type GlAccount } from '../../server/accounting/classify.ts';
import { NO_COMMITMENTS } from '../../server/accounting/commitments.ts';
import type { PropertyCash } from '../../server/accounting/draws.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';
import { openDatabase } from '../../server/db/database.ts';
import { keepNoi, type NoiRequest } from '../../server/jobs/money/calculateNoi.ts';
import { assembleInput } from '../../server/jobs/money/calculationInput.ts';
import type { Portfolio } from '../../server/jobs/money/portfolio.ts';
import { changedRuns } from '../../server/jobs/money/restateNoi.ts';
import { systemClock } from '../../server/clock.ts';
import { timeOrderedId } from '../../server/timeOrderedId.ts';

/** What one process is told and what it answers, as JSON on its arguments and its standard output. */
export type AccountingTask = {
  databaseUrl: string;
  connectionId: string;
  properties: number;
  /** Months to calculate, oldest first; the last one is measured. */
  months: string[];
  /** Changes an entry of every month, then compares all runs with the ledger. */
  restates: boolean;
};
export type AccountingTimes = {
  monthMs: number[];
  restatementMs: number | null;
  changedMonths: number;
  noiCents: number;
  drawCents: number;
  largestRssMb: number;
};

const account = (glAccountId: number, name: string, change: Partial<GlAccount> = {}): GlAccount => ({
  ...{ glAccountId, name, type: 'Expense', subType: 'OperatingExpenses', defaultAccountName: null },
  ...{ parentId: null, isBank: false },
  ...change,
});
const CHART: Chart = classifyChart(
  [
    account(3, 'Rent Income', { type: 'Income', subType: 'Income', defaultAccountName: 'Rent Income' }),
    ...[0, 1, 2, 3, 4].map((index) => account(101 + index, `Expense ${index}`)),
    account(113, 'Operating', { type: 'Asset', subType: 'CurrentAsset', isBank: true }),
  ],
  new Map(),
);

async function carryOut(task: AccountingTask): Promise<AccountingTimes> {
  const database = openDatabase(task.databaseUrl, { max: 2 });
  const newId = timeOrderedId(systemClock);
  const job = { database, connectionId: task.connectionId, clock: systemClock, newId };
  const portfolio = portfolioOf(task.properties);
  const cash = new Map(portfolio.propertyIds.map((propertyId) => [propertyId, CASH]));
  const times: number[] = [];
  let noiCents = 0;
  let drawCents = 0;
  for (const month of task.months) {
    const startedMs = performance.now();
    const period = { from: month, to: lastDayOfMonth(month) };
    const request: NoiRequest = { period, basis: 'cash', requestedBy: 'bench' };
    const tied = { differences: [], closing: [] };
    const input = await assembleInput(job, request, CHART, tied, portfolio, cash);
    const result = calculate(input);
    await database.transaction((tx) => keepNoi(tx, job, request, { input, result }));
    times.push(performance.now() - startedMs);
    noiCents = result.portfolio.noiCents;
    drawCents = result.checks.reduce((sum, { checkCents }) => sum + checkCents, 0);
  }
  const restated = task.restates ? await restate(job, task.months) : { ms: null, changed: 0 };
  await database.close();
  return {
    monthMs: times,
    restatementMs: restated.ms,
    changedMonths: restated.changed,
    noiCents,
    drawCents,
    largestRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

async function restate(
  job: Parameters<typeof changedRuns>[0],
  months: readonly string[],
): Promise<{ ms: number; changed: number }> {
  await job.database.execute(
    `update ledger_entries set amount_cents = amount_cents + 1
      where connection_id = $1 and basis = 'cash' and property_id = 1 and gl_account_id = 3 and ordinal = 0
        and day = any(select date_trunc('month', day)::date + 1 from unnest($2::date[]) as m(day))`,
    [job.connectionId, months],
  );
  const ending = { from: months[0] ?? '', to: lastDayOfMonth(months.at(-1) ?? '') };
  const startedMs = performance.now();
  let changed = 0;
  for await (const _changed of changedRuns(job, ending, CHART, NO_MARKS)) changed += 1;
  return { ms: performance.now() - startedMs, changed };
}

/** An owner has a few properties each. */
function portfolioOf(properties: number): Portfolio {
  const propertyIds = Array.from({ length: properties }, (_, index) => index + 1);
  return {
    propertyIds,
    names: new Map(propertyIds.map((propertyId) => [propertyId, `Property ${propertyId}`])),
    onFile: [],
    owners: propertyIds.map((propertyId) => ({ Id: 10_000 + (propertyId % 200), PropertyIds: [propertyId] })),
    leases: [],
  };
}

const NO_MARKS = { operating: [], escrow: [] };
const PARTS = { ...NO_CASH, operatingCashCents: 900_000, heldForTenantsCents: 200_000, reserveCents: 50_000 };
const CASH: PropertyCash = {
  ...{ hasOperatingAccount: true, atPeriodEnd: PARTS, now: PARTS },
  commitments: NO_COMMITMENTS,
};

process.stdout.write(JSON.stringify(await carryOut(JSON.parse(process.argv[2] ?? '') as AccountingTask)));
