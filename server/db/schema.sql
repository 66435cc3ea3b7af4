-- The schema that the migrations lead to, for reading. Written by npm run generate; never run.

create sequence mark_generation;

CREATE OR REPLACE FUNCTION public.count_links()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The audit is append-only: rows are never changed or removed.';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_calculation_run_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'A calculation run is never changed or removed: calculate again, and a new version is kept beside it.';
end $function$;

create table airtable_fields (
  connection_id text not null,
  resource text not null,
  field_key text not null,
  field_id text not null,
  problem text,
  choices jsonb,
  constraint airtable_fields_pkey PRIMARY KEY (connection_id, resource, field_key),
  constraint airtable_fields_table_fkey FOREIGN KEY (connection_id, resource) REFERENCES airtable_tables(connection_id, resource)
);

create table airtable_tables (
  connection_id text not null,
  resource text not null,
  table_id text not null,
  checked_at timestamp with time zone not null,
  problem text,
  constraint airtable_tables_pkey PRIMARY KEY (connection_id, resource),
  constraint airtable_tables_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint airtable_tables_table_key UNIQUE (connection_id, table_id)
);

create table airtable_webhooks (
  connection_id text not null,
  webhook_id text not null,
  mac_secret text not null,
  cursor bigint not null,
  expires_at timestamp with time zone not null,
  last_payload_at timestamp with time zone,
  last_ping_at timestamp with time zone,
  problem text,
  constraint airtable_webhooks_pkey PRIMARY KEY (connection_id, webhook_id),
  constraint airtable_webhooks_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table api_calls (
  connection_id text not null,
  side text not null,
  kind text not null,
  day date not null,
  calls bigint not null,
  refused bigint not null,
  constraint api_calls_pkey PRIMARY KEY (connection_id, side, kind, day),
  constraint api_calls_side_check CHECK ((side = ANY (ARRAY['buildium'::text, 'airtable'::text])))
);

create table api_tokens (
  connection_id text not null,
  token_id text not null,
  token_hash text not null,
  name text not null,
  role text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_tokens_pkey PRIMARY KEY (connection_id, token_id),
  constraint api_tokens_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint api_tokens_hash_key UNIQUE (token_hash),
  constraint api_tokens_role_known CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text])))
);

