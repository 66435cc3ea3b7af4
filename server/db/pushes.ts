import type { Queryable } from './database.ts';

export type PushRow = { pushId: string; requestedBy: string; startedAt: string };

export async function insertPush(db: Queryable, connectionId: string, push: PushRow): Promise<void> {
  await db.execute(
    `insert into pushes (connection_id, push_id, requested_by, started_at) values ($1, $2, $3, $4)`,
    [connectionId, push.pushId, push.requestedBy, push.startedAt],
  );
}

export async function deletePush(db: Queryable, connectionId: string, pushId: string): Promise<void> {
  await db.execute(`delete from pushes where connection_id = $1 and push_id = $2`, [connectionId, pushId]);
}

export async function pushById(db: Queryable, connectionId: string, pushId: string): Promise<PushRow | null> {
  const [row] = await db.query<PushRow>(
    `select push_id as "pushId", requested_by as "requestedBy", started_at as "startedAt"
       from pushes where connection_id = $1 and push_id = $2`,
    [connectionId, pushId],
  );
  return row ?? null;
}
