import { expect, test } from '@jest/globals';
import type { ApiResponse } from '../../shared/api.ts';
import { startServerOf } from '../../server/sandbox/devNetwork.ts';
import { walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

const TABLE = 'Planned Transactions';
const PUSH_ITS_WAY_MS = 10_000;

type Preview = NonNullable<ApiResponse<'push'>['preview']>;

/** A manager plans charges for every tenant of the story, as one does before the first of the month. */
async function planCharges(journey: Journey, amount: number): Promise<string[]> {
  const leases = journey.grid.rows('Leases').filter(({ cells }) => cells['Status'] === 'Active');
  const account = journey.grid.rows('GL Accounts').find(({ cells }) => cells['Name'] === 'Late Fee Income');
  const records = leases.map((lease) => ({
    fields: {
      ...{ Plan: 'Trash violation', Kind: 'Lease charge', Date: '2026-12-01', Amount: amount },
      ...{ Lease: [lease.id], 'GL Account': [account?.id], Memo: 'Trash left in the hallway' },
    },
  }));
  const { ids } = await journey.inAirtable('createRecords', { table: TABLE, records });
  return ids as string[];
}

async function preview({ ask }: Pick<Journey, 'ask'>, recordIds: string[]): Promise<Preview> {
  const { preview: shown } = await ask('push', {}, { recordIds, dryRun: true });
  if (!shown) throw new Error('A dry run answers a preview');
  return shown;
}

async function confirm({ ask }: Pick<Journey, 'ask'>, { records }: Preview): Promise<string> {
  const confirmed = records.map(({ recordId, previewHash }) => ({ recordId, previewHash }));
  return (await ask('push', {}, { records: confirmed, dryRun: false })).push?.pushId ?? '';
}

const chargesIn = ({ network }: Journey): number =>
  [...network.buildium.world.records.transactions.values()].filter(
    (one) => one.kind === 'Charge' && one.memo === 'Trash left in the hallway',
  ).length;

/** Every planned row is booked, and links to its own transaction. */
function expectAllPosted({ grid }: Journey, recordIds: readonly string[]): void {
  const rows = grid.rows(TABLE).filter(({ id }) => recordIds.includes(id));
  expect(rows.map(({ cells }) => cells['Sync Status'])).toEqual(recordIds.map(() => 'Posted'));
  const booked = rows.map(({ cells }) => cells['Buildium ID']);
  expect(new Set(booked).size).toBe(recordIds.length);
  for (const { cells } of rows) expect(cells['Transaction']).toHaveLength(1);
}

test(
  'A manager previews the charges of a month, sends them, and sees each one booked and linked in Airtable',
  walk(async (journey) => {
    const ids = await planCharges(journey, 40);
    const shown = await preview(journey, ids);
    expect(shown.totals).toEqual([
      {
        ...{ kind: 'leaseCharge', kindLabel: 'Lease charge', outcome: 'create' },
        ...{ transactions: ids.length, amountCents: ids.length * 4000 },
      },
    ]);
    expect(chargesIn(journey)).toBe(0);

    const pushId = await confirm(journey, shown);
    await eventually(async () => {
      expect(await journey.ask('readPush', { pushId })).toMatchObject({
        ...{ state: 'finished', message: `${ids.length} of ${ids.length} booked.` },
      });
    });
    expectAllPosted(journey, ids);
    expect(chargesIn(journey)).toBe(ids.length);
    await journey.inSync();
    expect((await preview(journey, ids)).records.map(({ outcome }) => outcome)).toEqual(
      ids.map(() => 'unchanged'),
    );
  }),
);

test(
  'The connection dies after three of the charges, and the server with it: every charge is there once',
  walk(async (journey) => {
    const { network, control } = journey;
    const ids = await planCharges(journey, 41);
    const shown = await preview(journey, ids);
    await control('buildium', 'faults', {
      faults: [{ method: 'POST', path: '/charges$', times: 3, effect: { kind: 'tornAfter' } }],
    });
    const pushId = await confirm(journey, shown);
    await network.restartServer();
    await eventually(async () => {
      journey.clock.advanceMs(PUSH_ITS_WAY_MS);
      expect(await journey.ask('readPush', { pushId })).toMatchObject({ state: 'finished' });
    });
    expectAllPosted(journey, ids);
    expect(chargesIn(journey)).toBe(ids.length);
  }),
);

test(
  'Two servers and two people at the same button book every charge once',
  walk(async (journey) => {
    const { options, ask } = journey;
    const other = await startServerOf(options);
    try {
      const ids = await planCharges(journey, 42);
      const shown = await preview(journey, ids);
      const [one, two] = await Promise.all([confirm(journey, shown), confirm({ ask }, shown)]);
      expect(one).toBe(two);
      await eventually(async () => {
        expect(await ask('readPush', { pushId: one })).toMatchObject({ state: 'finished' });
      });
      expectAllPosted(journey, ids);
      expect(chargesIn(journey)).toBe(ids.length);
    } finally {
      await other.stop();
    }
  }),
);
