import type { Queryable } from './database.ts';

/** One authentic event of Buildium, kept once however often it is delivered. */
export type ReceiptRow = {
  connectionId: string;
  receiptId: string;
  eventName: string;
  eventAt: string;
  receivedAt: string;
  /** Null for an event that no resource listens to. */
  resource: string | null;
  ids: readonly string[];
};

/** Takes the rows as JSON in `$1`; those that were there already are left out. */
export const INSERT_RECEIPTS = `insert into receipts (connection_id, receipt_id, event_name, event_at, received_at, resource, ids)
   select r."connectionId", r."receiptId", r."eventName", r."eventAt", r."receivedAt", r."resource", r."ids"
     from jsonb_to_recordset($1::jsonb) as r("connectionId" text, "receiptId" text, "eventName" text,
       "eventAt" timestamptz, "receivedAt" timestamptz, "resource" text, "ids" jsonb)
   on conflict on constraint receipts_pkey do nothing
   returning connection_id as "connectionId", receipt_id as "receiptId"`;

/** Always in the same order, so that two transactions never wait for each other in a circle. */
export function inReceiptOrder(rows: readonly ReceiptRow[]): ReceiptRow[] {
  return [...rows].sort((a, b) => (a.connectionId + a.receiptId < b.connectionId + b.receiptId ? -1 : 1));
}

/** When Buildium announced changes of an entity, since the given moment. */
export async function eventsOf(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityId: string,
  since: string,
): Promise<string[]> {
  const rows = await db.query<{ at: string }>(
    `select event_at as at from receipts where connection_id = $1 and resource = $2 and received_at >= $4
       and event_at >= $4 and ids @> jsonb_build_array($3::text) order by event_at`,
    [connectionId, resource, entityId, since],
  );
  return rows.map(({ at }) => at);
}

export async function lastReceiptAt(db: Queryable, connectionId: string): Promise<string | null> {
  const [row] = await db.query<{ at: string | null }>(
    `select max(received_at) as at from receipts where connection_id = $1`,
    [connectionId],
  );
  return row?.at ?? null;
}

/** Buildium's last try is 71 minutes after the first; a month leaves room to look into things. */
export async function expireReceipts(db: Queryable, connectionId: string, before: string): Promise<number> {
  return db.execute(`delete from receipts where connection_id = $1 and received_at < $2`, [
    connectionId,
    before,
  ]);
}
