import { startChild } from './childProcess.ts';
import { syncWhole } from './firstSync.ts';
import type { Answers, LoadCalls } from './loadProcess.ts';
import { percentileOf, rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { onlyConnection, openSetting, type Setting } from './setting.ts';

const STEADY = { perSecond: 200, p99Ms: 50 };
const PEAK_PER_SECOND = 2_000;
const CONNECTIONS = 128;

/**
 * How fast webhooks are answered, each after its receipt and mark are committed to disk. The server is the whole
 * product in one process, at its other work too: the events name new transactions, which it reads and writes meanwhile.
 */
export async function webhooks(bench: BenchOptions): Promise<Measurement[]> {
  const steadySeconds = bench.quick ? 4 : 20;
  const peakSeconds = bench.quick ? 3 : 10;
  const setting = await openSetting(bench, {
    seeds: [{ properties: bench.quick ? 5 : 20, transactionsPerLease: 2 }],
  });
  const load = startChild<LoadCalls>('./loadProcess.ts');
  try {
    await syncWhole(setting);
    const { webhookUrl: url, secret, index } = onlyConnection(setting);
    const { accountId } = await setting.buildium.call('account', { index });
    const transactionIds = await newTransactions(setting, STEADY.perSecond * steadySeconds);
    const target = { url, secret, accountId, transactionIds };
    await load.call('steady', { ...target, perSecond: 20, seconds: 2 });
    const settings = await durability(setting);
    await setting.server.call('forgetCalls', null);
    const [steady, steadyKept] = await counted(setting, () =>
      load.call('steady', { ...target, perSecond: STEADY.perSecond, seconds: steadySeconds }),
    );
    const own = {
      cpuMs: rounded(await setting.server.call('cpuMs', null), 0),
      loopDelayMs: await setting.server.call('loopDelayMs', null),
    };
    const [peak, peakKept] = await counted(setting, () =>
      load.call('flood', { ...target, connections: CONNECTIONS, seconds: peakSeconds }),
    );
    return [answered(steady, steadyKept, { ...own, ...settings }), accepted(peak, peakKept, settings)];
  } finally {
    await load.stop();
    await setting.close();
  }
}

/** Charges that Buildium knows and nobody has been told of, so that the server has real work behind the events. */
export async function newTransactions({ buildium, ...setting }: Setting, count: number): Promise<number[]> {
  const { index } = onlyConnection(setting);
  const known = new Set(await buildium.call('transactions', { index }));
  const leases = await buildium.call('leases', { index });
  await buildium.call('setWebhook', { index, subscription: null });
  const actions = Array.from({ length: count }, (_, number) => {
    return { action: 'postCharge', leaseId: leases[number % leases.length], amount: 10 + (number % 90) };
  });
  await buildium.call('act', { index, actions });
  return (await buildium.call('transactions', { index })).filter((id) => !known.has(id));
}

function answered(steady: Answers, kept: number, settings: object): Measurement {
  const latencies = latenciesOf(steady);
  const isWhole = steady.refused === 0 && kept === steady.accepted;
  return {
    name: `Webhook answered, ${STEADY.perSecond} a second arriving`,
    wanted: `p99 < ${STEADY.p99Ms} ms, none lost`,
    achieved: `p50 ${latencies.p50Ms} ms, p99 ${latencies.p99Ms} ms; ${steady.accepted} of ${steady.sent} accepted, ${kept} receipts`,
    isMet: isWhole && latencies.p99Ms < STEADY.p99Ms,
    details: { ...summaryOf(steady), receipts: kept, ...settings },
  };
}

function accepted(peak: Answers, kept: number, settings: object): Measurement {
  const perSecond = Math.round(peak.accepted / peak.seconds);
  return {
    name: `Webhooks accepted at the peak, ${CONNECTIONS} connections`,
    wanted: `≥ ${PEAK_PER_SECOND.toLocaleString('en')} a second, none lost`,
    achieved: `${perSecond.toLocaleString('en')} a second; ${peak.accepted} of ${peak.sent} accepted, ${kept} receipts`,
    isMet: perSecond >= PEAK_PER_SECOND && peak.refused === 0 && kept === peak.accepted,
    details: { ...summaryOf(peak), perSecond, receipts: kept, ...settings },
  };
}

function summaryOf({ sent, accepted: taken, refused, seconds, ...rest }: Answers): object {
  return { sent, accepted: taken, refused, seconds: rounded(seconds, 2), ...latenciesOf(rest) };
}

function latenciesOf({ latenciesMs }: Pick<Answers, 'latenciesMs'>): {
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
} {
  const at = (share: number): number => rounded(percentileOf(latenciesMs, share));
  return { p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}

/** The load's outcome, and how many receipts are in the database because of it. */
async function counted(setting: Setting, work: () => Promise<Answers>): Promise<[Answers, number]> {
  const before = await receipts(setting);
  const answers = await work();
  return [answers, (await receipts(setting)) - before];
}

async function receipts({ database }: Setting): Promise<number> {
  const [row] = await database.query<{ count: number }>('select count(*) as count from receipts');
  return row?.count ?? 0;
}

/** What Postgres does before it says that a commit is done. */
async function durability({ database }: Setting): Promise<object> {
  const rows = await database.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}
