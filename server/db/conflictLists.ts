import { type ConflictState, type ConflictRow, CONFLICT_COLUMNS } from './conflicts.ts';
import type { Param, Queryable } from './database.ts';

export type ConflictFilter = {
  state: ConflictState | null;
  resource: string | null;
  entityId?: string | null;
  fieldKey?: string | null;
  /** Oldest first by default; ids grow with time. */
  sort?: 'oldest' | 'newest' | 'stakes' | 'decided';
  /** The last conflict of the page before. */
  afterId: string | null;
  limit: number;
};

const FILTER = `c.connection_id = $1 and ($2::text is null or c.state = $2) and ($3::text is null or c.resource = $3)
  and ($4::text is null or c.entity_id = $4) and ($5::text is null or c.field_key = $5)`;

const filterParams = (connectionId: string, filter: Omit<ConflictFilter, 'afterId' | 'limit'>): Param[] => [
  connectionId,
  filter.state,
  filter.resource,
  filter.entityId ?? null,
  filter.fieldKey ?? null,
];

const PAGE_AFTER = {
  oldest: { where: 'c.conflict_id > a.conflict_id', order: 'c.conflict_id' },
  newest: { where: 'c.conflict_id < a.conflict_id', order: 'c.conflict_id desc' },
  // What is about no amount comes last.
  stakes: {
    where: `(-coalesce(c.stakes_cents, -1), c.conflict_id) > (-coalesce(a.stakes_cents, -1), a.conflict_id)`,
    order: '-coalesce(c.stakes_cents, -1), c.conflict_id',
  },
  // What nobody has decided comes last.
  decided: {
    where: `(coalesce(c.decided_at, '-infinity'), c.conflict_id) < (coalesce(a.decided_at, '-infinity'), a.conflict_id)`,
    order: `coalesce(c.decided_at, '-infinity') desc, c.conflict_id desc`,
  },
} as const;

export async function listConflicts(
  db: Queryable,
  connectionId: string,
  filter: ConflictFilter,
): Promise<ConflictRow[]> {
  const { where, order } = PAGE_AFTER[filter.sort ?? 'oldest'];
  return db.query<ConflictRow>(
    `select ${CONFLICT_COLUMNS} from conflicts c where ${FILTER} and ($6::uuid is null or exists (
         select 1 from conflicts a where a.connection_id = $1 and a.conflict_id = $6 and ${where}))
      order by ${order} limit $7`,
    [...filterParams(connectionId, filter), filter.afterId, filter.limit],
  );
}

export async function countConflicts(
  db: Queryable,
  connectionId: string,
  filter: Omit<ConflictFilter, 'afterId' | 'limit'>,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) from conflicts c where ${FILTER}`,
    filterParams(connectionId, filter),
  );
  return row?.count ?? 0;
}

export type OpenFilter = Pick<ConflictFilter, 'resource' | 'entityId' | 'fieldKey'>;

/** Changes with every conflict that comes or goes, and with every value that a side shows in one. */
const VERSION = `left(encode(sha256(convert_to(coalesce(string_agg(
  c.conflict_id || ' ' || c.buildium_digest || ' ' || c.airtable_digest, ',' order by c.conflict_id), ''), 'UTF8')), 'hex'), 32)`;

/** Stands for all open conflicts that a filter finds, and for the values that they show. */
export async function openVersion(db: Queryable, connectionId: string, filter: OpenFilter): Promise<string> {
  const [row] = await db.query<{ version: string }>(
    `select ${VERSION} as version from conflicts c where ${FILTER}`,
    filterParams(connectionId, { ...filter, state: 'open' }),
  );
  if (!row) throw new Error('An aggregate without groups has one row');
  return row.version;
}

export type OpenFound = Pick<ConflictRow, 'conflictId' | 'buildiumDigest' | 'airtableDigest'>;

/** All open conflicts that a filter finds, where they are still those that the version stands for; null where not. */
export async function openOfVersion(
  db: Queryable,
  connectionId: string,
  filter: OpenFilter,
  version: string,
): Promise<OpenFound[] | null> {
  // One statement sees one state of the table: what is read is what was compared.
  const rows = await db.query<OpenFound>(
    `with c as (select * from conflicts c where ${FILTER}), now as (select ${VERSION} as version from c)
     select c.conflict_id as "conflictId", c.buildium_digest as "buildiumDigest", c.airtable_digest as "airtableDigest"
       from c, now where now.version = $6 order by c.conflict_id`,
    [...filterParams(connectionId, { ...filter, state: 'open' }), version],
  );
  return rows.length === 0 ? null : rows;
}

/** Everything that was a conflict since then, whoever settled it: what a change of policy is measured by. */
export async function conflictsSince(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<ConflictRow[]> {
  return db.query<ConflictRow>(
    `select ${CONFLICT_COLUMNS} from conflicts c where connection_id = $1 and opened_at >= $2
       and kind in ('bothMoved', 'neverAgreed') order by conflict_id`,
    [connectionId, since],
  );
}

export type ConflictTimes = {
  open: number;
  stakesCents: number;
  oldestOpenedAt: string | null;
  settled: number;
  byPolicy: number;
  opened: number;
  withinDay: number;
  medianMs: number | null;
};

/** How many are open and how soon they are settled; a young open one counts neither way. */
export async function conflictTimes(
  db: Queryable,
  connectionId: string,
  { since, dayAgo }: { since: string; dayAgo: string },
): Promise<ConflictTimes> {
  const [row] = await db.query<ConflictTimes>(
    `with recent as (
       select state, policy, opened_at, ended_at, state in ('open', 'resolving') as live,
         ended_at - opened_at < interval '24 hours' as soon
         from conflicts where connection_id = $1 and opened_at >= $2 and kind <> 'undo' and kind <> 'overwritten'),
     live as (select opened_at, stakes_cents from conflicts where connection_id = $1 and state in ('open', 'resolving'))
     select (select count(*) from live) as open, (select coalesce(sum(stakes_cents), 0)::bigint from live) as "stakesCents",
       (select min(opened_at) from live) as "oldestOpenedAt",
       count(*) filter (where state = 'resolved') as settled,
       count(*) filter (where state = 'resolved' and policy is not null) as "byPolicy",
       count(*) filter (where not live or opened_at < $3) as opened,
       count(*) filter (where not live and soon) as "withinDay",
       (percentile_cont(0.5) within group (order by extract(epoch from ended_at - opened_at) * 1000)
         filter (where state = 'resolved' and policy is null))::bigint as "medianMs"
       from recent`,
    [connectionId, since, dayAgo],
  );
  if (!row) throw new Error('An aggregate without groups has one row');
  return row;
}

export async function countOpenConflicts(db: Queryable, connectionId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) from conflicts where connection_id = $1 and state in ('open', 'resolving')`,
    [connectionId],
  );
  return row?.count ?? 0;
}
