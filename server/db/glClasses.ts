import type { NoiClass } from '../../shared/noiClasses.ts';
import type { Queryable } from './database.ts';

/** A class that a person chose, or looked at and confirmed. */
export type GlClassRow = { glAccountId: number; noiClass: NoiClass; confirmedBy: string };

export async function listGlClasses(db: Queryable, connectionId: string): Promise<GlClassRow[]> {
  return db.query<GlClassRow>(
    `select gl_account_id as "glAccountId", noi_class as "noiClass", confirmed_by as "confirmedBy"
       from gl_classes where connection_id = $1 order by gl_account_id`,
    [connectionId],
  );
}

export async function saveGlClasses(
  db: Queryable,
  connectionId: string,
  classes: readonly GlClassRow[],
  now: string,
): Promise<void> {
  if (classes.length === 0) return;
  await db.execute(
    `insert into gl_classes (connection_id, gl_account_id, noi_class, confirmed_by, confirmed_at)
     select $1, c."glAccountId", c."noiClass", c."confirmedBy", $3
       from jsonb_to_recordset($2::jsonb) as c("glAccountId" bigint, "noiClass" text, "confirmedBy" text)
      order by c."glAccountId"
     on conflict on constraint gl_classes_pkey do update set
       noi_class = excluded.noi_class, confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`,
    [connectionId, JSON.stringify(classes), now],
  );
}

/** Accounts whose class nobody stands for any more are proposed anew. */
export async function removeGlClasses(
  db: Queryable,
  connectionId: string,
  glAccountIds: readonly number[],
): Promise<void> {
  await db.execute(`delete from gl_classes where connection_id = $1 and gl_account_id = any($2)`, [
    connectionId,
    glAccountIds,
  ]);
}
