import type { Queryable } from './database.ts';
import type { LeaseTransaction } from './mirror.ts';

/** By lease id; a lease that was read and has none is there with an empty list. */
export async function listOlderTransactions(
  db: Queryable,
  connectionId: string,
): Promise<Map<number, LeaseTransaction[]>> {
  const rows = await db.query<{ leaseId: number; transactions: LeaseTransaction[] }>(
    `select lease_id as "leaseId", transactions from older_lease_transactions where connection_id = $1`,
    [connectionId],
  );
  return new Map(rows.map(({ leaseId, transactions }) => [leaseId, transactions]));
}

export async function saveOlderTransactions(
  db: Queryable,
  connectionId: string,
  row: { leaseId: number; readAt: string; transactions: readonly LeaseTransaction[] },
): Promise<void> {
  await db.execute(
    `insert into older_lease_transactions (connection_id, lease_id, read_at, transactions) values ($1, $2, $3, $4)
     on conflict on constraint older_lease_transactions_pkey do update set
       read_at = excluded.read_at, transactions = excluded.transactions`,
    [connectionId, row.leaseId, row.readAt, JSON.stringify(row.transactions)],
  );
}
