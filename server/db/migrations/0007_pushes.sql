-- Planned transactions on their way into Buildium. What is to be sent is written down before it is sent.

create table pushes (
  connection_id text not null references connections,
  push_id uuid not null,
  requested_by text not null,
  started_at timestamptz not null,
  constraint pushes_pkey primary key (connection_id, push_id)
);

create table intents (
  connection_id text not null references connections,
  intent_id uuid not null,
  push_id uuid not null,
  kind text not null constraint intents_kind_known check (kind in
    ('leaseCharge', 'leasePayment', 'leaseCredit', 'leaseRefund', 'bill', 'journalEntry')),
  action text not null constraint intents_action_known check (action in ('create', 'change')),
  state text not null constraint intents_state_known check (state in
    ('waiting', 'sending', 'unknown', 'asking', 'created', 'done', 'refused', 'dropped')),
  -- By which it is known again in Buildium, whatever became of the answer.
  marker text not null,
  resource text not null,
  -- The exact request. A refund's address is contact data and lies in body_sealed, under its tenant's key.
  method text not null,
  path text not null,
  body jsonb not null,
  body_sealed text,
  sealed_for text,
  summary text not null,
  -- How a person would find it: the lease or vendor or property, the day, the amount, the accounts.
  party_resource text not null,
  party_id text not null,
  day date not null,
  amount_cents bigint not null,
  gl_account_ids jsonb not null,
  -- What Buildium showed of it when the change was previewed.
  before_digest text,
  preview_hash text not null,
  requested_by text not null,
  created_at timestamptz not null,
  sent_at timestamptz,
  attempts integer not null,
  -- Ids that looked just like it before the request left.
  known_ids jsonb not null,
  absent_at timestamptz,
  candidates jsonb not null,
  message text not null,
  entity_id text,
  settled_at timestamptz,
  -- The state that its rows in Airtable tell of.
  told text,
  -- When there is something to do about it; null when there is nothing.
  next_at timestamptz,
  claim_owner text,
  claim_until timestamptz,
  claim_fence bigint,
  constraint intents_pkey primary key (connection_id, intent_id),
  constraint intents_push_fkey foreign key (connection_id, push_id) references pushes
);
create index intents_due_index on intents (connection_id, next_at) where next_at is not null;
-- A change carries the marker of what it changes.
create unique index intents_marker_key on intents (connection_id, marker) where action = 'create';
create index intents_push_index on intents (connection_id, push_id);
create index intents_open_index on intents (connection_id, resource, day)
  where state in ('waiting', 'sending', 'unknown', 'asking');
create index intents_entity_index on intents (connection_id, resource, entity_id) where entity_id is not null;
comment on table intents is 'Every write that creates or changes money in Buildium, committed before its request leaves.';

create table intent_rows (
  connection_id text not null references connections,
  intent_id uuid not null,
  airtable_record_id text not null,
  action text not null,
  ordinal integer not null,
  amount_cents bigint not null,
  -- A row that was created in Buildium stays live for ever: there is no second one.
  live boolean not null,
  constraint intent_rows_pkey primary key (connection_id, intent_id, airtable_record_id),
  constraint intent_rows_intent_fkey foreign key (connection_id, intent_id) references intents
);
create unique index intent_rows_live_key on intent_rows (connection_id, airtable_record_id, action) where live;
create index intent_rows_record_index on intent_rows (connection_id, airtable_record_id);

-- A possible duplicate is looked for by its day.
create index links_date_index on links (connection_id, resource, entity_date) where entity_date is not null;
