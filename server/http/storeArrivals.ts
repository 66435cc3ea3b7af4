import { markDirty, type Mark, type MarkPriority } from '../db/marks.ts';
import { saveReceipts, type ReceiptRow } from '../db/receipts.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { Queues } from '../jobs/queues.ts';

/** An authentic event: the receipt of it, whose ids are to be looked at again when a resource is named. */
export type Arrival = ReceiptRow;

const MONEY = new Set(['transactions', 'bills']);

export type Stored = { fresh: Set<Arrival>; markedByResource: Map<string, number> };

/**
 * Receipts, marks and wake-ups in one transaction, however many connections and resources the arrivals concern.
 * An event that was received before marks nothing.
 */
export async function storeArrivals(
  parts: { database: Database; queues: Queues },
  arrivals: readonly Arrival[],
  now: string,
): Promise<Stored> {
  return parts.database.transaction(async (tx) => {
    const unseen = await saveReceipts(tx, arrivals);
    const fresh = new Set<Arrival>();
    for (const arrival of arrivals) {
      if (unseen.delete(`${arrival.connectionId} ${arrival.receiptId}`)) fresh.add(arrival);
    }
    const markedByResource = new Map<string, number>();
    // Always in the same order, so that two processes never wait for each other in a circle.
    for (const [connectionId, marks] of [...marksByConnection(fresh)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await markDirty(tx, connectionId, marks, now);
      await wakeAll(tx, parts.queues, connectionId, marks);
      for (const { resource } of marks)
        markedByResource.set(resource, (markedByResource.get(resource) ?? 0) + 1);
    }
    return { fresh, markedByResource };
  });
}

function marksByConnection(arrivals: Iterable<Arrival>): Map<string, Mark[]> {
  const grouped = new Map<string, Mark[]>();
  for (const arrival of arrivals) {
    const marks = marksOf(arrival);
    if (marks.length > 0)
      grouped.set(arrival.connectionId, [...(grouped.get(arrival.connectionId) ?? []), ...marks]);
  }
  return grouped;
}

function marksOf({ resource, ids, eventName, eventAt }: Arrival): Mark[] {
  if (resource === null) return [];
  const priority: MarkPriority = MONEY.has(resource) ? 'money' : 'normal';
  return ids.map((entityId) => ({
    resource,
    entityId,
    reason: `Buildium announced ${eventName}`,
    onBehalfOf: 'buildium',
    priority,
    happenedAt: eventAt,
  }));
}

async function wakeAll(
  tx: Transaction,
  queues: Queues,
  connectionId: string,
  marks: readonly Mark[],
): Promise<void> {
  for (const resource of [...new Set(marks.map((mark) => mark.resource))].sort())
    await queues.wake(tx, connectionId, resource);
}
