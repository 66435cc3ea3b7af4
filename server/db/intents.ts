import type { IntentKind } from '../../shared/planned/kinds.ts';
import type { Queryable } from './database.ts';

export type IntentState =
  | 'waiting'
  | 'sending'
  | 'unknown'
  | 'asking'
  | 'created'
  | 'done'
  | 'refused'
  | 'dropped';

/** A write that creates or changes money in Buildium, on record before its request leaves. */
export type IntentRow = {
  intentId: string;
  pushId: string;
  kind: IntentKind;
  action: 'create' | 'change';
  state: IntentState;
  marker: string;
  resource: string;
  method: 'POST' | 'PUT' | 'PATCH';
  path: string;
  body: Record<string, unknown>;
  /** Contact data of the body, under the key of the entity in `sealedFor`. */
  bodySealed: string | null;
  sealedFor: string | null;
  summary: string;
  partyResource: string;
  partyId: string;
  day: string;
  amountCents: number;
  glAccountIds: readonly string[];
  beforeDigest: string | null;
  previewHash: string;
  requestedBy: string;
  createdAt: string;
  sentAt: string | null;
  /** How often it was sent and it stayed unknown whether it took effect. */
  attempts: number;
  knownIds: readonly string[];
  absentAt: string | null;
  candidates: readonly { entityId: string; shown: string }[];
  message: string;
  entityId: string | null;
  settledAt: string | null;
  told: string | null;
  nextAt: string | null;
  recordIds: readonly string[];
};

export type ClaimedIntent = IntentRow & { fence: number };

/** How an intent is read, from `intents i`. */
export const INTENT_COLUMNS = `i.intent_id as "intentId", i.push_id as "pushId", i.kind, i.action, i.state, i.marker, i.resource,
  i.method, i.path, i.body, i.body_sealed as "bodySealed", i.sealed_for as "sealedFor", i.summary,
  i.party_resource as "partyResource", i.party_id as "partyId", i.day, i.amount_cents as "amountCents",
  i.gl_account_ids as "glAccountIds", i.before_digest as "beforeDigest", i.preview_hash as "previewHash",
  i.requested_by as "requestedBy", i.created_at as "createdAt", i.sent_at as "sentAt", i.attempts,
  i.known_ids as "knownIds", i.absent_at as "absentAt", i.candidates, i.message, i.entity_id as "entityId",
  i.settled_at as "settledAt", i.told, i.next_at as "nextAt",
  array(select r.airtable_record_id from intent_rows r
         where r.connection_id = i.connection_id and r.intent_id = i.intent_id order by r.ordinal) as "recordIds"`;

export type NewIntent = Pick<
  IntentRow,
  | 'intentId'
  | 'pushId'
  | 'kind'
  | 'action'
  | 'marker'
  | 'resource'
  | 'method'
  | 'path'
  | 'body'
  | 'bodySealed'
  | 'sealedFor'
  | 'summary'
  | 'partyResource'
  | 'partyId'
  | 'day'
  | 'amountCents'
  | 'glAccountIds'
  | 'beforeDigest'
  | 'previewHash'
  | 'requestedBy'
  | 'message'
  | 'entityId'
> & { rows: readonly { recordId: string; amountCents: number }[] };

/**
 * Writes an intent down, unless one of its rows has an unrefused one already: a planned row is booked once. Nor is it
 * written where its very preview was confirmed before, whatever became of that.
 * @returns whether it is written.
 */
