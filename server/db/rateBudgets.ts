import type { Queryable } from './database.ts';

/** How a budget may be spent: for both n of `spans`, any `n + 1` calls span at least `n × intervalMs`. */
export type Pace = Spacing & {
  key: string;
  /** While the other side has asked for less; absent where it never does. */
  slowed?: Spacing;
};

type Spacing = { intervalMs: number; spans: readonly [burst: number, window: number] };

export type Block = { untilMs: number; reason: string };

/** A slot further ahead than this was reserved by a machine whose clock was wrong, and is not waited for. */
const BELIEVABLE_AHEAD_MS = 60_000;

/** Refused again so soon after a pause, the pace itself is too fast. */
const SOON_AFTER = "interval '2 minutes'";

/** Refused so soon after the slower pace has ended, it holds on. */
const JUST_AFTER_SLOW = "interval '10 minutes'";

const SLOW_FOR = "interval '1 hour'";

/**
 * The locked rows decide, not the statement's snapshot: `for update` waits for the other process and then
 * shows what it wrote. Locks are taken in key order, so that overlapping sets of keys never deadlock.
 */
const RESERVE = `
  with wanted as (
    select * from unnest($1::text[], $2::float8[], $3::int[], $4::int[], $8::float8[], $9::int[], $10::int[])
      as w (budget_key, interval_ms, burst, span, slow_interval_ms, slow_burst, slow_span)
  ), held as (
    select b.budget_key, b.blocked_until, w.span as kept,
      case when b.slowed_until > $5::timestamptz then w.slow_interval_ms else w.interval_ms end as interval_ms,
      case when b.slowed_until > $5::timestamptz then w.slow_burst else w.burst end as burst,
      case when b.slowed_until > $5::timestamptz then w.slow_span else w.span end as span,
      case
        when b.recent[1] > $6::timestamptz then '{}'
        when b.recent[1] between $7::timestamptz - interval '1 ms' and $7::timestamptz + interval '1 ms' then b.recent[2:]
        else b.recent
      end as recent
    from rate_budgets b join wanted w using (budget_key)
    order by b.budget_key
    for update of b
  ), slot as (
    select greatest(
      $5::timestamptz, max(blocked_until), max(recent[1]),
      max(recent[burst] + burst * interval_ms * interval '1 millisecond'),
      max(recent[span] + span * interval_ms * interval '1 millisecond')
    ) as starts_at
    from held
  )
  update rate_budgets b
  set recent = (array_prepend(slot.starts_at, held.recent))[1:held.kept + 1]
  from held, slot
  where b.budget_key = held.budget_key
  returning (extract(epoch from slot.starts_at) * 1000)::float8 as slot_ms`;

/**
 * Takes the next moment that all the budgets allow and no block forbids, in one statement
 * (three when a key is seen for the first time ever). A slot that the caller missed is given back
 * where nobody has reserved after it.
 */
export async function reserveSlot(
  database: Queryable,
  paces: readonly Pace[],
  nowMs: number,
  missedMs: number | null,
): Promise<number> {
  const keys = paces.map((pace) => pace.key);
  const params = [
    keys,
    paces.map((pace) => pace.intervalMs),
    paces.map((pace) => pace.spans[0]),
    paces.map((pace) => pace.spans[1]),
    instant(nowMs),
    instant(nowMs + BELIEVABLE_AHEAD_MS),
    missedMs === null ? null : instant(missedMs),
    paces.map(({ slowed, ...pace }) => (slowed ?? pace).intervalMs),
    paces.map(({ slowed, ...pace }) => (slowed ?? pace).spans[0]),
    paces.map(({ slowed, ...pace }) => (slowed ?? pace).spans[1]),
  ];
  let rows = await database.query<{ slot_ms: number }>(RESERVE, params);
  if (rows.length < keys.length) {
    await addBudgets(database, keys);
    rows = await database.query<{ slot_ms: number }>(RESERVE, params);
  }
  return Math.max(nowMs, ...rows.map((row) => row.slot_ms));
}

/**
 * Nothing is sent on the budget until then; a block that already lasts longer stays, with its reason.
 * @param slowsFromMs the moment of a refusal that may mean that the pace is too fast: soon after another one it slows
 * the budget for an hour. Calls that were under way together are refused together, and count once.
 */
export async function blockBudget(
  database: Queryable,
  key: string,
  block: Block,
  slowsFromMs: number | null = null,
): Promise<void> {
  await database.execute(
    `insert into rate_budgets as b (budget_key, blocked_until, blocked_reason) values ($1, $2, $3)
     on conflict (budget_key) do update set blocked_until = excluded.blocked_until, blocked_reason = excluded.blocked_reason,
       slowed_until = case
         when b.slowed_until > $4::timestamptz - ${JUST_AFTER_SLOW} or (b.blocked_reason = excluded.blocked_reason
           and b.blocked_until between $4::timestamptz - ${SOON_AFTER} and $4::timestamptz)
         then $4::timestamptz + ${SLOW_FOR} else b.slowed_until end
     where b.blocked_until is null or b.blocked_until < excluded.blocked_until`,
    [key, instant(block.untilMs), block.reason, slowsFromMs === null ? null : instant(slowsFromMs)],
  );
}

/** A block with this reason no longer holds; another one stays. */
export async function unblockBudget(database: Queryable, key: string, reason: string): Promise<void> {
  await database.execute(
    `update rate_budgets set blocked_until = null, blocked_reason = null where budget_key = $1 and blocked_reason = $2`,
    [key, reason],
  );
}

/** The block in force at that moment. */
export async function readBlock(database: Queryable, key: string, nowMs: number): Promise<Block | null> {
  const [row] = await database.query<{ until_ms: number; reason: string }>(
    `select (extract(epoch from blocked_until) * 1000)::float8 as until_ms, coalesce(blocked_reason, '') as reason
     from rate_budgets where budget_key = $1 and blocked_until > $2`,
    [key, instant(nowMs)],
  );
  return row ? { untilMs: row.until_ms, reason: row.reason } : null;
}

/** How long the slower pace holds; null while the usual one does. */
export async function readSlowed(database: Queryable, key: string, nowMs: number): Promise<number | null> {
  const [row] = await database.query<{ until_ms: number }>(
    `select (extract(epoch from slowed_until) * 1000)::float8 as until_ms
     from rate_budgets where budget_key = $1 and slowed_until > $2`,
    [key, instant(nowMs)],
  );
  return row?.until_ms ?? null;
}

async function addBudgets(database: Queryable, keys: readonly string[]): Promise<void> {
  await database.execute(
    'insert into rate_budgets (budget_key) select distinct unnest($1::text[]) order by 1 on conflict do nothing',
    [keys],
  );
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
