-- The pace of the calls out, shared by all processes: one row for each Buildium key, Airtable base
-- and Airtable token. `recent` holds the last reserved moments, newest first: a sliding window is
-- all that both APIs count, and a few moments describe it exactly.
-- A row changes with every call, so most of its page is left free for the next versions.
create table rate_budgets (
  budget_key text not null,
  recent timestamptz[] not null default '{}',
  blocked_until timestamptz,
  blocked_reason text,
  constraint rate_budgets_pkey primary key (budget_key)
) with (fillfactor = 20);

-- What each connection has called, by day: the month's use and its forecast come from here.
create table api_calls (
  connection_id text not null,
  side text not null,
  kind text not null,
  day date not null,
  calls bigint not null,
  refused bigint not null,
  constraint api_calls_pkey primary key (connection_id, side, kind, day),
  constraint api_calls_side_check check (side in ('buildium', 'airtable'))
);
