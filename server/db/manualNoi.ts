import type { Queryable } from './database.ts';

export type ManualNoi = {
  /** First day of the month. */
  month: string;
  propertyId: number;
  basis: 'cash' | 'accrual';
  noiCents: number;
  note: string;
  enteredBy: string;
  enteredAt: string;
};

const COLUMNS = `month, property_id as "propertyId", basis, noi_cents as "noiCents", note, entered_by as "enteredBy",
  entered_at as "enteredAt"`;

/** Entered again, it replaces what stood there. */
export async function saveManualNoi(db: Queryable, connectionId: string, row: ManualNoi): Promise<void> {
  await db.execute(
    `insert into manual_noi (connection_id, month, property_id, basis, noi_cents, note, entered_by, entered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict on constraint manual_noi_pkey do update set noi_cents = excluded.noi_cents, note = excluded.note,
       entered_by = excluded.entered_by, entered_at = excluded.entered_at`,
    [
      connectionId,
      row.month,
      row.propertyId,
      row.basis,
      row.noiCents,
      row.note,
      row.enteredBy,
      row.enteredAt,
    ],
  );
}

/** Newest month first. */
export async function listManualNoi(
  db: Queryable,
  connectionId: string,
  filter: { month: string | null; basis: 'cash' | 'accrual' | null; limit: number },
): Promise<ManualNoi[]> {
  return db.query<ManualNoi>(
    `select ${COLUMNS} from manual_noi
      where connection_id = $1 and ($2::date is null or month = $2) and ($3::text is null or basis = $3)
      order by month desc, property_id, basis limit $4`,
    [connectionId, filter.month, filter.basis, filter.limit],
  );
}