export async function insertIntent(
  tx: Queryable,
  connectionId: string,
  intent: NewIntent,
  now: string,
): Promise<boolean> {
  const { rows, ...columns } = intent;
  const recordIds = rows.map((row) => row.recordId);
  await tx.execute(
    `insert into intents (connection_id, intent_id, push_id, kind, action, state, marker, resource, method, path, body,
       body_sealed, sealed_for, summary, party_resource, party_id, day, amount_cents, gl_account_ids, before_digest,
       preview_hash, requested_by, created_at, attempts, known_ids, candidates, message, entity_id, next_at)
     select $1, n."intentId", n."pushId", n."kind", n."action", 'waiting', n."marker", n."resource", n."method", n."path",
       n."body", n."bodySealed", n."sealedFor", n."summary", n."partyResource", n."partyId", n."day", n."amountCents",
       n."glAccountIds", n."beforeDigest", n."previewHash", n."requestedBy", $3, 0, '[]', '[]', n."message", n."entityId", $3
       from jsonb_to_record($2::jsonb) as n("intentId" uuid, "pushId" uuid, "kind" text, "action" text, "marker" text,
         "resource" text, "method" text, "path" text, "body" jsonb, "bodySealed" text, "sealedFor" text, "summary" text,
         "partyResource" text, "partyId" text, "day" date, "amountCents" bigint, "glAccountIds" jsonb,
         "beforeDigest" text, "previewHash" text, "requestedBy" text, "message" text, "entityId" text)`,
    [connectionId, JSON.stringify(columns), now],
  );
  const written = await tx.execute(
    `insert into intent_rows (connection_id, intent_id, airtable_record_id, action, ordinal, amount_cents, live)
     select $1, $2, r."recordId", $3, r."ordinal", r."amountCents", true
       from jsonb_to_recordset($4::jsonb) as r("recordId" text, "ordinal" integer, "amountCents" bigint)
      where not exists (select 1 from intent_rows e join intents p using (connection_id, intent_id)
        where e.connection_id = $1 and e.airtable_record_id = r."recordId" and p.preview_hash = $5 and p.intent_id <> $2)
     on conflict (connection_id, airtable_record_id, action) where live do nothing`,
    [
      connectionId,
      intent.intentId,
      intent.action,
      JSON.stringify(rows.map((row, ordinal) => ({ ...row, ordinal }))),
      intent.previewHash,
    ],
  );
  if (written === recordIds.length) return true;
  await tx.execute(`delete from intent_rows where connection_id = $1 and intent_id = $2`, [
    connectionId,
    intent.intentId,
  ]);
  await tx.execute(`delete from intents where connection_id = $1 and intent_id = $2`, [
    connectionId,
    intent.intentId,
  ]);
  return false;
}

/**
 * Takes intents that are due and that nobody holds. One whose sender's claim ran out comes back as `sending`:
 * nobody knows what became of its request.
 */
export async function claimIntents(
  db: Queryable,
  claim: { connectionId: string; owner: string; now: string; until: string; limit: number },
): Promise<ClaimedIntent[]> {
  return db.query<ClaimedIntent>(
    `with due as (
       select intent_id from intents where connection_id = $1 and next_at <= $3
          and (claim_until is null or claim_until <= $3)
        order by next_at, intent_id limit $5 for update skip locked)
     update intents i set claim_owner = $2, claim_until = $4, claim_fence = nextval('mark_generation')
       from due where i.connection_id = $1 and i.intent_id = due.intent_id
     returning ${INTENT_COLUMNS}, i.claim_fence as fence`,
    [claim.connectionId, claim.owner, claim.now, claim.until, claim.limit],
  );
}

/** Keeps claims that are still ours. */
export async function renewIntentClaims(
  db: Queryable,
  connectionId: string,
  fences: readonly number[],
  until: string,
): Promise<void> {
  await db.execute(
    `update intents set claim_until = $3 where connection_id = $1 and claim_fence = any($2::bigint[])`,
    [connectionId, fences, until],
  );
}

/**
 * The last thing before a request leaves, and again before one that was refused for rate leaves once more.
 * @returns false when the claim was passed on or the intent is no longer waiting: then nothing may be sent.
 */
export async function beginSending(
  db: Queryable,
  connectionId: string,
  intent: { intentId: string; fence: number; knownIds: readonly string[] },
  now: string,
): Promise<boolean> {
  const begun = await db.execute(
    `update intents set state = 'sending', sent_at = $5, known_ids = $4::jsonb, absent_at = null,
       message = 'Under way to Buildium.'
      where connection_id = $1 and intent_id = $2 and claim_fence = $3 and claim_until > $5 and state in ('waiting', 'sending')`,
    [connectionId, intent.intentId, intent.fence, JSON.stringify(intent.knownIds), now],
  );
  return begun === 1;
}

