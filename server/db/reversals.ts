import type { IntentKind } from '../../shared/planned/kinds.ts';
import type { Queryable } from './database.ts';
import { INTENT_COLUMNS, type IntentRow, type IntentState } from './intents.ts';

/** The intent by which an undo reverses what an earlier one booked. */
export type Reversal = {
  intentId: string;
  pushId: string;
  kind: IntentKind;
  state: Extract<IntentState, 'waiting' | 'sending' | 'unknown' | 'asking' | 'created' | 'done'>;
  /** Its own id in Buildium, once it is there. */
  entityId: string | null;
  amountCents: number;
  requestedBy: string;
  settledAt: string | null;
};

/** What reverses these transactions or is on its way to, by the id of the reversed one. */
export async function reversalsAmong(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<Map<string, Reversal>> {
  const rows = await db.query<Reversal & { ofEntityId: string }>(
    `select o.entity_id as "ofEntityId", i.intent_id as "intentId", i.push_id as "pushId", i.kind, i.state,
       i.entity_id as "entityId", i.amount_cents as "amountCents", i.requested_by as "requestedBy",
       i.settled_at as "settledAt"
       from intents o
       join undone u on u.connection_id = o.connection_id and u.of_run_id = o.push_id::text and u.resource = 'push'
         and u.entity_id = o.intent_id::text
       join intents i on i.connection_id = u.connection_id and i.intent_id = u.intent_id
         and i.state not in ('refused', 'dropped')
      where o.connection_id = $1 and o.resource = $2 and o.entity_id = any($3) and o.action = 'create'
        -- An entry whose reversal was itself reversed stands again.
        and not exists (select 1 from undone v
          join intents j on j.connection_id = v.connection_id and j.intent_id = v.intent_id
            and j.state in ('created', 'done')
          where v.connection_id = i.connection_id and v.of_run_id = i.push_id::text and v.resource = 'push'
            and v.entity_id = i.intent_id::text)
      order by i.intent_id`,
    [connectionId, resource, entityIds],
  );
  return new Map(rows.map(({ ofEntityId, ...reversal }) => [ofEntityId, reversal]));
}

/** What a reversal takes back. */
export async function reversedIntent(
  db: Queryable,
  connectionId: string,
  reversalIntentId: string,
): Promise<IntentRow | null> {
  const [row] = await db.query<IntentRow>(
    `select ${INTENT_COLUMNS} from undone u
       join intents i on i.connection_id = u.connection_id and i.intent_id::text = u.entity_id
      where u.connection_id = $1 and u.resource = 'push' and u.intent_id = $2::uuid`,
    [connectionId, reversalIntentId],
  );
  return row ?? null;
}

/** A reversal is through: the planned rows of what it reversed, and of what that had reversed, are told anew. */
export async function retellReversed(
  db: Queryable,
  connectionId: string,
  reversalIntentId: string,
  now: string,
): Promise<void> {
  await db.execute(
    `with recursive reversed as (
       select $2::uuid as intent_id
       union select u.entity_id::uuid from undone u join reversed r on u.intent_id = r.intent_id
         where u.connection_id = $1 and u.resource = 'push')
     update intents i set told = null, next_at = $3 from reversed r
      where i.connection_id = $1 and i.intent_id = r.intent_id and i.intent_id <> $2::uuid and i.state = 'done'`,
    [connectionId, reversalIntentId, now],
  );
}
