import type { PlainDate } from '../../shared/dates.ts';
import type { Queryable } from './database.ts';

/** @returns whether this process is the one to tell it: each is told once, whoever asks. */
export async function claimSummary(
  tx: Queryable,
  connectionId: string,
  summary: { kind: 'daily' | 'weekly'; day: PlainDate; now: string },
): Promise<boolean> {
  const claimed = await tx.execute(
    `insert into summaries (connection_id, kind, day, told_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [connectionId, summary.kind, summary.day, summary.now],
  );
  return claimed === 1;
}

export async function isTold(
  db: Queryable,
  connectionId: string,
  kind: 'daily' | 'weekly',
  day: PlainDate,
): Promise<boolean> {
  const [row] = await db.query<{ told: boolean }>(
    `select exists (select 1 from summaries where connection_id = $1 and kind = $2 and day = $3) as told`,
    [connectionId, kind, day],
  );
  return row?.told ?? false;
}
