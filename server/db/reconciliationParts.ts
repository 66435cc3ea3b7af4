import type { Cause, LeftOut, Repair } from '../../shared/api/reconciliation.ts';
import type { Queryable } from './database.ts';

/** One resource of a reconciliation: it is whole or not there, so that a restart goes on with the next. */
export type ResourceResult = {
  resource: string;
  records: number;
  matching: number;
  leftOut: LeftOut;
  fieldsLeftOut: string[];
  /** Why it could not be compared; null when it was. */
  problem: string | null;
};

export type MonthResult = {
  resource: string;
  month: string;
  records: number;
  matching: number;
  buildiumRecords: number;
  airtableRecords: number;
  buildiumHash: string;
  airtableHash: string;
  buildiumSums: Record<string, number>;
  airtableSums: Record<string, number>;
};

export type DiscrepancyField = {
  key: string;
  column: string;
  kind: string;
  buildium: unknown;
  airtable: unknown;
  isPersonal: boolean;
};

export type DiscrepancyRow = {
  resource: string;
  entityId: string;
  rootId: string;
  airtableRecordId: string | null;
  month: string;
  kind: 'noRow' | 'notInBuildium' | 'differs' | 'held';
  fields: DiscrepancyField[];
  cause: Cause;
  explanation: string;
  repair: Repair;
  repairedAt: string | null;
};

export async function saveResourceResult(
  tx: Queryable,
  connectionId: string,
  reconciliationId: string,
  result: ResourceResult & { months: readonly MonthResult[]; discrepancies: readonly DiscrepancyRow[] },
): Promise<void> {
  await tx.execute(
    `insert into reconciliation_resources (connection_id, reconciliation_id, resource, records, matching, left_out,
       fields_left_out, problem) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      connectionId,
      reconciliationId,
      result.resource,
      result.records,
      result.matching,
      JSON.stringify(result.leftOut),
      JSON.stringify(result.fieldsLeftOut),
      result.problem,
    ],
  );
  await tx.execute(
    `insert into reconciliation_months (connection_id, reconciliation_id, resource, month, records, matching,
       buildium_records, airtable_records, buildium_hash, airtable_hash, buildium_sums, airtable_sums)
     select $1, $2, m.* from jsonb_to_recordset($3::jsonb) as m("resource" text, "month" text, "records" bigint,
       "matching" bigint, "buildiumRecords" bigint, "airtableRecords" bigint, "buildiumHash" text, "airtableHash" text,
       "buildiumSums" jsonb, "airtableSums" jsonb)`,
    [connectionId, reconciliationId, JSON.stringify(result.months)],
  );
  await saveDiscrepancies(tx, connectionId, reconciliationId, result.discrepancies);
}

async function saveDiscrepancies(
  tx: Queryable,
  connectionId: string,
  reconciliationId: string,
  rows: readonly DiscrepancyRow[],
): Promise<void> {
  await tx.execute(
    `insert into discrepancies (connection_id, reconciliation_id, resource, entity_id, root_id, airtable_record_id, month,
       kind, fields, cause, explanation, repair)
     select $1, $2, d.* from jsonb_to_recordset($3::jsonb) as d("resource" text, "entityId" text, "rootId" text,
       "airtableRecordId" text, "month" text, "kind" text, "fields" jsonb, "cause" text, "explanation" text,
       "repair" text)`,
    [connectionId, reconciliationId, JSON.stringify(rows)],
  );
}

export async function resourceResults(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
): Promise<ResourceResult[]> {
  return db.query<ResourceResult>(
    `select resource, records, matching, left_out as "leftOut", fields_left_out as "fieldsLeftOut", problem
       from reconciliation_resources where connection_id = $1 and reconciliation_id = $2 order by resource`,
    [connectionId, reconciliationId],
  );
}

export async function monthResults(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
): Promise<MonthResult[]> {
  return db.query<MonthResult>(
    `select resource, month, records, matching, buildium_records as "buildiumRecords",
       airtable_records as "airtableRecords", buildium_hash as "buildiumHash", airtable_hash as "airtableHash",
       buildium_sums as "buildiumSums", airtable_sums as "airtableSums"
       from reconciliation_months where connection_id = $1 and reconciliation_id = $2 order by resource, month`,
    [connectionId, reconciliationId],
  );
}

export async function causesOf(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
): Promise<{ cause: Cause; records: number }[]> {
  return db.query(
    `select cause, count(*) as records from discrepancies where connection_id = $1 and reconciliation_id = $2
      group by cause order by cause`,
    [connectionId, reconciliationId],
  );
}

export type DiscrepancyFilter = {
  resource: string | null;
  entityIds: readonly string[] | null;
  cause: Cause | null;
  onlyOpen: boolean;
  after: { resource: string; entityId: string } | null;
  limit: number;
};

/** In the order of resources and ids. */
export async function listDiscrepancies(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
  filter: DiscrepancyFilter,
): Promise<DiscrepancyRow[]> {
  return db.query<DiscrepancyRow>(
    `select resource, entity_id as "entityId", root_id as "rootId", airtable_record_id as "airtableRecordId", month, kind,
       fields, cause, explanation, repair, repaired_at as "repairedAt"
       from discrepancies where connection_id = $1 and reconciliation_id = $2 and ($3::text is null or resource = $3)
        and ($4::text[] is null or entity_id = any($4)) and ($5::text is null or cause = $5)
        and (not $6::boolean or repaired_at is null)
        and ($7::text is null or (resource, entity_id) > ($7, $8)) order by resource, entity_id limit $9`,
    [
      connectionId,
      reconciliationId,
      filter.resource,
      filter.entityIds,
      filter.cause,
      filter.onlyOpen,
      filter.after?.resource ?? null,
      filter.after?.entityId ?? null,
      filter.limit,
    ],
  );
}

/** A later look found both sides equal. */
export async function markRepaired(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
  resource: string,
  entityIds: readonly string[],
  now: string,
): Promise<void> {
  await db.execute(
    `update discrepancies set repaired_at = $5 where connection_id = $1 and reconciliation_id = $2 and resource = $3
       and entity_id = any($4) and repaired_at is null`,
    [connectionId, reconciliationId, resource, entityIds, now],
  );
}

/** Records are forgotten after a while; what was counted and certified stays. */
export async function expireDiscrepancies(
  db: Queryable,
  connectionId: string,
  before: string,
): Promise<void> {
  await db.execute(
    `delete from discrepancies d using reconciliations r
      where d.connection_id = $1 and r.connection_id = $1 and r.reconciliation_id = d.reconciliation_id
        and r.finished_at < $2`,
    [connectionId, before],
  );
}
