import type { Queryable } from './database.ts';

/** `changes` reads what moved since the last time, `full` reads everything. */
export type SweepKind = 'changes' | 'full';

export type SweepRow = {
  resource: string;
  kind: SweepKind;
  startedAt: string;
  finishedAt: string | null;
  cursorAt: string | null;
  entities: number;
  problem: string | null;
};

const COLUMNS = `resource, kind, started_at as "startedAt", finished_at as "finishedAt", cursor_at as "cursorAt", entities, problem`;

/**
 * Takes a sweep for this process when it is due and nobody else runs it.
 * @returns the sweep as it was before, or null when there is nothing to do.
 */
export async function claimSweep(
  db: Queryable,
  connectionId: string,
  sweep: { resource: string; kind: SweepKind; owner: string; now: string; until: string; dueBefore: string },
): Promise<{ cursorAt: string | null } | null> {
  const [row] = await db.query<{ cursorAt: string | null }>(
    `insert into sweeps as s (connection_id, resource, kind, started_at, entities, claim_owner, claim_until)
     values ($1, $2, $3, $5, 0, $4, $6)
     on conflict on constraint sweeps_pkey do update set started_at = $5, claim_owner = $4, claim_until = $6
       where (s.claim_until is null or s.claim_until <= $5) and coalesce(s.finished_at, '-infinity') <= $7
     returning cursor_at as "cursorAt"`,
    [connectionId, sweep.resource, sweep.kind, sweep.owner, sweep.now, sweep.until, sweep.dueBefore],
  );
  return row ?? null;
}

/** Keeps a long sweep ours while it runs. @returns false when another process has taken it over. */
export async function extendSweep(
  db: Queryable,
  connectionId: string,
  sweep: { resource: string; kind: SweepKind; owner: string; until: string },
): Promise<boolean> {
  const extended = await db.execute(
    `update sweeps set claim_until = $5 where connection_id = $1 and resource = $2 and kind = $3 and claim_owner = $4`,
    [connectionId, sweep.resource, sweep.kind, sweep.owner, sweep.until],
  );
  return extended === 1;
}

/** The cursor moves only when the sweep came to its end. */
export async function finishSweep(
  db: Queryable,
  connectionId: string,
  sweep: {
    resource: string;
    kind: SweepKind;
    owner: string;
    now: string;
    cursorAt: string | null;
    entities: number;
    problem: string | null;
  },
): Promise<void> {
  await db.execute(
    `update sweeps set claim_owner = null, claim_until = null, problem = $8,
       finished_at = case when $8::text is null then $5::timestamptz else finished_at end,
       cursor_at = case when $8::text is null then coalesce($6::timestamptz, cursor_at) else cursor_at end, entities = $7
      where connection_id = $1 and resource = $2 and kind = $3 and claim_owner = $4`,
    [
      connectionId,
      sweep.resource,
      sweep.kind,
      sweep.owner,
      sweep.now,
      sweep.cursorAt,
      sweep.entities,
      sweep.problem,
    ],
  );
}

export async function listSweeps(db: Queryable, connectionId: string): Promise<SweepRow[]> {
  return db.query<SweepRow>(`select ${COLUMNS} from sweeps where connection_id = $1`, [connectionId]);
}

/** Has the next full read look at every row again, whatever was agreed before. */
export async function requestFullRead(db: Queryable, connectionId: string, resource: string): Promise<void> {
  await db.execute(`update links set buildium_hash = null where connection_id = $1 and resource = $2`, [
    connectionId,
    resource,
  ]);
  await db.execute(
    `update sweeps set finished_at = null where connection_id = $1 and resource = $2 and kind = 'full'`,
    [connectionId, resource],
  );
}

/** The resources of which something is too old to stand in Airtable. */
export async function resourcesOutsideWindow(db: Queryable, connectionId: string): Promise<string[]> {
  const rows = await db.query<{ resource: string }>(
    `select distinct resource from links where connection_id = $1 and standing = 'outsideWindow' order by 1`,
    [connectionId],
  );
  return rows.map(({ resource }) => resource);
}
