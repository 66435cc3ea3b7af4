import type { Queryable } from './database.ts';

/** What one decision changed, and why. `before` and `after` are canonical values. */
export type AuditRow = {
  auditId: string;
  actor: string;
  action:
    | 'rowCreated'
    | 'rowUpdated'
    | 'rowAdopted'
    | 'buildiumUpdated'
    | 'conflictDecided'
    | 'putBack'
    | 'markedDeleted'
    | 'parked'
    | 'redriven'
    | 'fieldQuarantined'
    | 'fieldRepaired'
    | 'tableCreated'
    | 'fieldCreated'
    | 'normalised'
    | 'settingsChanged'
    | 'paired'
    | 'tokenCreated'
    | 'tokenRevoked'
    | 'connectionCreated';
  resource: string | null;
  entityId: string | null;
  airtableRecordId: string | null;
  changes: Record<string, { before?: unknown; after?: unknown }>;
  changesSealed: string | null;
  why: string;
  runId: string | null;
};

export async function appendAudit(
  db: Queryable,
  connectionId: string,
  rows: readonly AuditRow[],
  now: string,
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into audit (connection_id, audit_id, at, actor, action, resource, entity_id, airtable_record_id, changes,
       changes_sealed, why, run_id)
     select $1, a."auditId", $3, a."actor", a."action", a."resource", a."entityId", a."airtableRecordId", a."changes",
       a."changesSealed", a."why", a."runId"
       from jsonb_to_recordset($2::jsonb) as a("auditId" uuid, "actor" text, "action" text, "resource" text,
         "entityId" text, "airtableRecordId" text, "changes" jsonb, "changesSealed" text, "why" text, "runId" text)`,
    [connectionId, JSON.stringify(rows), now],
  );
}

export type AuditEntry = Omit<AuditRow, 'changesSealed'> & { at: string; hasSealedChanges: boolean };

export type AuditFilter = {
  resource: string | null;
  entityId: string | null;
  airtableRecordId: string | null;
  action: string | null;
  actor: string | null;
  /** Rows older than this one, for the next page. */
  beforeId: string | null;
  limit: number;
};

/** Newest first. Ids grow with time, so the last one of a page is the cursor of the next. */
export async function listAudit(
  db: Queryable,
  connectionId: string,
  filter: AuditFilter,
): Promise<AuditEntry[]> {
  return db.query<AuditEntry>(
    `select audit_id as "auditId", at, actor, action, resource, entity_id as "entityId",
       airtable_record_id as "airtableRecordId", changes, why, run_id as "runId",
       changes_sealed is not null as "hasSealedChanges"
       from audit
      where connection_id = $1 and ($2::text is null or resource = $2) and ($3::text is null or entity_id = $3)
        and ($4::text is null or airtable_record_id = $4) and ($5::text is null or action = $5)
        and ($6::text is null or actor = $6) and ($7::uuid is null or audit_id < $7)
      order by audit_id desc limit $8`,
    [
      connectionId,
      filter.resource,
      filter.entityId,
      filter.airtableRecordId,
      filter.action,
      filter.actor,
      filter.beforeId,
      filter.limit,
    ],
  );
}
