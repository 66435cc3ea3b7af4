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
  const chains = await reversalChains(db, connectionId, resource, entityIds);
  return new Map(
    [...chains].flatMap(([entityId, chain]): [string, Reversal][] => {
      const reversal = reversalIn(chain);
      return reversal === null ? [] : [[entityId, reversal]];
    }),
  );
}

/**
 * What reversed each of these, what reversed that, and so on: each is reversed once at most, and the last of them may
 * be on its way still.
 */
export async function reversalChains(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<Map<string, Reversal[]>> {
  const rows = await db.query<Reversal & { ofEntityId: string }>(
    `with recursive chain as (
       select o.entity_id as of_entity_id, 0 as depth, o.intent_id, o.push_id from intents o
        where o.connection_id = $1 and o.resource = $2 and o.entity_id = any($3) and o.action = 'create'
       union all
       select c.of_entity_id, c.depth + 1, i.intent_id, i.push_id from chain c
         join undone u on u.connection_id = $1 and u.of_run_id = c.push_id::text and u.resource = 'push'
           and u.entity_id = c.intent_id::text
         join intents i on i.connection_id = $1 and i.intent_id = u.intent_id and i.state not in ('refused', 'dropped'))
     select c.of_entity_id as "ofEntityId", i.intent_id as "intentId", i.push_id as "pushId", i.kind, i.state,
       i.entity_id as "entityId", i.amount_cents as "amountCents", i.requested_by as "requestedBy",
       i.settled_at as "settledAt"
       from chain c join intents i on i.connection_id = $1 and i.intent_id = c.intent_id
      where c.depth > 0 order by c.depth, i.intent_id`,
    [connectionId, resource, entityIds],
  );
  const chains = new Map<string, Reversal[]>();
  for (const { ofEntityId, ...reversal } of rows)
    chains.set(ofEntityId, [...(chains.get(ofEntityId) ?? []), reversal]);
  return chains;
}

/** What reverses the transaction in front of the chain, once it is booked or on its way; null where that stands. */
export function reversalIn(chain: readonly Reversal[]): Reversal | null {
  let reversal: Reversal | null = null;
  for (const [at, one] of chain.entries()) {
    const takesBackAgain = at % 2 === 1;
    if (!takesBackAgain) reversal = one;
    // An entry whose reversal was itself reversed stands again, from when that is booked.
    else if (one.state === 'created' || one.state === 'done') reversal = null;
  }
  return reversal;
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
