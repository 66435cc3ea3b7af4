import type { Queryable } from './database.ts';

export const LOSS_KINDS = ['goneFromBuildium', 'rowDeleted', 'blankInBuildium', 'blankInAirtable'] as const;
export type LossKind = (typeof LOSS_KINDS)[number];

/** Something that has gone away: an entity, its row, or the value of one field of it. */
export type Loss = { kind: LossKind; fieldKey: string; entityId: string };

export type LossState =
  /** Passed on; it counts for a day. */
  | 'counted'
  /** Waits for a person. */
  | 'held'
  | 'approved'
  | 'ignored';

export type LossRow = Loss & { state: LossState; approvalId: string | null };

/** What is asked about together. */
export type LossGroup = { resource: string; kind: LossKind; fieldKey: string };

export type ApprovalRow = LossGroup & {
  approvalId: string;
  state: 'open' | 'approved' | 'ignored';
  openedAt: string;
  tableRows: number;
  decidedBy: string | null;
  decidedAt: string | null;
  /** Losses that it decides; once it is decided, as many as there were then. */
  entities: number;
};

export async function lossesOf(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<LossRow[]> {
  return db.query<LossRow>(
    `select kind, field_key as "fieldKey", entity_id as "entityId", state, approval_id as "approvalId"
       from losses where connection_id = $1 and resource = $2 and entity_id = any($3)`,
    [connectionId, resource, entityIds],
  );
}

/** Losses of a table are counted by one worker at a time, or two could each stay below what is too much. */
export async function lockLosses(tx: Queryable, connectionId: string, resource: string): Promise<void> {
  await tx.query(
    `select 1 from airtable_tables where connection_id = $1 and resource = $2 for no key update`,
    [connectionId, resource],
  );
}

/** Losses of the group that were passed on since then, other entities' only. */
export async function countLosses(
  db: Queryable,
  connectionId: string,
  { resource, kind, fieldKey }: LossGroup,
  since: string,
  except: readonly string[],
): Promise<number> {
  const [row] = await db.query<{ losses: number }>(
    `select count(*) as losses from losses where connection_id = $1 and resource = $2 and kind = $3 and field_key = $4
        and state = 'counted' and lost_at >= $5 and entity_id <> all($6)`,
    [connectionId, resource, kind, fieldKey, since, except],
  );
  return row?.losses ?? 0;
}

/** Writes down how losses stand; one that was counted before keeps its moment. */
export async function saveLosses(
  db: Queryable,
  connectionId: string,
  { resource, kind, fieldKey }: LossGroup,
  entityIds: readonly string[],
  how: { state: LossState; approvalId: string | null; now: string },
): Promise<void> {
  await db.execute(
    `insert into losses (connection_id, resource, kind, field_key, entity_id, lost_at, state, approval_id)
     select $1, $2, $3, $4, lost.entity_id, $6, $7, $8 from unnest($5::text[]) as lost(entity_id) order by lost.entity_id
     on conflict on constraint losses_pkey do update set state = excluded.state, approval_id = excluded.approval_id,
       lost_at = case when excluded.state = 'approved' then excluded.lost_at else losses.lost_at end`,
    [connectionId, resource, kind, fieldKey, entityIds, how.now, how.state, how.approvalId],
  );
}

export async function deleteLosses(
  db: Queryable,
  connectionId: string,
  resource: string,
  losses: readonly Loss[],
): Promise<void> {
  await db.execute(
    `delete from losses l using jsonb_to_recordset($3::jsonb) as r("kind" text, "fieldKey" text, "entityId" text)
      where l.connection_id = $1 and l.resource = $2 and l.kind = r."kind" and l.field_key = r."fieldKey"
        and l.entity_id = r."entityId"`,
    [connectionId, resource, JSON.stringify(losses)],
  );
}

/** What was passed on longer ago counts no more. */
export async function expireLosses(db: Queryable, connectionId: string, before: string): Promise<void> {
  await db.execute(
    `delete from losses where connection_id = $1 and state in ('counted', 'approved') and lost_at < $2`,
    [connectionId, before],
  );
}

const LOSSES_NOW = `(select count(*) from losses l where l.connection_id = a.connection_id and l.approval_id = a.approval_id)`;

const COLUMNS = `a.approval_id as "approvalId", a.resource, a.kind, a.field_key as "fieldKey", a.state,
  a.opened_at as "openedAt", a.table_rows as "tableRows", a.decided_by as "decidedBy", a.decided_at as "decidedAt",
  coalesce(a.decided_losses, ${LOSSES_NOW}) as entities`;

export async function openApproval(
  db: Queryable,
  connectionId: string,
  { resource, kind, fieldKey }: LossGroup,
): Promise<ApprovalRow | null> {
  const [row] = await db.query<ApprovalRow>(
    `select ${COLUMNS} from loss_approvals a
      where a.connection_id = $1 and a.resource = $2 and a.kind = $3 and a.field_key = $4 and a.state = 'open'`,
    [connectionId, resource, kind, fieldKey],
  );
  return row ?? null;
}

/** @returns false when somebody else has asked the same meanwhile. */
export async function insertApproval(
  db: Queryable,
  connectionId: string,
  approval: LossGroup & { approvalId: string; tableRows: number; now: string },
): Promise<boolean> {
  const { resource, kind, fieldKey, approvalId, tableRows, now } = approval;
  const inserted = await db.execute(
    `insert into loss_approvals (connection_id, approval_id, resource, kind, field_key, state, opened_at, table_rows)
     values ($1, $2, $3, $4, $5, 'open', $6, $7)
     on conflict (connection_id, resource, kind, field_key) where state = 'open' do nothing`,
    [connectionId, approvalId, resource, kind, fieldKey, now, tableRows],
  );
  return inserted === 1;
}

export async function approvalById(
  db: Queryable,
  connectionId: string,
  approvalId: string,
): Promise<ApprovalRow | null> {
  const [row] = await db.query<ApprovalRow>(
    `select ${COLUMNS} from loss_approvals a where a.connection_id = $1 and a.approval_id = $2`,
    [connectionId, approvalId],
  );
  return row ?? null;
}

export async function listApprovals(
  db: Queryable,
  connectionId: string,
  state: ApprovalRow['state'] | null,
  limit: number,
): Promise<ApprovalRow[]> {
  return db.query<ApprovalRow>(
    `select ${COLUMNS} from loss_approvals a where a.connection_id = $1 and ($2::text is null or a.state = $2)
      order by (a.state = 'open') desc, a.opened_at desc, a.approval_id limit $3`,
    [connectionId, state, limit],
  );
}

/** @returns false when it is not open any more. */
export async function closeApproval(
  db: Queryable,
  connectionId: string,
  approvalId: string,
  decision: { state: 'approved' | 'ignored'; by: string; now: string },
): Promise<boolean> {
  const closed = await db.execute(
    `update loss_approvals a set state = $3, decided_by = $4, decided_at = $5, decided_losses = ${LOSSES_NOW}
      where a.connection_id = $1 and a.approval_id = $2 and a.state = 'open'`,
    [connectionId, approvalId, decision.state, decision.by, decision.now],
  );
  return closed === 1;
}

/** Questions of which nothing is left, since what had gone away is back. @returns their resources. */
export async function closeEmptyApprovals(
  db: Queryable,
  connectionId: string,
  resource: string,
  decision: { by: string; now: string },
): Promise<number> {
  return db.execute(
    `update loss_approvals a set state = 'ignored', decided_by = $3, decided_at = $4, decided_losses = 0
      where a.connection_id = $1 and a.resource = $2 and a.state = 'open' and not exists (
        select 1 from losses l where l.connection_id = $1 and l.approval_id = a.approval_id)`,
    [connectionId, resource, decision.by, decision.now],
  );
}

export type HeldLoss = { entityId: string; parentId: string | null; airtableRecordId: string | null };

/** What an approval is about, with the rows that it stands in. */
export async function lossesOfApproval(
  db: Queryable,
  connectionId: string,
  approvalId: string,
  limit: number | null,
): Promise<HeldLoss[]> {
  return db.query<HeldLoss>(
    `select l.entity_id as "entityId", k.parent_id as "parentId", k.airtable_record_id as "airtableRecordId"
       from losses l left join links k on k.connection_id = l.connection_id and k.resource = l.resource
         and k.entity_id = l.entity_id
      where l.connection_id = $1 and l.approval_id = $2 order by l.entity_id limit $3`,
    [connectionId, approvalId, limit],
  );
}

export async function decideLosses(
  db: Queryable,
  connectionId: string,
  approvalId: string,
  state: 'approved' | 'ignored',
  now: string,
): Promise<void> {
  await db.execute(
    `update losses set state = $3, lost_at = $4 where connection_id = $1 and approval_id = $2 and state = 'held'`,
    [connectionId, approvalId, state, now],
  );
}
