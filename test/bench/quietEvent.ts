import { syncWhole } from './firstSync.ts';
import { percentileOf, rounded, type BenchOptions, type Measurement } from './measurement.ts';
import type { TimedCall } from './serverProcess.ts';
import { coveredMs, underWay } from './spans.ts';
import { eventually, LATENCY_MS, onlyConnection, openSetting, quiet, type Setting } from './setting.ts';

const VISIBLE_MS = 2_000;
const OWN_MS = 150;

/** One payment after the other, each after everything before it has come to rest. */
type Seen = {
  /** From the person's click to Airtable's answer to the write. */
  totalMs: number;
  /** From the click to the webhook at our door: Buildium's lag. */
  lagMs: number;
  /** While a call of ours was under way at one of the two services. */
  callsMs: number;
  ownMs: number;
};

/** How soon a single payment is visible in Airtable, and how much of that is ours. */
export async function quietEvent(bench: BenchOptions): Promise<Measurement[]> {
  const payments = bench.quick ? 3 : 20;
  const setting = await openSetting(bench, { seeds: [{ properties: 5, transactionsPerLease: 2 }] });
  try {
    await syncWhole(setting);
    await quiet(setting);
    const seen: Seen[] = [];
    for (let count = 0; count < payments; count += 1) seen.push(await payOnce(setting, count));
    const median = (pick: (one: Seen) => number): number => rounded(percentileOf(seen.map(pick), 0.5), 0);
    const totalMs = median((one) => one.totalMs);
    const afterWebhookMs = median((one) => one.totalMs - one.lagMs);
    const ownMs = median((one) => one.ownMs);
    const details = {
      payments,
      medianMs: {
        total: totalMs,
        lag: median((one) => one.lagMs),
        calls: median((one) => one.callsMs),
        own: ownMs,
      },
      mostMs: { total: rounded(Math.max(...seen.map((one) => one.totalMs)), 0) },
      simulated: { latencyMs: LATENCY_MS, webhookLagMs: 'half a second to three, evenly' },
      all: seen.map((one) => [one.totalMs, one.lagMs, one.callsMs, one.ownMs].map((ms) => rounded(ms, 0))),
    };
    return [
      {
        name: 'A quiet single payment, from its webhook to its row in Airtable',
        wanted: `< ${VISIBLE_MS / 1_000} s median`,
        achieved: `${afterWebhookMs} ms median (${totalMs} ms from the click, with Buildium's lag)`,
        isMet: afterWebhookMs < VISIBLE_MS,
        details,
      },
      {
        name: 'Of which our own share',
        wanted: `< ${OWN_MS} ms median`,
        achieved: `${ownMs} ms median`,
        isMet: ownMs < OWN_MS,
        details: { what: "the total without the two services' calls and without the webhook's lag" },
      },
    ];
  } finally {
    await setting.close();
  }
}

async function payOnce(setting: Setting, count: number): Promise<Seen> {
  const { server, buildium } = setting;
  const { index } = onlyConnection(setting);
  const leases = await buildium.call('leases', { index });
  await server.call('forgetCalls', null);
  const receiptsBefore = (await receivedAtMs(setting)).length;
  const clickedAtMs = Date.now();
  const leaseId = leases[count % leases.length];
  await buildium.call('actAndDeliver', {
    index,
    action: { action: 'recordRentPayment', leaseId, amount: 50 + count },
  });
  const written = (calls: readonly TimedCall[]): TimedCall | undefined =>
    calls.find((call) => call.kind === 'records.upsert' && call.status === 200);
  const came = await eventually(async () => written(await server.call('timedCalls', null)) !== undefined, {
    withinMs: 30_000,
    everyMs: 20,
  });
  const calls = await server.call('timedCalls', null);
  const last = written(calls);
  const receivedMs = (await receivedAtMs(setting))[receiptsBefore];
  if (!came || !last || receivedMs === undefined)
    throw new Error(`Payment ${count} did not come to Airtable`);
  const lagMs = receivedMs - clickedAtMs;
  const totalMs = last.endedAtMs - clickedAtMs;
  const mine = calls.filter((call) => !call.kind.startsWith('webhooks.'));
  const callsMs = coveredMs(mine.map(underWay), receivedMs, last.endedAtMs);
  await quiet(setting, 500);
  return { totalMs, lagMs, callsMs, ownMs: totalMs - lagMs - callsMs };
}

/** When our door took each event; that is noted before the receipt is committed. */
async function receivedAtMs({ database }: Setting): Promise<number[]> {
  const rows = await database.query<{ at: string }>(
    'select received_at as at from receipts order by received_at',
  );
  return rows.map(({ at }) => Date.parse(at));
}
