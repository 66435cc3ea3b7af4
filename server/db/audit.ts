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
    | 'conflictClosed'
    | 'pushConfirmed'
    | 'pushSent'
    | 'pushAdopted'
    | 'pushRefused'
    | 'pushUnclear'
    | 'pushDecided'
    | 'putBack'
    | 'markedDeleted'
    | 'parked'
    | 'redriven'
    | 'fieldQuarantined'
    | 'fieldRepaired'
    | 'tableCreated'
    | 'fieldCreated'
    | 'agreed'
    | 'settingsChanged'
    | 'paired'
    | 'tokenCreated'
    | 'tokenRevoked'
    | 'forgotten'
    | 'detached'
    | 'attached'
    | 'approvalDecided'
    | 'undone'
    | 'duplicateRemoved'
    | 'entered'
    | 'calculationApproved'
    | 'drawWithdrawn'
    | 'checksOverridden'
    | 'differenceCarried'
    | 'eventsReplayed'
    | 'connectionCreated';
  resource: string | null;
  entityId: string | null;
  airtableRecordId: string | null;
  changes: Record<string, { before?: unknown; after?: unknown }>;
  changesSealed: string | null;
  /** Buildium's whole record from right before a PUT, sealed under the entity's key; absent where nothing was put. */
  replacedSealed?: string | null;
  why: string;
  runId: string | null;
};

/** For what concerns the connection as a whole. */
export const ABOUT_NO_RECORD = {
  ...{ resource: null, entityId: null, airtableRecordId: null },
  ...{ changes: {}, changesSealed: null },
} as const;

export async function appendAudit(
  db: Queryable,
  connectionId: string,
  rows: readonly AuditRow[],
  now: string,
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into audit (connection_id, audit_id, at, actor, action, resource, entity_id, airtable_record_id, changes,
       changes_sealed, replaced_sealed, why, run_id)
     select $1, a."auditId", $3, a."actor", a."action", a."resource", a."entityId", a."airtableRecordId", a."changes",
       a."changesSealed", a."replacedSealed", a."why", a."runId"
       from jsonb_to_recordset($2::jsonb) as a("auditId" uuid, "actor" text, "action" text, "resource" text,
         "entityId" text, "airtableRecordId" text, "changes" jsonb, "changesSealed" text, "replacedSealed" text,
         "why" text, "runId" text)`,
    [connectionId, JSON.stringify(rows), now],
  );
}

export type AuditEntry = Omit<AuditRow, 'changesSealed' | 'replacedSealed'> & {
  at: string;
  hasSealedChanges: boolean;
};

export type AuditFilter = {
  resource: string | null;
  entityId: string | null;
  airtableRecordId: string | null;
  action: string | null;
  actor: string | null;
  runId?: string | null;
  /** Anywhere in what is readable of a row. */
  text?: string | null;
  from?: string | null;
  to?: string | null;
  /** Rows older than this one, for the next page. */
  beforeId: string | null;
  limit: number;
};

/**
 * Each with the row that it was about; where none is on record, with the one that its entity has now.
 * Newest first. Ids grow with time, so the last one of a page is the cursor of the next.
 */
export async function listAudit(
  db: Queryable,
  connectionId: string,
  filter: AuditFilter,
): Promise<AuditEntry[]> {
  return db.query<AuditEntry>(
    `select audit_id as "auditId", at, actor, action, resource, entity_id as "entityId",
       coalesce(airtable_record_id, (select l.airtable_record_id from links l
         where l.connection_id = $1 and l.resource = audit.resource and l.entity_id = audit.entity_id)
       ) as "airtableRecordId", changes, why, run_id as "runId", changes_sealed is not null as "hasSealedChanges"
       from audit
      where connection_id = $1 and ($2::text is null or resource = $2) and ($3::text is null or entity_id = $3)
        and ($4::text is null or airtable_record_id = $4) and ($5::text is null or action = $5)
        and ($6::text is null or actor in ($6, 'token:' || $6)) and ($7::uuid is null or audit_id < $7)
        and ($9::text is null or run_id = $9) and ($10::timestamptz is null or at >= $10)
        and ($11::timestamptz is null or at < $11)
        and ($12::text is null or concat_ws(' ', why, actor, resource, entity_id, airtable_record_id, changes::text) ilike $12)
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
      filter.runId ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.text ? `%${filter.text.replace(/[\\%_]/g, '\\$&')}%` : null,
    ],
  );
}

export type RunAudit = Omit<AuditRow, 'auditId' | 'actor' | 'why' | 'runId' | 'replacedSealed'>;

/** What a run has changed, oldest first. */
export async function auditOfRun(
  db: Queryable,
  connectionId: string,
  runId: string,
  limit: number,
): Promise<RunAudit[]> {
  return db.query<RunAudit>(
    `select action, resource, entity_id as "entityId", airtable_record_id as "airtableRecordId", changes,
       changes_sealed as "changesSealed" from audit
      where connection_id = $1 and run_id = $2 and entity_id is not null order by audit_id limit $3`,
    [connectionId, runId, limit],
  );
}

/** Who stands in the audit since then, most frequent first; what somebody did and what was done later as they had asked counts together. */
export async function listActors(
  db: Queryable,
  connectionId: string,
  since: string,
  limit: number,
): Promise<{ actor: string; entries: number }[]> {
  return db.query(
    `select regexp_replace(actor, '^token:', '') as actor, count(*) as entries from audit
      where connection_id = $1 and at >= $2 group by 1 order by entries desc, 1 limit $3`,
    [connectionId, since, limit],
  );
}
