import { API_PREFIX } from '../../shared/api.ts';
import type { ApiResponse } from '../../shared/api.ts';
import { plannedTransactions } from '../../shared/planned/columns.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { actAsPerson } from '../../server/sandbox/airtable/person.ts';
import { syncedTable, type SyncedRow } from '../../server/sandbox/bothSidesAirtable.ts';
import { gridOf } from '../support/journeyBase.ts';
import type { Now } from './killEdits.ts';

type Push = ApiResponse<'push'>;
type Intents = ApiResponse<'listIntents'>;

/** A person who plans transactions, pushes them, and pushes again what no answer came for. */
export type Pusher = {
  /** Enters a charge, a payment and a bill. */
  plan(sides: Now, round: number): void;
  /** Previews and confirms what was never confirmed; a server that dies on the way is asked again the next time. */
  push(serverUrl: string): Promise<void>;
  /** Says "send it again" where the server has found nothing and asks, as a person who has looked in Buildium does. */
  decide(serverUrl: string): Promise<void>;
  syncNow(serverUrl: string, resources: readonly string[]): Promise<void>;
  /** What is not booked exactly once, or not shown so on its row. */
  differences(sides: Now): string[];
  planned(): number;
};

export function pusher(token: string): Pusher {
  const memos = new Map<string, string>();
  const confirmed = new Set<string>();
  const call = (url: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${url}${API_PREFIX}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const ask = async <Answer>(url: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await call(url, path, body);
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  return {
    plan: (sides, round) => {
      for (const row of plannedRows(sides, round)) {
        const { airtable, nowMs } = sides;
        const records = [{ fields: row }];
        const request = { action: 'createRecords' as const, table: plannedTransactions.table, records };
        const { ids } = actAsPerson(airtable.world, request, Math.floor(nowMs));
        for (const id of ids as string[]) memos.set(id, row.Memo);
      }
    },
    push: async (url) => {
      const recordIds = [...memos.keys()].filter((id) => !confirmed.has(id));
      if (recordIds.length === 0) return;
      const { preview } = await ask<Push>(url, '/sync/push', { recordIds, dryRun: true });
      const records = preview?.records ?? [];
      const refused = records.find(({ outcome }) => outcome === 'refused');
      if (refused) throw new Error(`A sound row is refused: ${refused.summary}`);
      const going = records.flatMap(({ recordId, previewHash }) =>
        previewHash === null ? [] : [{ recordId, previewHash }],
      );
      if (going.length > 0) await ask<Push>(url, '/sync/push', { records: going, dryRun: false });
      for (const recordId of recordIds) confirmed.add(recordId);
    },
    decide: async (url) => {
      const { intents } = await ask<Intents>(url, '/sync/intents?state=asking');
      for (const { intentId } of intents) {
        const { status } = await call(url, `/sync/intents/${intentId}/decide`, { decision: 'sendAgain' });
        // Clear by itself meanwhile, or its request may still be under way.
        if (status !== 200 && status !== 409) throw new Error(`A decision was answered ${status}`);
      }
    },
    syncNow: async (url, resources) => void (await ask(url, '/sync/trigger', { resources })),
    differences: (sides) => [...memos].flatMap(([recordId, memo]) => bookedOnce(sides, recordId, memo)),
    planned: () => memos.size,
  };
}

function plannedRows(sides: Now, round: number): (Record<string, unknown> & { Memo: string })[] {
  const day = new Date(sides.nowMs).toISOString().slice(0, 10);
  const later = new Date(sides.nowMs + 30 * 86_400_000).toISOString().slice(0, 10);
  const account = (name: string): string[] => [
    rowOf(sides, 'glAccounts', ({ cells }) => cells['name'] === name).recordId,
  ];
  const lease = rowOf(sides, 'leases', ({ cells }) => cells['status'] === 'Active');
  const Lease = [lease.recordId];
  const Vendor = [rowOf(sides, 'vendors').recordId];
  const Property = [rowOf(sides, 'properties').recordId];
  const common = { Date: day, Amount: 10 + round };
  return [
    { ...common, Kind: 'Lease charge', Lease, 'GL Account': account('Late Fee Income'), Memo: `c${round}` },
    {
      ...{ ...common, Kind: 'Lease payment', Lease, 'GL Account': account('Rent Income'), Memo: `p${round}` },
      'Payment Method': 'Check',
    },
    {
      ...{ ...common, Kind: 'Bill', Vendor, Property, 'GL Account': account('Repairs & Maintenance') },
      ...{ 'Due Date': later, Memo: `b${round}` },
    },
  ];
}

function rowOf(
  { airtable, nowMs }: Now,
  resource: string,
  fits: (row: SyncedRow) => boolean = () => true,
): SyncedRow {
  const found = syncedTable(airtable.world, airtable.baseId, resourceNamed(resource), nowMs)?.rows.find(fits);
  if (!found) throw new Error(`There is no row of ${resource} to plan with`);
  return found;
}

function bookedOnce({ buildium, airtable, nowMs }: Now, recordId: string, memo: string): string[] {
  const booked = [...buildium.world.records.transactions.values()].filter((one) => one.memo === memo);
  const row = gridOf(airtable.world, airtable.baseId, () => nowMs)
    .rows(plannedTransactions.table)
    .find(({ id }) => id === recordId);
  const [first] = booked;
  if (booked.length !== 1) return [`${memo} is ${booked.length} times in Buildium`];
  const shows = `${String(row?.cells['Sync Status'])} ${String(row?.cells['Buildium ID'])}`;
  return shows === `Posted ${String(first?.id)}` ? [] : [`the row of ${memo} shows ${shows}`];
}
