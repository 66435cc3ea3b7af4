import type { IntentKind } from '../../shared/planned/kinds.ts';
import type { Queryable } from './database.ts';
import { INTENT_COLUMNS, type IntentRow, type IntentState } from './intents.ts';

export async function intentById(
  db: Queryable,
  connectionId: string,
  intentId: string,
): Promise<IntentRow | null> {
  const [row] = await db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1 and i.intent_id = $2`,
    [connectionId, intentId],
  );
  return row ?? null;
}

export async function intentsOfPush(
  db: Queryable,
  connectionId: string,
  pushId: string,
): Promise<IntentRow[]> {
  return db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1 and i.push_id = $2 order by i.intent_id`,
    [connectionId, pushId],
  );
}

/** Everything that was ever to be sent for a row, newest first, what was refused or dropped as well. */
export async function intentsOfRow(
  db: Queryable,
  connectionId: string,
  recordId: string,
  limit: number,
): Promise<IntentRow[]> {
  return db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1
       and exists (select 1 from intent_rows r where r.connection_id = $1 and r.intent_id = i.intent_id
         and r.airtable_record_id = $2)
      order by i.intent_id desc limit $3`,
    [connectionId, recordId, limit],
  );
}

/** Everything that was ever to be sent for these rows, newest first, what was refused or dropped as well. */
export async function intentsOfRows(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
): Promise<IntentRow[]> {
  return db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1
       and exists (select 1 from intent_rows r where r.connection_id = $1 and r.intent_id = i.intent_id
         and r.airtable_record_id = any($2))
      order by i.intent_id desc`,
    [connectionId, recordIds],
  );
}

/** The rows of an intent for which nothing was to be sent after it. */
export async function rowsWithoutLater(
  db: Queryable,
  connectionId: string,
  intentId: string,
): Promise<string[]> {
  const rows = await db.query<{ recordId: string }>(
    `select r.airtable_record_id as "recordId" from intent_rows r
      where r.connection_id = $1 and r.intent_id = $2
        and not exists (select 1 from intent_rows later where later.connection_id = $1
          and later.airtable_record_id = r.airtable_record_id and later.intent_id > $2)
      order by r.ordinal`,
    [connectionId, intentId],
  );
  return rows.map(({ recordId }) => recordId);
}

/** The rows of an intent for which something was to be sent after it, and what became of the last of that. */
export async function laterOfRows(
  db: Queryable,
  connectionId: string,
  intentId: string,
): Promise<{ recordId: string; state: IntentState }[]> {
  return db.query(
    `select distinct on (r.airtable_record_id) r.airtable_record_id as "recordId", i.state
       from intent_rows r
       join intent_rows later on later.connection_id = r.connection_id
         and later.airtable_record_id = r.airtable_record_id and later.intent_id > r.intent_id
       join intents i on i.connection_id = later.connection_id and i.intent_id = later.intent_id
      where r.connection_id = $1 and r.intent_id = $2
      order by r.airtable_record_id, later.intent_id desc`,
    [connectionId, intentId],
  );
}

/** What was to change a booked transaction and was not refused or dropped, oldest first. */
export async function changesOf(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityId: string,
): Promise<IntentRow[]> {
  return db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1 and i.resource = $2 and i.entity_id = $3
       and i.action = 'change' and i.state not in ('refused', 'dropped') order by i.intent_id`,
    [connectionId, resource, entityId],
  );
}

export async function listIntents(
  db: Queryable,
  connectionId: string,
  filter: { state: IntentState | null; afterId: string | null; limit: number },
): Promise<IntentRow[]> {
  return db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1 and ($2::text is null or i.state = $2)
       and ($3::uuid is null or i.intent_id > $3) order by i.intent_id limit $4`,
    [connectionId, filter.state, filter.afterId, filter.limit],
  );
}

/** Intents of a resource whose outcome is still open: what appears in Buildium meanwhile may be theirs. */
export async function openIntents(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<IntentRow[]> {
  return db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from intents i where i.connection_id = $1 and i.resource = $2 and i.action = 'create'
       and i.state in ('sending', 'unknown', 'asking') order by i.intent_id`,
    [connectionId, resource],
  );
}

/** Ids in Buildium that are known to be the result of an intent, among these. */
export async function resultsAmong(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<Map<string, { intentId: string; recordIds: readonly string[] }>> {
  const rows = await db.query<{ entityId: string; intentId: string; recordIds: string[] }>(
    `select i.entity_id as "entityId", i.intent_id as "intentId",
       array(select r.airtable_record_id from intent_rows r
              where r.connection_id = i.connection_id and r.intent_id = i.intent_id order by r.ordinal) as "recordIds"
       from intents i where i.connection_id = $1 and i.resource = $2 and i.entity_id = any($3) and i.action = 'create'
         and i.state in ('created', 'done')`,
    [connectionId, resource, entityIds],
  );
  return new Map(rows.map(({ entityId, ...row }) => [entityId, row]));
}

/** Connections that have intents to be worked on now. */
export async function dueIntents(db: Queryable, now: string): Promise<string[]> {
  const rows = await db.query<{ connectionId: string }>(
    `select distinct i.connection_id as "connectionId" from intents i join connections c using (connection_id)
      where c.state = 'running' and i.next_at <= $1 and (i.claim_until is null or i.claim_until <= $1)`,
    [now],
  );
  return rows.map((row) => row.connectionId);
}

/** What was sent, or is on its way, and looks the same. */
export async function similarIntents(
  db: Queryable,
  connectionId: string,
  like: { kind: IntentKind; partyId: string; day: string; amountCents: number },
): Promise<{ intentId: string; entityId: string | null }[]> {
  return db.query(
    `select intent_id as "intentId", entity_id as "entityId" from intents
      where connection_id = $1 and kind = $2 and party_id = $3 and day = $4 and amount_cents = $5 and action = 'create'
        and state not in ('refused', 'dropped') order by intent_id limit 10`,
    [connectionId, like.kind, like.partyId, like.day, like.amountCents],
  );
}
