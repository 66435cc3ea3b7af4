import type { ConflictEnding } from './conflicts.ts';
import type { Queryable } from './database.ts';

/** One field or amount that an undo brings back, and by what. */
export type UndoneRow = {
  undoRunId: string;
  ofRunId: string;
  resource: string;
  entityId: string;
  /** Empty for money that is reversed as a whole. */
  fieldKey: string;
  conflictId: string | null;
  intentId: string | null;
};

/** Two undos of one run come one after the other: the second sees what the first has begun. */
export async function lockUndos(tx: Queryable, connectionId: string, ofRunId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('undo ' || $1 || ' ' || $2, 0))`, [
    connectionId,
    ofRunId,
  ]);
}

export async function saveUndone(
  db: Queryable,
  connectionId: string,
  rows: readonly UndoneRow[],
): Promise<void> {
  await db.execute(
    `insert into undone (connection_id, undo_run_id, of_run_id, resource, entity_id, field_key, conflict_id, intent_id)
     select $1, u."undoRunId", u."ofRunId", u."resource", u."entityId", u."fieldKey", u."conflictId", u."intentId"
       from jsonb_to_recordset($2::jsonb) as u("undoRunId" text, "ofRunId" text, "resource" text, "entityId" text,
         "fieldKey" text, "conflictId" uuid, "intentId" uuid)`,
    [connectionId, JSON.stringify(rows)],
  );
}

/**
 * What came of an undo's line: a decision or an intent that ended without effect, or is on record nowhere, leaves it
 * free to be undone again.
 */
export type UndoneState = Pick<UndoneRow, 'undoRunId' | 'ofRunId' | 'resource' | 'entityId' | 'fieldKey'> & {
  state: 'underWay' | 'done' | 'failed';
  /** Where the reversal of money was refused: by Buildium, or by us before it was sent. */
  refusal: { at: string; message: string; wasSent: boolean } | null;
  /** Where its decision was never carried out. */
  endedWhy: ConflictEnding | null;
};

/** Money that was withdrawn before it was sent has neither a decision nor an intent. */
const STATE = `case
  when u.resource = 'push' and u.intent_id is null then 'done'
  when coalesce(c.state in ('open', 'resolving'), false) or coalesce(i.state in ('waiting', 'sending', 'unknown', 'asking'), false)
    then 'underWay'
  when c.state = 'resolved' or i.state not in ('refused', 'dropped') then 'done' else 'failed' end`;

const COLUMNS = `u.undo_run_id as "undoRunId", u.of_run_id as "ofRunId", u.resource, u.entity_id as "entityId", u.field_key as "fieldKey",
  ${STATE} as state, case when i.state = 'refused'
    then jsonb_build_object('at', coalesce(i.sent_at, i.created_at), 'message', i.message, 'wasSent', i.sent_at is not null) end as refusal,
  c.ended_why as "endedWhy"`;

const JOINED = `from undone u
  left join conflicts c on c.connection_id = u.connection_id and c.conflict_id = u.conflict_id
  left join intents i on i.connection_id = u.connection_id and i.intent_id = u.intent_id`;

/** The lines of one undo. */
export async function undoneBy(
  db: Queryable,
  connectionId: string,
  undoRunId: string,
): Promise<UndoneState[]> {
  return db.query<UndoneState>(
    `select ${COLUMNS} ${JOINED} where u.connection_id = $1 and u.undo_run_id = $2
      order by u.resource, u.entity_id, u.field_key`,
    [connectionId, undoRunId],
  );
}

/** What earlier undos of a run have brought back or are about to, oldest first. */
export async function undoneOf(db: Queryable, connectionId: string, ofRunId: string): Promise<UndoneState[]> {
  return db.query<UndoneState>(
    `select ${COLUMNS} ${JOINED}
      where u.connection_id = $1 and u.of_run_id = $2 order by u.undo_run_id, u.resource, u.entity_id, u.field_key`,
    [connectionId, ofRunId],
  );
}
