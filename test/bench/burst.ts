import { callsOf, differencesOf, refusedForRate } from './bothSides.ts';
import { CEILING_RECORDS_PER_SECOND, syncWhole } from './firstSync.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { eventByEvent } from './officialClient.ts';
import { deliverAgain } from './redelivery.ts';
import { eventually, onlyConnection, openSetting, quiet, type Setting } from './setting.ts';

const WANTED = 1.25;

/** The first look takes as long for a few as for many. */
const WANTED_OF_QUICK = 2;

/**
 * Many payments recorded at once, their webhooks delivered at once: until all are in Airtable, against what its limit
 * allows. Then every webhook a second time, which must not cost a write.
 */
export async function burst(bench: BenchOptions): Promise<Measurement[]> {
  const payments = bench.quick ? 100 : 1_000;
  const wanted = bench.quick ? WANTED_OF_QUICK : WANTED;
  const setting = await openSetting(bench, { seeds: [{ properties: 5, transactionsPerLease: 2 }] });
  try {
    await syncWhole(setting);
    await quiet(setting);
    const before = await callsOf(setting);
    const { seconds, isComplete, deliveredSeconds } = await payAndWait(setting, payments);
    const after = await callsOf(setting);
    const ceilingSeconds = payments / CEILING_RECORDS_PER_SECOND;
    const ratio = seconds / ceilingSeconds;
    bench.say(`${payments} webhooks took ${rounded(seconds)} s; now the duplicates and the baseline`);
    await quiet(setting);
    const duplicates = await sendAgain(setting, payments);
    const rateLimited = await refusedForRate(setting);
    const differences = await differencesOf(setting, onlyConnection(setting));
    const baseline = await eventByEvent(setting, Math.round(payments / 10));
    const isMet = isComplete && ratio <= wanted && rateLimited === 0 && differences.length === 0;
    return [
      {
        name: `Burst of ${payments.toLocaleString('en')} webhooks, all in Airtable`,
        wanted: `≤ ${wanted} × the time that the ceiling allows, no 429`,
        achieved: `${rounded(ratio, 2)} × (${rounded(seconds)} s; the ceiling is ${ceilingSeconds} s), ${rateLimited} × 429`,
        isMet,
        details: {
          ratio: rounded(ratio, 3),
          deliveredSeconds,
          calls: {
            airtable: more(after.airtable, before.airtable),
            buildium: more(after.buildium, before.buildium),
          },
          differences,
          baseline: {
            what: 'the official client: for each event one read in Buildium and one record created, one event at a time; on a tenth',
            ...baseline,
            timesFaster: rounded(payments / seconds / baseline.eventsPerSecond),
          },
        },
      },
      {
        name: `The same ${payments.toLocaleString('en')} webhooks again`,
        wanted: 'no write, and every one answered 2xx',
        achieved: `${duplicates.writes} writes, ${duplicates.answered} answered 2xx`,
        isMet: duplicates.writes === 0 && duplicates.answered === payments,
        details: duplicates,
      },
    ];
  } finally {
    await setting.close();
  }
}

async function payAndWait(
  setting: Setting,
  payments: number,
): Promise<{ seconds: number; isComplete: boolean; deliveredSeconds: number }> {
  const { buildium, airtable } = setting;
  const { index, baseId } = onlyConnection(setting);
  const leases = await buildium.call('leases', { index });
  const rowsBefore = (await airtable.call('rows', { baseId }))['Transactions'] ?? 0;
  await buildium.call('holdWebhooks', { index, hold: true });
  const actions = Array.from({ length: payments }, (_, count) => ({
    action: 'recordRentPayment',
    leaseId: leases[count % leases.length],
    amount: 100 + count / 100,
  }));
  await buildium.call('act', { index, actions });
  const startedAtMs = Date.now();
  await buildium.call('holdWebhooks', { index, hold: false });
  let deliveredAtMs: number | null = null;
  const isComplete = await eventually(
    async () => {
      if (deliveredAtMs === null && (await buildium.call('undelivered', { index })) === 0)
        deliveredAtMs = Date.now();
      return ((await airtable.call('rows', { baseId }))['Transactions'] ?? 0) - rowsBefore >= payments;
    },
    { withinMs: 120_000, everyMs: 50 },
  );
  return {
    seconds: (Date.now() - startedAtMs) / 1_000,
    isComplete,
    deliveredSeconds: rounded(((deliveredAtMs ?? Number.NaN) - startedAtMs) / 1_000, 2),
  };
}

async function sendAgain(
  setting: Setting,
  payments: number,
): Promise<{ answered: number; writes: number; calls: Record<string, number> }> {
  const { index, webhookUrl, secret } = onlyConnection(setting);
  const bodies = await setting.buildium.call('deliveredBodies', { index });
  const before = await callsOf(setting);
  const answered = await deliverAgain(bodies.slice(-payments), { url: webhookUrl, secret });
  await quiet(setting);
  const calls = more((await callsOf(setting)).airtable, before.airtable);
  const writes = ['upsertRecords', 'updateRecords', 'createRecords', 'deleteRecords'];
  return { answered, writes: writes.reduce((sum, kind) => sum + (calls[kind] ?? 0), 0), calls };
}

function more(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  const entries = Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}