export type IntentAfter = {
  state: IntentState;
  message: string;
  nextAt: string | null;
  entityId?: string | null;
  absentAt?: string | null;
  candidates?: IntentRow['candidates'];
  settledAt?: string | null;
  told?: string | null;
};

/** What a step came to; gives the claim back. @returns false when the claim was passed on meanwhile. */
export async function settleIntent(
  tx: Queryable,
  connectionId: string,
  intent: Pick<ClaimedIntent, 'intentId' | 'fence'>,
  after: IntentAfter,
): Promise<boolean> {
  return update(tx, connectionId, intent.intentId, after, 'and claim_fence = $4', [intent.fence]);
}

/** What a person decided. @returns false when the intent has moved on, or somebody is at it right now. */
export async function decideIntentState(
  tx: Queryable,
  connectionId: string,
  intentId: string,
  after: IntentAfter,
  now: string,
): Promise<boolean> {
  return update(
    tx,
    connectionId,
    intentId,
    after,
    `and i.state in ('unknown', 'asking') and (i.claim_until is null or i.claim_until <= $4)`,
    [now],
  );
}

async function update(
  tx: Queryable,
  connectionId: string,
  intentId: string,
  after: IntentAfter,
  condition: string,
  more: readonly (string | number)[],
): Promise<boolean> {
  const given = JSON.stringify({
    ...after,
    ...(after.candidates ? { candidates: after.candidates } : {}),
  });
  const updated = await tx.execute(
    `update intents i set state = n."state", message = n."message", next_at = n."nextAt",
       entity_id = case when $3::jsonb ? 'entityId' then n."entityId" else i.entity_id end,
       absent_at = case when $3::jsonb ? 'absentAt' then n."absentAt" else i.absent_at end,
       candidates = coalesce(n."candidates", i.candidates),
       settled_at = coalesce(n."settledAt", i.settled_at), told = coalesce(n."told", i.told),
       attempts = i.attempts + case when i.state = 'sending' and n."state" = 'unknown' then 1 else 0 end,
       claim_owner = null, claim_until = null, claim_fence = null
       from jsonb_to_record($3::jsonb) as n("state" text, "message" text, "nextAt" timestamptz, "entityId" text,
         "absentAt" timestamptz, "candidates" jsonb, "settledAt" timestamptz, "told" text)
      where i.connection_id = $1 and i.intent_id = $2 ${condition}`,
    [connectionId, intentId, given, ...more],
  );
  if (updated !== 1) return false;
  // A creation that is not refused blocks its rows for ever, a change until it is through.
  const frees =
    after.state === 'refused' || after.state === 'dropped'
      ? ['create', 'change']
      : after.state === 'done'
        ? ['change']
        : [];
  if (frees.length > 0)
    await tx.execute(
      `update intent_rows set live = false where connection_id = $1 and intent_id = $2 and action = any($3)`,
      [connectionId, intentId, frees],
    );
  return true;
}

/** What carries the mark of an intent was seen in Buildium: it is named to the intent, which looks at it at once. */
export async function nameSeen(
  db: Queryable,
  connectionId: string,
  intentId: string,
  seen: IntentRow['candidates'][number],
  now: string,
): Promise<void> {
  await db.execute(
    `update intents set next_at = least(next_at, $4),
       candidates = case when candidates @> jsonb_build_array(jsonb_build_object('entityId', $3::jsonb -> 'entityId'))
         then candidates else candidates || jsonb_build_array($3::jsonb) end
      where connection_id = $1 and intent_id = $2 and state in ('unknown', 'asking')`,
    [connectionId, intentId, JSON.stringify(seen), now],
  );
}

/** What was booked has changed in Buildium since: its planned rows show what is actual anew. */
export async function retellIntents(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
  now: string,
): Promise<number> {
  return db.execute(
    `update intents set told = null, next_at = $4
      where connection_id = $1 and resource = $2 and entity_id = any($3) and state = 'done' and action = 'create'`,
    [connectionId, resource, entityIds, now],
  );
}
