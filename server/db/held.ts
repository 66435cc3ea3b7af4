import type { Queryable } from './database.ts';

export type HeldKind =
  | 'approval'
  | 'parked'
  | 'refused'
  | 'paused'
  | 'quarantined'
  | 'copy'
  | 'unlinked'
  | 'waiting'
  | 'retrying';

/** One thing that cannot go on by itself. */
export type HeldRow = {
  /** Stands for its place in the list. */
  heldId: string;
  kind: HeldKind;
  resource: string;
  entityId: string;
  airtableRecordId: string | null;
  reason: string | null;
  since: string;
  attempts: number;
  parkedAt: string | null;
  waitingForResource: string | null;
  waitingForId: string | null;
  approvalId: string | null;
  nextTryAt: string | null;
  /** For an approval: how many wait for it. */
  losses: number;
  /** For an approval: its kind and field; for an unlinked row: who made it. */
  detail: string | null;
};

export type HeldFilter = {
  kinds: readonly HeldKind[] | null;
  resource: string | null;
  /** `heldId` of the last one of the page before. */
  after: string | null;
  limit: number;
};

/** In the order in which people are needed: the letter leads every id, the moment follows. */
const HELD = `
  select 'a ' || to_char(a.opened_at at time zone 'utc', $5) || ' ' || a.approval_id as held_id, 'approval' as kind,
      a.resource, '' as entity_id, null::text as record_id, null::text as reason, a.opened_at as since, 0 as attempts,
      null::timestamptz as parked_at, null::text as waiting_resource, null::text as waiting_id,
      a.approval_id::text as approval_id, null::timestamptz as next_try_at,
      (select count(*) from losses l where l.connection_id = a.connection_id and l.approval_id = a.approval_id) as losses,
      a.kind || ' ' || a.table_rows || ' ' || a.field_key as detail
    from loss_approvals a where a.connection_id = $1 and a.state = 'open'
  union all
  select case when m.parked_at is not null then 'b ' when m.waiting_for_id is not null then 'g ' else 'h ' end
        || to_char(m.since at time zone 'utc', $5) || ' ' || m.resource || ' ' || m.entity_id,
      case when m.parked_at is not null then 'parked' when m.waiting_for_id is not null then 'waiting' else 'retrying' end,
      m.resource, m.entity_id, k.airtable_record_id, m.problem, m.since, m.attempts, m.parked_at,
      m.waiting_for_resource, m.waiting_for_id, null, case when m.parked_at is null then m.not_before end, 0, null
    from marks m left join links k on k.connection_id = m.connection_id and k.resource = m.resource
      and k.entity_id = m.entity_id
    where m.connection_id = $1 and (m.parked_at is not null or m.waiting_for_id is not null or m.problem is not null)
      and m.waiting_for_resource is distinct from 'approval'
  union all
  select case l.status when 'Problem' then 'c ' else 'd ' end || to_char(l.updated_at at time zone 'utc', $5) || ' '
        || l.resource || ' ' || l.entity_id,
      case l.status when 'Problem' then 'refused' else 'paused' end,
      l.resource, l.entity_id, l.airtable_record_id, l.note, l.updated_at, 0, null, null, null, null, null, 0, null
    from links l where l.connection_id = $1 and l.status in ('Problem', 'Paused') and l.standing = 'linked'
      -- Its row says what its mark says, and that is in the list already.
      and not exists (select 1 from marks p where p.connection_id = l.connection_id
        and (p.resource, p.entity_id) in ((l.resource, l.entity_id), (p.resource, l.parent_id))
        and strpos(l.note, p.problem) > 0)
  union all
  select 'e ' || to_char(t.checked_at at time zone 'utc', $5) || ' ' || t.resource, 'quarantined', t.resource, '', null,
      t.problem, t.checked_at, 0, null, null, null, null, null, 0, null
    from airtable_tables t where t.connection_id = $1 and t.problem is not null
  union all
  select 'e ' || to_char(t.checked_at at time zone 'utc', $5) || ' ' || f.resource || ' ' || f.field_key, 'quarantined',
      f.resource, '', null, f.problem, t.checked_at, 0, null, null, null, null, null, 0, null
    from airtable_fields f join airtable_tables t on t.connection_id = f.connection_id and t.resource = f.resource
    where f.connection_id = $1 and f.problem is not null
  union all
  select 'f ' || to_char(u.seen_at at time zone 'utc', $5) || ' ' || u.airtable_record_id,
      case when k.entity_id is not null then 'copy' else 'unlinked' end, u.resource, coalesce(u.entity_id, ''),
      u.airtable_record_id, null, u.seen_at, 0, null, null, null, null, null, 0, u.made_by
    from unlinked_rows u left join links k on k.connection_id = u.connection_id and k.resource = u.resource
      and k.entity_id = u.entity_id
    where u.connection_id = $1 and not exists (
      select 1 from links x where x.connection_id = u.connection_id and x.airtable_record_id = u.airtable_record_id)`;

const SORTABLE = 'YYYYMMDDHH24MISSUS';

/** What cannot go on by itself, what needs a person first. */
export async function listHeld(
  db: Queryable,
  connectionId: string,
  { kinds, resource, after, limit }: HeldFilter,
): Promise<HeldRow[]> {
  return db.query<HeldRow>(
    `select held_id as "heldId", kind, resource, entity_id as "entityId", record_id as "airtableRecordId", reason, since,
       attempts, parked_at as "parkedAt", waiting_resource as "waitingForResource", waiting_id as "waitingForId",
       approval_id as "approvalId", next_try_at as "nextTryAt", losses, detail
       from (${HELD}) as held
      where ($2::text[] is null or kind = any($2)) and ($3::text is null or resource = $3)
        and ($4::text is null or held_id collate "C" > $4)
      order by held_id collate "C" limit $6`,
    [connectionId, kinds, resource, after, SORTABLE, limit],
  );
}

/** How many there are of each kind; a kind that is absent has none. */
export async function countHeld(db: Queryable, connectionId: string): Promise<ReadonlyMap<HeldKind, number>> {
  const rows = await db.query<{ kind: HeldKind; count: number }>(
    `select kind, count(*) as count from (${HELD.replaceAll('$5', '$2')}) as held group by kind`,
    [connectionId, SORTABLE],
  );
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}