create table audit (
  connection_id text not null,
  audit_id uuid not null,
  at timestamp with time zone not null,
  actor text not null,
  action text not null,
  resource text,
  entity_id text,
  airtable_record_id text,
  changes jsonb not null,
  changes_sealed text,
  why text not null,
  run_id text,
  constraint audit_pkey PRIMARY KEY (connection_id, audit_id),
  constraint audit_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX audit_at_index ON public.audit USING btree (connection_id, at);
CREATE INDEX audit_entity_index ON public.audit USING btree (connection_id, resource, entity_id, at);
CREATE TRIGGER audit_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

create table base_rows (
  connection_id text not null,
  day date not null,
  rows_in_base bigint not null,
  constraint base_rows_pkey PRIMARY KEY (connection_id, day),
  constraint base_rows_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Net operating income as it was calculated, with everything it was calculated from.
create table calculation_runs (
  connection_id text not null,
  run_id uuid not null,
  basis text not null,
  period_from date not null,
  period_to date not null,
  scope text not null,
  version integer not null,
  input_hash text not null,
  input text not null,
  result text not null,
  requested_by text not null,
  created_at timestamp with time zone not null,
  constraint calculation_runs_pkey PRIMARY KEY (connection_id, run_id),
  constraint calculation_runs_basis_known CHECK ((basis = ANY (ARRAY['cash'::text, 'accrual'::text]))),
  constraint calculation_runs_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint calculation_runs_version_key UNIQUE (connection_id, basis, period_from, period_to, scope, version)
);
CREATE TRIGGER calculation_runs_are_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.calculation_runs FOR EACH STATEMENT EXECUTE FUNCTION refuse_calculation_run_change();

create table conflicts (
  connection_id text not null,
  conflict_id uuid not null,
  resource text not null,
  entity_id text not null,
  field_key text not null,
  state text not null,
  opened_at timestamp with time zone not null,
  why text not null,
  shown jsonb not null,
  shown_sealed text,
  buildium_digest text not null,
  airtable_digest text not null,
  decision text,
  decided_by text,
  decided_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint conflicts_pkey PRIMARY KEY (connection_id, conflict_id),
  constraint conflicts_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint conflicts_decision_known CHECK ((decision = ANY (ARRAY['buildium'::text, 'airtable'::text]))),
  constraint conflicts_state_known CHECK ((state = ANY (ARRAY['open'::text, 'resolving'::text, 'resolved'::text, 'closed'::text])))
);
CREATE UNIQUE INDEX conflicts_live_key ON public.conflicts USING btree (connection_id, resource, entity_id, field_key) WHERE (state = ANY (ARRAY['open'::text, 'resolving'::text]));
CREATE INDEX conflicts_opened_index ON public.conflicts USING btree (connection_id, state, opened_at);

-- One Buildium account paired with one Airtable base. Credentials are sealed with AES-256-GCM.
create table connections (
  connection_id text not null,
  name text not null,
  state text not null,
  buildium_url text not null,
  buildium_account_id bigint,
  buildium_credentials text not null,
  buildium_webhook_secrets text not null,
  airtable_url text not null,
  airtable_content_url text not null,
  airtable_base_id text not null,
  airtable_token text not null,
  webhook_path text not null,
  time_zone text not null,
  settings jsonb not null,
  created_at timestamp with time zone not null,
  constraint connections_pkey PRIMARY KEY (connection_id),
  constraint connections_state_known CHECK ((state = ANY (ARRAY['pairing'::text, 'running'::text, 'paused'::text]))),
  constraint connections_webhook_path_key UNIQUE (webhook_path)
);

-- How long changes took from one side to the other, as a histogram a day.
create table delays (
  connection_id text not null,
  resource text not null,
  day date not null,
  bucket_ms bigint not null,
  changes bigint not null,
  constraint delays_pkey PRIMARY KEY (connection_id, resource, day, bucket_ms),
  constraint delays_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table entity_keys (
  connection_id text not null,
  resource text not null,
  entity_id text not null,
  sealed_key text not null,
  constraint entity_keys_pkey PRIMARY KEY (connection_id, resource, entity_id),
  constraint entity_keys_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Classes of GL accounts that a person chose or confirmed; all others are proposed anew on every run.
create table gl_classes (
  connection_id text not null,
  gl_account_id bigint not null,
  noi_class text not null,
  confirmed_by text not null,
  confirmed_at timestamp with time zone not null,
  constraint gl_classes_pkey PRIMARY KEY (connection_id, gl_account_id),
  constraint gl_classes_class_known CHECK ((noi_class = ANY (ARRAY['operatingIncome'::text, 'operatingExpense'::text, 'nonOperating'::text, 'capital'::text, 'financing'::text, 'trust'::text, 'excluded'::text]))),
  constraint gl_classes_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Buildium's general ledger. Replaced by whole slices (basis, property, account, day), never entry by entry.
create table ledger_entries (
  connection_id text not null,
  basis text not null,
  property_id bigint not null,
  gl_account_id bigint not null,
  day date not null,
  transaction_id bigint not null,
  ordinal integer not null,
  amount_cents bigint not null,
  transaction_type text,
  unit_id bigint,
  constraint ledger_entries_pkey PRIMARY KEY (connection_id, basis, property_id, gl_account_id, day, transaction_id, ordinal),
  constraint ledger_entries_basis_known CHECK ((basis = ANY (ARRAY['cash'::text, 'accrual'::text]))),
  constraint ledger_entries_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX ledger_entries_day_index ON public.ledger_entries USING btree (connection_id, basis, day);

create table link_aliases (
  connection_id text not null,
  airtable_record_id text not null,
  resource text not null,
  entity_id text not null,
  constraint link_aliases_pkey PRIMARY KEY (connection_id, airtable_record_id),
  constraint link_aliases_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table link_counts (
  connection_id text not null,
  resource text not null,
  standing text not null,
  slot smallint not null,
  links bigint not null,
  constraint link_counts_pkey PRIMARY KEY (connection_id, resource, standing, slot)
);

-- The pair of a Buildium entity and its Airtable row, with what they last agreed on.
create table links (
  connection_id text not null,
  resource text not null,
  entity_id text not null,
  airtable_record_id text,
  standing text not null,
  parent_id text,
  synced_buildium jsonb not null,
  synced_airtable jsonb,
  synced_sealed text,
  buildium_hash text,
  status text,
  note text,
  entity_date date,
  looked_generation bigint not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint links_pkey PRIMARY KEY (connection_id, resource, entity_id),
  constraint links_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint links_standing_known CHECK ((standing = ANY (ARRAY['linked'::text, 'unpaired'::text, 'outsideWindow'::text, 'outOfScope'::text, 'deletedInBuildium'::text, 'detached'::text])))
);
CREATE INDEX links_note_index ON public.links USING btree (connection_id, resource) WHERE (note IS NOT NULL);
CREATE INDEX links_parent_index ON public.links USING btree (connection_id, resource, parent_id) WHERE (parent_id IS NOT NULL);
CREATE UNIQUE INDEX links_record_key ON public.links USING btree (connection_id, airtable_record_id) WHERE (airtable_record_id IS NOT NULL);
CREATE INDEX links_standing_index ON public.links USING btree (connection_id, resource, standing) WHERE (standing <> 'linked'::text);
CREATE TRIGGER links_counted_delete AFTER DELETE ON public.links REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_links();
CREATE TRIGGER links_counted_insert AFTER INSERT ON public.links REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_links();
CREATE TRIGGER links_counted_update AFTER UPDATE ON public.links REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_links();

-- The days on which a property counts, as people entered them; both included.
create table managed_periods (
  connection_id text not null,
  property_id bigint not null,
  managed_from date,
  managed_to date,
  constraint managed_periods_pkey PRIMARY KEY (connection_id, property_id),
  constraint managed_periods_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Dirty ids: what must be looked at again. No row carries a value.
create table marks (
  connection_id text not null,
  resource text not null,
  entity_id text not null,
  generation bigint not null,
  since timestamp with time zone not null,
  happened_at timestamp with time zone not null,
  reason text not null,
  on_behalf_of text not null,
  priority smallint not null,
  not_before timestamp with time zone not null,
  waiting_for_resource text,
  waiting_for_id text,
  attempts integer not null,
  problem text,
  parked_at timestamp with time zone,
  claim_owner text,
  claim_until timestamp with time zone,
  claim_fence bigint,
  constraint marks_pkey PRIMARY KEY (connection_id, resource, entity_id),
  constraint marks_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX marks_due_index ON public.marks USING btree (connection_id, resource, priority, since) WHERE (parked_at IS NULL);
CREATE INDEX marks_parked_index ON public.marks USING btree (connection_id, resource) WHERE (parked_at IS NOT NULL);
CREATE INDEX marks_waiting_index ON public.marks USING btree (connection_id, waiting_for_resource, waiting_for_id) WHERE (waiting_for_id IS NOT NULL);

create table notices (
  connection_id text not null,
  notice_id uuid not null,
  at timestamp with time zone not null,
  resource text,
  entity_id text,
  kind text not null,
  message text not null,
  closed_at timestamp with time zone,
  constraint notices_pkey PRIMARY KEY (connection_id, notice_id),
  constraint notices_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX notices_open_index ON public.notices USING btree (connection_id, kind) WHERE (closed_at IS NULL);

create table oauth_tokens (
  connection_id text not null,
  sealed_token text not null,
  constraint oauth_tokens_pkey PRIMARY KEY (connection_id),
  constraint oauth_tokens_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Percentages of ownership as people entered them: Buildium's API has none. Kept as entered, wrong sums included, so that a run can say what is wrong.
create table ownership (
  connection_id text not null,
  ownership_id text not null,
  property_id bigint not null,
  owner_id bigint not null,
  share_millionths integer not null,
  owned_from date,
  owned_to date,
  constraint ownership_pkey PRIMARY KEY (connection_id, ownership_id),
  constraint ownership_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX ownership_property_index ON public.ownership USING btree (connection_id, property_id);

create table pairing_codes (
  connection_id text not null,
  code_hash text not null,
  role text not null,
  name text not null,
  expires_at timestamp with time zone not null,
  constraint pairing_codes_pkey PRIMARY KEY (connection_id, code_hash),
  constraint pairing_codes_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint pairing_codes_role_known CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text])))
);

create table pairing_matches (
  connection_id text not null,
  resource text not null,
  entity_id text not null,
  airtable_record_id text not null,
  score smallint not null,
  by text not null,
  decision text not null,
  differences jsonb not null,
  constraint pairing_matches_pkey PRIMARY KEY (connection_id, resource, entity_id, airtable_record_id),
  constraint pairing_matches_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint pairing_matches_decision_known CHECK ((decision = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text])))
);

create table rate_budgets (
  budget_key text not null,
  recent timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  blocked_until timestamp with time zone,
  blocked_reason text,
  constraint rate_budgets_pkey PRIMARY KEY (budget_key)
);

create table receipts (
  connection_id text not null,
  receipt_id text not null,
  event_name text not null,
  event_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  resource text,
  ids jsonb not null,
  constraint receipts_pkey PRIMARY KEY (connection_id, receipt_id),
  constraint receipts_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX receipts_received_index ON public.receipts USING btree (connection_id, received_at);

create unlogged table request_limits (
  key character varying(255) not null,
  points integer not null default 0,
  expire bigint,
  constraint request_limits_pkey PRIMARY KEY (key)
);

create table runs (
  connection_id text not null,
  run_id text not null,
  kind text not null,
  state text not null,
  requested_by text not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  progress jsonb not null,
  problem text,
  constraint runs_pkey PRIMARY KEY (connection_id, run_id),
  constraint runs_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint runs_kind_known CHECK ((kind = ANY (ARRAY['firstSync'::text, 'syncNow'::text, 'pairing'::text, 'redrive'::text]))),
  constraint runs_state_known CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'failed'::text])))
);

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null,
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

-- Values on their way to a side: committed before the batch leaves.
create table sent (
  connection_id text not null,
  resource text not null,
  entity_id text not null,
  side text not null,
  fence bigint not null,
  sent_at timestamp with time zone not null,
  digests jsonb not null,
  is_create boolean not null,
  constraint sent_pkey PRIMARY KEY (connection_id, resource, entity_id, side, fence),
  constraint sent_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint sent_side_known CHECK ((side = ANY (ARRAY['airtable'::text, 'buildium'::text])))
);
CREATE INDEX sent_at_index ON public.sent USING btree (connection_id, sent_at);

create table side_health (
  connection_id text not null,
  side text not null,
  kind text not null,
  message text not null,
  since timestamp with time zone not null,
  retry_at timestamp with time zone,
  constraint side_health_pkey PRIMARY KEY (connection_id, side),
  constraint side_health_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint side_health_side_known CHECK ((side = ANY (ARRAY['airtable'::text, 'buildium'::text])))
);

create table sign_in_people (
  connection_id text not null,
  user_id text not null,
  email text,
  level_role text not null,
  chosen_role text,
  last_signed_in_at timestamp with time zone not null,
  constraint sign_in_people_pkey PRIMARY KEY (connection_id, user_id),
  constraint sign_in_people_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint sign_in_people_level_known CHECK ((level_role = ANY (ARRAY['operator'::text, 'admin'::text]))),
  constraint sign_in_people_role_known CHECK ((chosen_role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text])))
);

create table sign_in_rows (
  connection_id text not null,
  record_id text not null,
  digest text not null,
  user_id text,
  email text,
  permission_level text,
  made_at timestamp with time zone not null,
  void text,
  used_at timestamp with time zone,
  constraint sign_in_rows_pkey PRIMARY KEY (connection_id, record_id),
  constraint sign_in_rows_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX sign_in_rows_digest_index ON public.sign_in_rows USING btree (connection_id, digest);

create table sign_in_sessions (
  connection_id text not null,
  token_id text not null,
  user_id text,
  refresh_hash text not null,
  previous_refresh_hash text,
  refreshed_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint sign_in_sessions_pkey PRIMARY KEY (connection_id, token_id),
  constraint sign_in_sessions_token_fkey FOREIGN KEY (connection_id, token_id) REFERENCES api_tokens(connection_id, token_id)
);

create table sign_in_tables (
  connection_id text not null,
  table_id text not null,
  field_id text not null,
  webhook_id text,
  cursor bigint not null,
  waited_for_until timestamp with time zone,
  minute_began_at timestamp with time zone,
  calls_in_minute integer not null,
  constraint sign_in_tables_pkey PRIMARY KEY (connection_id),
  constraint sign_in_tables_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table sweeps (
  connection_id text not null,
  resource text not null,
  kind text not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  cursor_at timestamp with time zone,
  entities bigint not null,
  problem text,
  claim_owner text,
  claim_until timestamp with time zone,
  constraint sweeps_pkey PRIMARY KEY (connection_id, resource, kind),
  constraint sweeps_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint sweeps_kind_known CHECK ((kind = ANY (ARRAY['changes'::text, 'full'::text])))
);
