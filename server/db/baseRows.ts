import type { PlainDate } from '../../shared/dates.ts';
import type { Queryable } from './database.ts';

export type BaseRows = { day: PlainDate; rowsInBase: number };

/** Writes down how many rows of ours the base holds today; the last word of a day counts. */
export async function noteBaseRows(db: Queryable, connectionId: string, today: BaseRows): Promise<void> {
  await db.execute(
    `insert into base_rows (connection_id, day, rows_in_base) values ($1, $2, $3)
     on conflict on constraint base_rows_pkey do update set rows_in_base = excluded.rows_in_base`,
    [connectionId, today.day, today.rowsInBase],
  );
}

/** Oldest first. */
export async function baseRowsSince(
  db: Queryable,
  connectionId: string,
  day: PlainDate,
): Promise<BaseRows[]> {
  return db.query<BaseRows>(
    `select day, rows_in_base as "rowsInBase" from base_rows where connection_id = $1 and day >= $2 order by day`,
    [connectionId, day],
  );
}
