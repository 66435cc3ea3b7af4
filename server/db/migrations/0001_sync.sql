-- The sync's own state. connection_id leads every primary key and unique constraint, so that
-- connections stay apart in every query and the tables can be distributed by it one day.

-- Every mark gets the next number: a look clears only the mark that it saw.
create sequence mark_generation;

create table connections (
  connection_id text constraint connections_pkey primary key,
  name text not null,
  state text not null constraint connections_state_known check (state in ('pairing', 'running', 'paused')),
  buildium_url text not null,
  -- AccountId in webhooks; null until the first read of GET /v1/administration/account.
  buildium_account_id bigint,
  buildium_credentials text not null,
  buildium_webhook_secrets text not null,
  airtable_url text not null,
  airtable_content_url text not null,
  airtable_base_id text not null,
  airtable_token text not null,
  -- The unguessable part of the webhook addresses.
  webhook_path text not null constraint connections_webhook_path_key unique,
  time_zone text not null,
  settings jsonb not null,
  created_at timestamptz not null
);
comment on table connections is 'One Buildium account paired with one Airtable base. Credentials are sealed with AES-256-GCM.';

create table airtable_tables (
  connection_id text not null references connections,
  resource text not null,
  table_id text not null,
  checked_at timestamptz not null,
  problem text,
  constraint airtable_tables_pkey primary key (connection_id, resource),
  constraint airtable_tables_table_key unique (connection_id, table_id)
);

create table airtable_fields (
  connection_id text not null,
  resource text not null,
  field_key text not null,
  field_id text not null,
  -- Why the sync leaves the field alone, in words for a person; null when it is in use.
  problem text,
  choices jsonb,
  constraint airtable_fields_pkey primary key (connection_id, resource, field_key),
  constraint airtable_fields_table_fkey foreign key (connection_id, resource) references airtable_tables
);

create table links (
  connection_id text not null references connections,
  resource text not null,
  entity_id text not null,
  airtable_record_id text,
  standing text not null constraint links_standing_known
    check (standing in ('linked', 'unpaired', 'outsideWindow', 'outOfScope', 'deletedInBuildium', 'detached')),
  -- The bill of a bill line.
  parent_id text,
  -- What each side showed when they were last agreed; Airtable's only where it differs. Contact data is in synced_sealed.
  synced_buildium jsonb not null,
  synced_airtable jsonb,
  synced_sealed text,
  -- Fingerprint of Buildium's side at the last agreement: a sweep that finds it again has nothing to do.
  buildium_hash text,
  status text,
  note text,
  entity_date date,
  looked_generation bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint links_pkey primary key (connection_id, resource, entity_id)
);
create unique index links_record_key on links (connection_id, airtable_record_id) where airtable_record_id is not null;
create index links_parent_index on links (connection_id, resource, parent_id) where parent_id is not null;
create index links_standing_index on links (connection_id, resource, standing) where standing <> 'linked';
create index links_note_index on links (connection_id, resource) where note is not null;
comment on table links is 'The pair of a Buildium entity and its Airtable row, with what they last agreed on.';

-- Exact counts without counting a million rows; kept by trigger in the same transaction.
create table link_counts (
  connection_id text not null,
  resource text not null,
  standing text not null,
  -- Spread over a few rows, so that concurrent batches do not wait for each other.
  slot smallint not null,
  links bigint not null,
  constraint link_counts_pkey primary key (connection_id, resource, standing, slot)
);

create function count_links() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into link_counts
      select connection_id, resource, standing, pg_backend_pid() % 8, count(*) from added group by 1, 2, 3 order by 1, 2, 3
      on conflict on constraint link_counts_pkey do update set links = link_counts.links + excluded.links;
  elsif tg_op = 'UPDATE' then
    insert into link_counts
      select connection_id, resource, standing, pg_backend_pid() % 8, sum(change) from (
        select connection_id, resource, standing, 1 as change from added
        union all select connection_id, resource, standing, -1 from removed
      ) as changes group by 1, 2, 3 having sum(change) <> 0 order by 1, 2, 3
      on conflict on constraint link_counts_pkey do update set links = link_counts.links + excluded.links;
  else
    insert into link_counts
      select connection_id, resource, standing, pg_backend_pid() % 8, -count(*) from removed group by 1, 2, 3 order by 1, 2, 3
      on conflict on constraint link_counts_pkey do update set links = link_counts.links + excluded.links;
  end if;
  return null;
end $$;
create trigger links_counted_insert after insert on links referencing new table as added for each statement execute function count_links();
create trigger links_counted_update after update on links referencing new table as added old table as removed for each statement execute function count_links();
create trigger links_counted_delete after delete on links referencing old table as removed for each statement execute function count_links();

-- Rows that once stood for an entity (undone deletions, replaced rows).
create table link_aliases (
  connection_id text not null references connections,
  airtable_record_id text not null,
  resource text not null,
  entity_id text not null,
  constraint link_aliases_pkey primary key (connection_id, airtable_record_id)
);

create table marks (
  connection_id text not null references connections,
  resource text not null,
  entity_id text not null,
  generation bigint not null,
  since timestamptz not null,
  -- When the change happened outside, as far as we know: the delay people see is counted from it.
  happened_at timestamptz not null,
  reason text not null,
  on_behalf_of text not null,
  -- 0 a person waits, 1 money, 2 the rest, 3 sweeps.
  priority smallint not null,
  not_before timestamptz not null,
  waiting_for_resource text,
  waiting_for_id text,
  attempts integer not null,
  problem text,
  parked_at timestamptz,
  claim_owner text,
  claim_until timestamptz,
  claim_fence bigint,
  constraint marks_pkey primary key (connection_id, resource, entity_id)
);
create index marks_due_index on marks (connection_id, resource, priority, since) where parked_at is null;
create index marks_parked_index on marks (connection_id, resource) where parked_at is not null;
create index marks_waiting_index on marks (connection_id, waiting_for_resource, waiting_for_id) where waiting_for_id is not null;
comment on table marks is 'Dirty ids: what must be looked at again. No row carries a value.';

