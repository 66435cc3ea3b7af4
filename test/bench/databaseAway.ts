import pg from 'pg';
import { startChild } from './childProcess.ts';
import { syncWhole } from './firstSync.ts';
import type { LoadCalls } from './loadProcess.ts';
import { percentileOf, rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { eventually, onlyConnection, openSetting, type Setting } from './setting.ts';
import { newTransactions } from './webhooks.ts';

const PER_SECOND = 200;
const AWAY_SECONDS = 60;

/**
 * The database is away for a minute while webhooks arrive: each is answered 2xx all the same, since it is on disk,
 * and is in the database once, after it is back.
 */
export async function databaseAway(bench: BenchOptions): Promise<Measurement[]> {
  const awaySeconds = bench.quick ? 5 : AWAY_SECONDS;
  const setting = await openSetting(bench, { seeds: [{ properties: 5, transactionsPerLease: 2 }] });
  const load = startChild<LoadCalls>('./loadProcess.ts');
  try {
    await syncWhole(setting);
    const { webhookUrl: url, secret, index } = onlyConnection(setting);
    const { accountId } = await setting.buildium.call('account', { index });
    const transactionIds = await newTransactions(setting, PER_SECOND);
    const before = await receipts(setting);
    await allowConnections(setting, false);
    const answers = await load.call('steady', {
      ...{ url, secret, accountId, transactionIds, perSecond: PER_SECOND, seconds: awaySeconds },
    });
    await allowConnections(setting, true);
    const backAtMs = performance.now();
    const isWhole = await eventually(
      async () => (await receipts(setting).catch(() => 0)) - before >= answers.accepted,
      { withinMs: 120_000 },
    );
    const seconds = rounded((performance.now() - backAtMs) / 1000);
    const kept = (await receipts(setting)) - before;
    const p99Ms = rounded(percentileOf(answers.latenciesMs, 0.99));
    return [
      {
        name: `Database away for ${awaySeconds} s, ${PER_SECOND} webhooks a second arriving`,
        wanted: 'all answered 2xx, each stored once when it is back',
        achieved:
          `${answers.accepted} of ${answers.sent} answered 2xx (p99 ${p99Ms} ms), ` +
          `${kept} receipts ${seconds} s after the database was back`,
        isMet: isWhole && answers.refused === 0 && kept === answers.sent,
        details: { sent: answers.sent, refused: answers.refused, kept, replayedSeconds: seconds },
      },
    ];
  } finally {
    await load.stop();
    await setting.close();
  }
}

async function receipts({ database }: Setting): Promise<number> {
  const [row] = await database.query<{ count: number }>('select count(*) as count from receipts');
  return row?.count ?? 0;
}

/** As a failover does it: nobody is let in, and whoever is in is thrown out. */
async function allowConnections({ databaseUrl }: Setting, isAllowed: boolean): Promise<void> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`alter database "${name}" allow_connections ${isAllowed}`);
  if (!isAllowed)
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await client.end();
}
