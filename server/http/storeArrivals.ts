import { saveArrivals } from '../db/arrivals.ts';
import type { Queryable } from '../db/database.ts';
import type { MarkPriority } from '../db/marks.ts';
import type { ReceiptRow } from '../db/receipts.ts';

/** An authentic event: the receipt of it, whose ids are to be looked at again when a resource is named. */
export type Arrival = ReceiptRow;

export type Stored = {
  fresh: Set<Arrival>;
  markedByResource: Map<string, number>;
  /** What has dirty ids now: to be woken. */
  marked: { connectionId: string; resource: string }[];
};

const MONEY = new Set(['transactions', 'bills']);

/**
 * Receipts and marks at once, however many connections and resources the arrivals concern.
 * An event that was received before marks nothing.
 */
export async function storeArrivals(
  database: Queryable,
  arrivals: readonly Arrival[],
  now: string,
): Promise<Stored> {
  const rows = arrivals.map((arrival) => ({ ...arrival, priority: priorityOf(arrival) }));
  const unseen = await saveArrivals(database, rows, now);
  const fresh = new Set<Arrival>();
  const markedByResource = new Map<string, number>();
  const marked = new Map<string, Stored['marked'][number]>();
  for (const arrival of arrivals) {
    const { connectionId, receiptId, resource, ids } = arrival;
    if (!unseen.delete(`${connectionId} ${receiptId}`)) continue;
    fresh.add(arrival);
    if (resource === null || ids.length === 0) continue;
    markedByResource.set(resource, (markedByResource.get(resource) ?? 0) + ids.length);
    marked.set(`${connectionId} ${resource}`, { connectionId, resource });
  }
  return { fresh, markedByResource, marked: [...marked.values()] };
}

function priorityOf({ resource }: Arrival): MarkPriority {
  return resource !== null && MONEY.has(resource) ? 'money' : 'normal';
}
