-- Fields that both sides changed apart, and what people decided about them.

create table conflicts (
  connection_id text not null references connections,
  conflict_id uuid not null,
  resource text not null,
  entity_id text not null,
  field_key text not null,
  state text not null constraint conflicts_state_known check (state in ('open', 'resolving', 'resolved', 'closed')),
  opened_at timestamptz not null,
  why text not null,
  -- Both values and what was last agreed. Contact data is in shown_sealed.
  shown jsonb not null,
  shown_sealed text,
  -- The versions that a resolution must have seen.
  buildium_digest text not null,
  airtable_digest text not null,
  -- The side that wins, once somebody has said so.
  decision text constraint conflicts_decision_known check (decision in ('buildium', 'airtable')),
  decided_by text,
  decided_at timestamptz,
  ended_at timestamptz,
  constraint conflicts_pkey primary key (connection_id, conflict_id)
);
create unique index conflicts_live_key on conflicts (connection_id, resource, entity_id, field_key)
  where state in ('open', 'resolving');
create index conflicts_opened_index on conflicts (connection_id, state, opened_at);
