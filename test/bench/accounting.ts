import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addMonths } from '../../shared/dates.ts';
import { openDatabase, type Database } from '../../server/db/database.ts';
import { migrate } from '../../server/db/migrate.ts';
import type { AccountingTask, AccountingTimes } from './accountingProcess.ts';
import { percentileOf, rounded, type BenchOptions, type Measurement } from './measurement.ts';

const PROCESS = join(import.meta.dirname, 'accountingProcess.ts');
const TODAY = '2026-11-15';
const CONNECTION = 'cn_bench';

/** Transactions a property and month; each has two entries. */
const TRANSACTIONS = 25;

/**
 * The month's money from the stored ledger to the kept run: reading, checking, shares, draws, and the run with every
 * entry. What Buildium is asked before it is bound by its eight requests a second and is no part of this.
 */
export async function accounting(bench: BenchOptions): Promise<Measurement[]> {
  const properties = bench.quick ? 50 : 500;
  const manyProperties = properties * 10;
  const databaseUrl = await bench.newDatabase();
  const database = openDatabase(databaseUrl, { max: 2 });
  await migrate(database, { nowMs: Date.parse(`${TODAY}T12:00:00Z`) });
  const few = await addBooks(database, `${CONNECTION}_few`, properties, monthsBefore(TODAY, 24));
  bench.say(`  ${few} entries stored`);
  const many = await addBooks(database, `${CONNECTION}_many`, manyProperties, monthsBefore(TODAY, 3));
  bench.say(`  ${many} entries stored`);
  await database.execute('analyze ledger_entries');
  await database.close();
  const year = await run({
    ...{ databaseUrl, connectionId: `${CONNECTION}_few`, properties, months: monthsBefore(TODAY, 12) },
    restates: true,
  });
  const large = await run({
    ...{ databaseUrl, connectionId: `${CONNECTION}_many`, properties: manyProperties },
    ...{ months: monthsBefore(TODAY, 3), restates: false },
  });
  const monthMs = percentileOf(year.monthMs, 0.5);
  const largeMs = percentileOf(large.monthMs, 0.5);
  const seconds = (ms: number): string => `${rounded(ms / 1_000, 2)} s`;
  const restatementMs = year.restatementMs ?? Number.NaN;
  return [
    {
      name: `NOI and draws of a month, ${properties} properties × 24 months × ${TRANSACTIONS * 2} entries`,
      wanted: '< 3 s',
      achieved: seconds(monthMs),
      isMet: monthMs < 3_000,
      details: { ...year, entriesStored: few, slowest: seconds(Math.max(...year.monthMs)) },
    },
    {
      name: 'A year compared with what it was calculated from',
      wanted: '< 10 s, every changed month found',
      achieved: `${seconds(restatementMs)}, ${year.changedMonths} of 12`,
      isMet: restatementMs < 10_000 && year.changedMonths === 12,
      details: {},
    },
    {
      name: 'Memory of that process',
      wanted: '< 400 MB',
      achieved: `${year.largestRssMb} MB`,
      isMet: year.largestRssMb < 400,
      details: {},
    },
    {
      name: `The same month of ${manyProperties} properties`,
      wanted: 'no worse than linear',
      achieved: `${seconds(largeMs)}, ${rounded(largeMs / monthMs)} times as long for 10 times as much`,
      isMet: largeMs <= monthMs * 10,
      details: { ...large, entriesStored: many },
    },
  ];
}

async function run(task: AccountingTask): Promise<AccountingTimes> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(task)], {
    maxBuffer: 1_000_000,
  });
  return JSON.parse(stdout) as AccountingTimes;
}

/** Half the transactions are rent, half are bills, all through the bank: the books balance. */
async function addBooks(
  database: Database,
  connectionId: string,
  properties: number,
  months: readonly string[],
): Promise<number> {
  await database.execute(
    `insert into connections (connection_id, name, state, buildium_url, buildium_credentials, buildium_webhook_secrets,
       airtable_url, airtable_content_url, airtable_base_id, airtable_token, webhook_path, time_zone, settings, created_at)
     values ($1, 'Bench', 'running', '', '', '', '', '', 'appBench', '', $1, 'America/New_York', '{}', $2)`,
    [connectionId, `${TODAY}T12:00:00Z`],
  );
  return database.execute(
    `insert into ledger_entries (connection_id, basis, property_id, gl_account_id, day, transaction_id, ordinal,
       amount_cents, transaction_type, unit_id)
     select $1, 'cash', p, case when side = 1 then 113 when t <= $4 / 2 then 3 else 101 + t % 5 end,
       m.day + (t % 28), (m.day - date '2000-01-01')::bigint * 1000000 + p * 100 + t, 0,
       case when side = 1 and t > $4 / 2 then -1 else 1 end * case when t <= $4 / 2 then 100000 + t else 9000 + t end,
       'Payment', null
       from generate_series(1, $2::int) as p, unnest($3::date[]) as m(day), generate_series(1, $4::int) as t,
         generate_series(0, 1) as side`,
    [connectionId, properties, [...months], TRANSACTIONS],
  );
}

/** The months before a day, oldest first. */
function monthsBefore(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addMonths(`${day.slice(0, 7)}-01`, index - count));
}
