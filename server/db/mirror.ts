import type { Queryable } from './database.ts';

/** An entity of Buildium as the sync last agreed on it: its canonical values by field key, contact data left out. */
export type MirroredEntity = {
  entityId: string;
  parentId: string | null;
  values: Readonly<Record<string, unknown>>;
};

const IN_BOOKS = `standing in ('linked', 'outsideWindow', 'unpaired')`;

export async function mirroredEntities(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<MirroredEntity[]> {
  return db.query<MirroredEntity>(
    `select entity_id as "entityId", parent_id as "parentId", synced_buildium as "values" from links
      where connection_id = $1 and resource = $2 and ${IN_BOOKS} order by entity_id`,
    [connectionId, resource],
  );
}

export type LeaseTransaction = {
  transactionId: number;
  leaseId: number;
  type: string;
  date: string;
  amountCents: number;
  glAccountIds: number[];
};

/** Transactions on leases up to a day, in the order of the books. */
export async function leaseTransactions(
  db: Queryable,
  connectionId: string,
  until: string,
): Promise<LeaseTransaction[]> {
  return db.query<LeaseTransaction>(
    `select entity_id::bigint as "transactionId", (synced_buildium -> 'lease' ->> 0)::bigint as "leaseId",
       synced_buildium ->> 'type' as type, synced_buildium ->> 'date' as date,
       (synced_buildium ->> 'amount')::bigint as "amountCents",
       coalesce((select jsonb_agg(id::bigint) from jsonb_array_elements_text(synced_buildium -> 'glAccounts') as id), '[]')
         as "glAccountIds"
       from links
      where connection_id = $1 and resource = 'transactions' and ${IN_BOOKS}
        and jsonb_array_length(coalesce(synced_buildium -> 'lease', '[]')) > 0
        and synced_buildium ->> 'date' <= $2 and synced_buildium ->> 'amount' is not null
      order by date, "transactionId"`,
    [connectionId, until],
  );
}
