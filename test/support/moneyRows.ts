import type { Database } from '../../server/db/database.ts';

/** Notifications that wait to be delivered, newest first. */
export async function listNotificationsOf(
  database: Database,
  connectionId: string,
): Promise<{ kind: string; subject: string }[]> {
  return database.query(
    'select kind, subject from notifications where connection_id = $1 order by queued_at desc',
    [connectionId],
  );
}
