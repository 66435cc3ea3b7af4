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

/** One that stands in Airtable's table NOI, beside what was calculated. */
export type ManualNoiEntry = Omit<ManualNoi, 'note' | 'enteredAt'> & { airtableRecordId: string };

const COLUMNS = `month, property_id as "propertyId", basis, noi_cents as "noiCents", note, entered_by as "enteredBy",
  entered_at as "enteredAt"`;

/**
 * Entered again, it replaces what stood there.
 * @returns false: the row in Airtable says something, and nothing was changed.
 */
export async function saveManualNoi(db: Queryable, connectionId: string, row: ManualNoi): Promise<boolean> {
  const saved = await db.query(
    `insert into manual_noi (connection_id, month, property_id, basis, noi_cents, note, entered_by, entered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict on constraint manual_noi_pkey do update set noi_cents = excluded.noi_cents, note = excluded.note,
       entered_by = excluded.entered_by, entered_at = excluded.entered_at
      where manual_noi.airtable_record_id is null
     returning 1`,
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
  return saved.length > 0;
}

/** Newest month first. */
export async function listManualNoi(
  db: Queryable,
  connectionId: string,
  filter: { month: string | null; basis: 'cash' | 'accrual' | null; limit: number | null },
): Promise<ManualNoi[]> {
  return db.query<ManualNoi>(
    `select ${COLUMNS} from manual_noi
      where connection_id = $1 and ($2::date is null or month = $2) and ($3::text is null or basis = $3)
      order by month desc, property_id, basis limit $4`,
    [connectionId, filter.month, filter.basis, filter.limit],
  );
}

export async function listManualNoiEntries(db: Queryable, connectionId: string): Promise<ManualNoiEntry[]> {
  return db.query<ManualNoiEntry>(
    `select month, property_id as "propertyId", basis, noi_cents as "noiCents", entered_by as "enteredBy",
       airtable_record_id as "airtableRecordId"
       from manual_noi where connection_id = $1 and airtable_record_id is not null
      order by month, property_id, basis`,
    [connectionId],
  );
}

/** Replaces what was entered in Airtable; it wins over what the API was told of the same month. */
export async function replaceManualNoiEntries(
  tx: Queryable,
  connectionId: string,
  rows: readonly ManualNoiEntry[],
  now: string,
): Promise<void> {
  await tx.execute(`delete from manual_noi where connection_id = $1 and airtable_record_id is not null`, [
    connectionId,
  ]);
  await tx.execute(
    `insert into manual_noi (connection_id, month, property_id, basis, noi_cents, note, entered_by, entered_at,
       airtable_record_id)
     select $1, m."month", m."propertyId", m."basis", m."noiCents", '', m."enteredBy", $3, m."airtableRecordId"
       from jsonb_to_recordset($2::jsonb) as m("month" date, "propertyId" bigint, "basis" text, "noiCents" bigint,
         "enteredBy" text, "airtableRecordId" text)
      order by m."month", m."propertyId", m."basis"
     on conflict on constraint manual_noi_pkey do update set noi_cents = excluded.noi_cents, note = '',
       entered_by = excluded.entered_by, entered_at = excluded.entered_at,
       airtable_record_id = excluded.airtable_record_id`,
    [connectionId, JSON.stringify(rows), now],
  );
}
