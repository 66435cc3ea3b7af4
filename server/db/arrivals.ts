import type { Queryable } from './database.ts';
import { ON_MARKED_ALREADY, PRIORITIES, type MarkPriority } from './marks.ts';
import { INSERT_RECEIPTS, inReceiptOrder, type ReceiptRow } from './receipts.ts';

/** An authentic event, and how urgent the look at its ids is. */
export type ArrivalRow = ReceiptRow & { priority: MarkPriority };

/**
 * Receipts of events and dirty marks of their ids, for any number of connections, in one statement: a webhook waits
 * for one round trip and one commit. An event that was received before marks nothing.
 * @returns the receipts that had not been seen before, as `connectionId receiptId`.
 */
export async function saveArrivals(
  db: Queryable,
  arrivals: readonly ArrivalRow[],
  now: string,
): Promise<Set<string>> {
  const marks = arrivals.flatMap(({ connectionId, receiptId, resource, ids, ...arrival }, position) =>
    (resource === null ? [] : ids).map((entityId) => ({
      ...{ connectionId, receiptId, resource, entityId, position },
      ...{ reason: `Buildium announced ${arrival.eventName}`, happenedAt: arrival.eventAt },
      priority: PRIORITIES[arrival.priority],
    })),
  );
  // Always in the same order, so that two processes never wait for each other in a circle.
  const saved = await db.query<{ connectionId: string; receiptId: string }>(
    `with received as (${INSERT_RECEIPTS}),
     named as (
       select distinct on (m."connectionId", m."resource", m."entityId") m.*
         from jsonb_to_recordset($2::jsonb) as m("connectionId" text, "receiptId" text, "resource" text, "entityId" text,
           "position" integer, "reason" text, "happenedAt" timestamptz, "priority" smallint)
         join received using ("connectionId", "receiptId")
        order by m."connectionId", m."resource", m."entityId", m."position" desc),
     marked as (
       insert into marks (connection_id, resource, entity_id, generation, since, happened_at, reason, on_behalf_of,
         priority, not_before, attempts, airtable_had_part)
       select "connectionId", "resource", "entityId", nextval('mark_generation'), $3, "happenedAt", "reason", 'buildium',
         "priority", $3, 0, false from named
       on conflict on constraint marks_pkey do update set ${ON_MARKED_ALREADY})
     select "connectionId", "receiptId" from received`,
    [JSON.stringify(inReceiptOrder(arrivals)), JSON.stringify(marks), now],
  );
  return new Set(saved.map((row) => `${row.connectionId} ${row.receiptId}`));
}