create table receipts (
  connection_id text not null references connections,
  receipt_id text not null,
  event_name text not null,
  event_at timestamptz not null,
  received_at timestamptz not null,
  resource text,
  ids jsonb not null,
  constraint receipts_pkey primary key (connection_id, receipt_id)
);
create index receipts_received_index on receipts (connection_id, received_at);

create table sent (
  connection_id text not null references connections,
  resource text not null,
  entity_id text not null,
  side text not null constraint sent_side_known check (side in ('airtable', 'buildium')),
  fence bigint not null,
  sent_at timestamptz not null,
  -- Digest of each value by field key: enough to know our own write when it comes back, and nothing to leak.
  digests jsonb not null,
  is_create boolean not null,
  constraint sent_pkey primary key (connection_id, resource, entity_id, side, fence)
);
create index sent_at_index on sent (connection_id, sent_at);
comment on table sent is 'Values on their way to a side: committed before the batch leaves.';

create table audit (
  connection_id text not null references connections,
  audit_id uuid not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  resource text,
  entity_id text,
  airtable_record_id text,
  -- Per field: what was there, what is there now. Contact data is in changes_sealed.
  changes jsonb not null,
  changes_sealed text,
  why text not null,
  run_id text,
  constraint audit_pkey primary key (connection_id, audit_id)
);
create index audit_entity_index on audit (connection_id, resource, entity_id, at);
create index audit_at_index on audit (connection_id, at);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit is append-only: rows are never changed or removed.';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit for each statement execute function refuse_audit_change();

-- The key under which an entity's contact data is sealed; destroying it forgets the person.
create table entity_keys (
  connection_id text not null references connections,
  resource text not null,
  entity_id text not null,
  sealed_key text not null,
  constraint entity_keys_pkey primary key (connection_id, resource, entity_id)
);

create table sweeps (
  connection_id text not null references connections,
  resource text not null,
  kind text not null constraint sweeps_kind_known check (kind in ('changes', 'full')),
  started_at timestamptz not null,
  finished_at timestamptz,
  -- Buildium's clock when the last finished sweep began: the next one reads from here, with an overlap.
  cursor_at timestamptz,
  entities bigint not null,
  problem text,
  claim_owner text,
  claim_until timestamptz,
  constraint sweeps_pkey primary key (connection_id, resource, kind)
);

create table airtable_webhooks (
  connection_id text not null references connections,
  webhook_id text not null,
  mac_secret text not null,
  cursor bigint not null,
  expires_at timestamptz not null,
  last_payload_at timestamptz,
  last_ping_at timestamptz,
  problem text,
  constraint airtable_webhooks_pkey primary key (connection_id, webhook_id)
);

create table runs (
  connection_id text not null references connections,
  run_id text not null,
  kind text not null constraint runs_kind_known check (kind in ('firstSync', 'syncNow', 'pairing', 'redrive')),
  state text not null constraint runs_state_known check (state in ('running', 'finished', 'failed')),
  requested_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  progress jsonb not null,
  problem text,
  constraint runs_pkey primary key (connection_id, run_id)
);

create table pairing_matches (
  connection_id text not null references connections,
  resource text not null,
  entity_id text not null,
  airtable_record_id text not null,
  score smallint not null,
  by text not null,
  decision text not null constraint pairing_matches_decision_known
    check (decision in ('proposed', 'approved', 'rejected')),
  differences jsonb not null,
  constraint pairing_matches_pkey primary key (connection_id, resource, entity_id, airtable_record_id)
);

create table side_health (
  connection_id text not null references connections,
  side text not null constraint side_health_side_known check (side in ('airtable', 'buildium')),
  -- ok, or what stops the side; the first call that succeeds again clears it.
  kind text not null,
  message text not null,
  since timestamptz not null,
  retry_at timestamptz,
  constraint side_health_pkey primary key (connection_id, side)
);

create table notices (
  connection_id text not null references connections,
  notice_id uuid not null,
  at timestamptz not null,
  resource text,
  entity_id text,
  kind text not null,
  message text not null,
  closed_at timestamptz,
  constraint notices_pkey primary key (connection_id, notice_id)
);
create index notices_open_index on notices (connection_id, kind) where closed_at is null;

create table delays (
  connection_id text not null references connections,
  resource text not null,
  day date not null,
  -- Upper end of the bucket in milliseconds, a power of two.
  bucket_ms bigint not null,
  changes bigint not null,
  constraint delays_pkey primary key (connection_id, resource, day, bucket_ms)
);
comment on table delays is 'How long changes took from one side to the other, as a histogram a day.';

create table api_tokens (
  connection_id text not null references connections,
  token_id text not null,
  token_hash text not null constraint api_tokens_hash_key unique,
  name text not null,
  role text not null constraint api_tokens_role_known check (role in ('viewer', 'operator', 'admin')),
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint api_tokens_pkey primary key (connection_id, token_id)
);

-- OAuth access tokens of Buildium gateways, sealed; shared by all processes.
create table oauth_tokens (
  connection_id text not null references connections constraint oauth_tokens_pkey primary key,
  sealed_token text not null
);
