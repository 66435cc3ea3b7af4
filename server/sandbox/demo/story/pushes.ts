import { plannedTransactions } from '../../../../shared/planned/columns.ts';
import { formatCents } from '../../../../shared/money.ts';
import { rowsOf } from '../rows.ts';
import { must, timed, type Scene, type Step } from './step.ts';

const WHAT_TO_DO =
  'GET /api/v1/sync/intents says of each planned transaction how it stands and what is next.';

const TENANTS = ['Amara Osei', 'Grace Lin', 'Sofia Petrov'] as const;

/** What people plan in Airtable and send to Buildium: seen first, and never there twice. */
export const plannedCharges: Step = {
  name: 'planned charges are previewed, then pushed to Buildium',
  whatToDo: WHAT_TO_DO,
  play: async (scene) => {
    const recordIds = await plan(scene, 'Holiday lights', 1500);
    const before = chargesNamed(scene, 'Holiday lights');
    const { totals } = await previewOf(scene, recordIds);
    must(before === 0, 'A preview must not book anything');
    const latencyMs = await timed(
      () => push(scene, recordIds),
      'every row to be booked',
      () => stillOpen(scene, recordIds),
    );
    must(chargesNamed(scene, 'Holiday lights') === recordIds.length, 'Not every charge is there once');
    const shown = totals.map(
      ({ transactions, amountCents }) => `${transactions} for ${formatCents(amountCents)}`,
    );
    return {
      latencyMs,
      checked: [
        `the preview said ${shown.join(', ')} and booked nothing`,
        'each row shows its id in Buildium',
      ],
    };
  },
};

export const pushThroughCrash: Step = {
  name: 'the server goes down in the middle of a push: every charge is there once',
  whatToDo: WHAT_TO_DO,
  play: async (scene) => {
    const { network } = scene;
    const recordIds = await plan(scene, 'Snow shovel', 2500);
    // Buildium books, and its answers never arrive.
    network.buildium.faults.add([
      { method: 'POST', path: '/charges$', times: 2, effect: { kind: 'tornAfter' } },
    ]);
    const latencyMs = await timed(
      async () => {
        await push(scene, recordIds);
        await network.restartServer();
      },
      'every row to be booked',
      () => stillOpen(scene, recordIds),
      { withinMs: 60_000, everyMs: 250 },
    );
    const charges = chargesNamed(scene, 'Snow shovel');
    must(charges === recordIds.length, `There are ${charges} charges instead of ${recordIds.length}`);
    return {
      latencyMs,
      checked: ['two answers were lost and the server was stopped', 'three rows, three charges in Buildium'],
    };
  },
};

async function plan(scene: Scene, memo: string, cents: number): Promise<string[]> {
  const { network, people, cast } = scene;
  const [account] = rowsOf(network, 'glAccounts', cast.glAccountId('Late Fee Income'));
  const day = new Date(network.simulatorClock.nowMs()).toISOString().slice(0, 10);
  const records = TENANTS.map((tenant) => {
    const [lease] = rowsOf(network, 'leases', cast.leaseOf(tenant).leaseId);
    return {
      fields: {
        ...{ Plan: memo, Kind: 'Lease charge', Date: day, Amount: cents / 100, Memo: memo },
        ...{ Lease: [lease?.recordId], 'GL Account': [account?.recordId] },
      },
    };
  });
  const { ids } = await people.inAirtable('createRecords', { table: plannedTransactions.table, records });
  return ids as string[];
}

async function previewOf({ api }: Scene, recordIds: readonly string[]) {
  const { preview } = await api('push', { body: { recordIds, dryRun: true } });
  must(preview !== null && preview.refused === 0, `Refused: ${preview?.records[0]?.summary ?? ''}`);
  return preview;
}

async function push(scene: Scene, recordIds: readonly string[]): Promise<void> {
  const { records } = await previewOf(scene, recordIds);
  const confirmed = records.map(({ recordId, previewHash }) => ({ recordId, previewHash }));
  await scene.api('push', { body: { records: confirmed, dryRun: false } });
}

/** What the planned rows still lack, as a person sees them. */
async function stillOpen({ network }: Scene, recordIds: readonly string[]): Promise<string | null> {
  const table = network.airtable.world.bases.get(network.airtable.baseId)?.table(plannedTransactions.table);
  const status = table?.fields.find(({ name }) => name === 'Sync Status');
  const job = await network.job();
  const read = await job.airtable.recordsById(table?.id ?? '', recordIds, [status?.id ?? '']);
  if (!read.ok) return read.error.message;
  const posted = read.value.filter((row) => row.fields[status?.id ?? ''] === 'Posted').length;
  return posted === recordIds.length ? null : `${posted} of ${recordIds.length} rows are booked`;
}

function chargesNamed({ network }: Scene, memo: string): number {
  return [...network.buildium.world.records.transactions.values()].filter(
    (one) => one.kind === 'Charge' && one.memo === memo,
  ).length;
}
