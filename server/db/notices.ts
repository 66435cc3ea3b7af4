import type { Queryable } from './database.ts';

/** Something a person should know or do; closed when it no longer holds. */
export type NoticeRow = {
  noticeId: string;
  at: string;
  resource: string | null;
  entityId: string | null;
  kind: string;
  message: string;
};

export async function openNotices(
  db: Queryable,
  connectionId: string,
  notices: readonly NoticeRow[],
): Promise<void> {
  for (const notice of notices) {
    await db.execute(
      `insert into notices (connection_id, notice_id, at, resource, entity_id, kind, message)
       select $1, $2, $3, $4, $5, $6, $7
        where not exists (select 1 from notices where connection_id = $1 and closed_at is null and kind = $6
          and resource is not distinct from $4 and entity_id is not distinct from $5 and message = $7)`,
      [
        connectionId,
        notice.noticeId,
        notice.at,
        notice.resource,
        notice.entityId,
        notice.kind,
        notice.message,
      ],
    );
  }
}

export async function closeNotices(
  db: Queryable,
  connectionId: string,
  which: { kind: string; resource: string | null; entityId: string | null },
  now: string,
): Promise<void> {
  await db.execute(
    `update notices set closed_at = $5 where connection_id = $1 and kind = $2 and closed_at is null
       and ($3::text is null or resource = $3) and ($4::text is null or entity_id = $4)`,
    [connectionId, which.kind, which.resource, which.entityId, now],
  );
}

/** Newest first, without those of the kinds that are told elsewhere. */
export async function listOpenNotices(
  db: Queryable,
  connectionId: string,
  limit: number,
  without: readonly string[] = [],
): Promise<NoticeRow[]> {
  return db.query<NoticeRow>(
    `select notice_id as "noticeId", at, resource, entity_id as "entityId", kind, message
       from notices where connection_id = $1 and closed_at is null and kind <> all($3) order by at desc limit $2`,
    [connectionId, limit, without],
  );
}

export async function countOpenNotices(db: Queryable, connectionId: string): Promise<number> {
  const [row] = await db.query<{ open: number }>(
    `select count(*) as open from notices where connection_id = $1 and closed_at is null`,
    [connectionId],
  );
  return row?.open ?? 0;
}
