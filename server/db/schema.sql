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

CREATE OR REPLACE FUNCTION public.note_unsealed_audit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into audit_unsealed (connection_id, batch_id, audit_ids)
    select connection_id, (array_agg(audit_id order by audit_id))[1], array_agg(audit_id order by audit_id)
      from added group by connection_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The audit is append-only: rows are never changed or removed.';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_audit_seal_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The audit''s seals are append-only: they are never changed or removed.';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_calculation_run_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'A calculation run is never changed or removed: calculate again, and a new version is kept beside it.';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_certificate_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.certificate is not null and (tg_op = 'DELETE' or new.certificate is distinct from old.certificate) then
    raise exception 'A certificate is never changed or removed: reconcile again, and a new one follows it.';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $function$;

create table airtable_edits (
  connection_id text not null,
  resource text not null,
  entity_id text not null,
  field_key text not null,
  edited_at timestamp with time zone not null,
  user_id text,
  user_email text,
  source text not null,
  digest text not null,
  constraint airtable_edits_pkey PRIMARY KEY (connection_id, resource, entity_id, field_key),
  constraint airtable_edits_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX airtable_edits_at_index ON public.airtable_edits USING btree (connection_id, edited_at);
CREATE INDEX airtable_edits_user_index ON public.airtable_edits USING btree (connection_id, user_id) WHERE (user_id IS NOT NULL);

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
  read_due_at timestamp with time zone,
  whole_read_at timestamp with time zone,
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
  notification_url text,
  unread_since timestamp with time zone,
  unread_why text,
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

-- Draws of approved runs, and what netting contributes to properties below zero: promised until Buildium shows them.
create table approved_draws (
  connection_id text not null,
  run_id uuid not null,
  property_id bigint not null,
  owner_id bigint not null,
  period_from date not null,
  period_to date not null,
  amount_cents bigint not null,
  counted_transaction_ids bigint[] not null,
  withdrawn_cents bigint not null default 0,
  kind text not null,
  constraint approved_draws_pkey PRIMARY KEY (connection_id, run_id, property_id, owner_id),
  constraint approved_draws_approval FOREIGN KEY (connection_id, run_id) REFERENCES calculation_approvals(connection_id, run_id),
  constraint approved_draws_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint approved_draws_kind_known CHECK ((kind = ANY (ARRAY['OwnerDraw'::text, 'OwnerContribution'::text]))),
  constraint approved_draws_withdrawn_check CHECK (((withdrawn_cents >= 0) AND (withdrawn_cents <= amount_cents)))
);
CREATE INDEX approved_draws_property_index ON public.approved_draws USING btree (connection_id, property_id);

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
  replaced_sealed text,
  constraint audit_pkey PRIMARY KEY (connection_id, audit_id),
  constraint audit_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX audit_at_index ON public.audit USING btree (connection_id, at);
CREATE INDEX audit_entity_index ON public.audit USING btree (connection_id, resource, entity_id, at);
CREATE INDEX audit_run_index ON public.audit USING btree (connection_id, run_id) WHERE (run_id IS NOT NULL);
CREATE TRIGGER audit_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_is_to_be_sealed AFTER INSERT ON public.audit REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_unsealed_audit();

-- A hash chain over the audit: each seal covers its rows, as they are stored, and the seal before it.
create table audit_seals (
  connection_id text not null,
  seal_number bigint not null,
  sealed_at timestamp with time zone not null,
  audit_ids uuid[] not null,
  row_digests bytea not null,
  previous_hash text not null,
  hash text not null,
  constraint audit_seals_pkey PRIMARY KEY (connection_id, seal_number),
  constraint audit_seals_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE TRIGGER audit_seals_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_seal_change();

create table audit_unsealed (
  connection_id text not null,
  batch_id uuid not null,
  audit_ids uuid[] not null,
  constraint audit_unsealed_pkey PRIMARY KEY (connection_id, batch_id),
  constraint audit_unsealed_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table backlog_samples (
  connection_id text not null,
  at timestamp with time zone not null,
  dirty bigint not null,
  constraint backlog_samples_pkey PRIMARY KEY (connection_id, at),
  constraint backlog_samples_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Whose money a bank account holds, as people marked it: Buildium's API does not say it.
create table bank_account_uses (
  connection_id text not null,
  bank_account_id bigint not null,
  use text not null,
  entered_by text not null,
  entered_at timestamp with time zone not null,
  constraint bank_account_uses_pkey PRIMARY KEY (connection_id, bank_account_id),
  constraint bank_account_uses_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint bank_account_uses_use_known CHECK ((use = ANY (ARRAY['operating'::text, 'escrow'::text])))
);

create table base_rows (
  connection_id text not null,
  day date not null,
  rows_in_base bigint not null,
  constraint base_rows_pkey PRIMARY KEY (connection_id, day),
  constraint base_rows_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Runs that a person approved.
create table calculation_approvals (
  connection_id text not null,
  run_id uuid not null,
  approved_by text not null,
  approved_at timestamp with time zone not null,
  note text not null,
  constraint calculation_approvals_pkey PRIMARY KEY (connection_id, run_id),
  constraint calculation_approvals_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint calculation_approvals_run FOREIGN KEY (connection_id, run_id) REFERENCES calculation_runs(connection_id, run_id)
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

-- What was asked to be calculated and how far it is; the figures themselves are the run that it led to.
create table calculations (
  connection_id text not null,
  calculation_id uuid not null,
  kind text not null,
  schedule_key text,
  state text not null,
  period_from date not null,
  period_to date not null,
  request jsonb not null,
  requested_by text not null,
  requested_at timestamp with time zone not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  claim_owner text,
  claim_until timestamp with time zone,
  progress jsonb,
  report jsonb,
  problem text,
  run_id uuid,
  dry_input text,
  dry_result text,
  tables_due_at timestamp with time zone,
  tables_problem text,
  constraint calculations_pkey PRIMARY KEY (connection_id, calculation_id),
  constraint calculations_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint calculations_kind_known CHECK ((kind = ANY (ARRAY['asked'::text, 'monthEnd'::text, 'afterClose'::text, 'override'::text, 'restatement'::text]))),
  constraint calculations_run FOREIGN KEY (connection_id, run_id) REFERENCES calculation_runs(connection_id, run_id),
  constraint calculations_schedule_key UNIQUE (connection_id, schedule_key),
  constraint calculations_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'finished'::text, 'blocked'::text, 'failed'::text, 'notNeeded'::text])))
);
CREATE INDEX calculations_open_index ON public.calculations USING btree (connection_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX calculations_run_index ON public.calculations USING btree (connection_id, run_id);
CREATE INDEX calculations_tables_index ON public.calculations USING btree (connection_id, tables_due_at) WHERE (tables_due_at IS NOT NULL);

-- Differences of closed months that a person carried into an open one.
create table carried_differences (
  connection_id text not null,
  carried_id uuid not null,
  run_id uuid not null,
  property_id bigint not null,
  transaction_id bigint not null,
  into_month date not null,
  amount_cents bigint not null,
  sentence text not null,
  reason text not null,
  decided_by text not null,
  decided_at timestamp with time zone not null,
  constraint carried_differences_pkey PRIMARY KEY (connection_id, carried_id),
  constraint carried_differences_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint carried_differences_run FOREIGN KEY (connection_id, run_id) REFERENCES calculation_runs(connection_id, run_id)
);
CREATE INDEX carried_differences_month_index ON public.carried_differences USING btree (connection_id, into_month);

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
  kind text not null,
  buildium_changed_at timestamp with time zone,
  airtable_changed_at timestamp with time zone,
  airtable_changed_by text,
  policy text,
  decided_value jsonb,
  decided_sealed text,
  undoes uuid,
  stakes_cents bigint,
  airtable_gone boolean not null default false,
  ended_why text,
  evidence jsonb,
  constraint conflicts_pkey PRIMARY KEY (connection_id, conflict_id),
  constraint conflicts_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint conflicts_decision_known CHECK ((decision = ANY (ARRAY['buildium'::text, 'airtable'::text, 'value'::text]))),
  constraint conflicts_ended_why_known CHECK ((ended_why = ANY (ARRAY['equal'::text, 'oneSided'::text, 'held'::text, 'unreadable'::text, 'oneWay'::text, 'overtaken'::text, 'gone'::text, 'outside'::text, 'detached'::text, 'paused'::text, 'notTaken'::text, 'rowGone'::text, 'leftOut'::text]))),
  constraint conflicts_kind_known CHECK ((kind = ANY (ARRAY['bothMoved'::text, 'neverAgreed'::text, 'overwritten'::text, 'undo'::text]))),
  constraint conflicts_policy_known CHECK ((policy = ANY (ARRAY['newest'::text, 'manual'::text, 'buildium'::text, 'airtable'::text]))),
  constraint conflicts_state_known CHECK ((state = ANY (ARRAY['open'::text, 'resolving'::text, 'resolved'::text, 'closed'::text])))
);
CREATE INDEX conflicts_ended_index ON public.conflicts USING btree (connection_id, ended_at) WHERE (ended_at IS NOT NULL);
CREATE UNIQUE INDEX conflicts_live_key ON public.conflicts USING btree (connection_id, resource, entity_id, field_key) WHERE (state = ANY (ARRAY['open'::text, 'resolving'::text]));
CREATE INDEX conflicts_opened_index ON public.conflicts USING btree (connection_id, state, opened_at);
CREATE INDEX conflicts_undoes_index ON public.conflicts USING btree (connection_id, undoes) WHERE (undoes IS NOT NULL);

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

-- Records that stood apart on the two sides, each with its likely cause.
create table discrepancies (
  connection_id text not null,
  reconciliation_id uuid not null,
  resource text not null,
  entity_id text not null,
  root_id text not null,
  airtable_record_id text,
  month text not null,
  kind text not null,
  fields jsonb not null,
  cause text not null,
  explanation text not null,
  repair text not null,
  repaired_at timestamp with time zone,
  constraint discrepancies_pkey PRIMARY KEY (connection_id, reconciliation_id, resource, entity_id),
  constraint discrepancies_fkey FOREIGN KEY (connection_id, reconciliation_id) REFERENCES reconciliations(connection_id, reconciliation_id),
  constraint discrepancies_kind_known CHECK ((kind = ANY (ARRAY['noRow'::text, 'notInBuildium'::text, 'differs'::text, 'held'::text]))),
  constraint discrepancies_repair_known CHECK ((repair = ANY (ARRAY['look'::text, 'redrive'::text, 'person'::text])))
);

-- How owners' draws follow from net operating income, as people entered it.
create table distribution_rules (
  connection_id text not null,
  rule_id text not null,
  "position" integer not null,
  owner_id bigint,
  property_id bigint,
  kind text not null,
  reserve_target_cents bigint,
  share_millionths integer,
  entered_by text not null,
  entered_at timestamp with time zone not null,
  constraint distribution_rules_pkey PRIMARY KEY (connection_id, rule_id),
  constraint distribution_rules_amount CHECK (
CASE kind
    WHEN 'noiLessReserve'::text THEN (reserve_target_cents IS NOT NULL)
    WHEN 'percent'::text THEN (share_millionths IS NOT NULL)
    ELSE true
END),
  constraint distribution_rules_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint distribution_rules_kind_known CHECK ((kind = ANY (ARRAY['noiLessReserve'::text, 'percent'::text, 'netting'::text]))),
  constraint distribution_rules_reserve_not_negative CHECK ((reserve_target_cents >= 0)),
  constraint distribution_rules_share_possible CHECK (((share_millionths >= 1) AND (share_millionths <= 1000000)))
);

create table entered_by (
  connection_id text not null,
  record_id text not null,
  person text not null,
  at timestamp with time zone not null,
  constraint entered_by_pkey PRIMARY KEY (connection_id, record_id),
  constraint entered_by_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Rows that people entered and no calculation can use, as of the last reading.
create table entered_problems (
  connection_id text not null,
  record_id text not null,
  name text not null,
  property_id bigint,
  message text not null,
  constraint entered_problems_pkey PRIMARY KEY (connection_id, record_id),
  constraint entered_problems_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
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

create table heartbeats (
  connection_id text not null,
  hour timestamp with time zone not null,
  minutes bigint not null,
  constraint heartbeats_pkey PRIMARY KEY (connection_id, hour),
  constraint heartbeats_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table intent_rows (
  connection_id text not null,
  intent_id uuid not null,
  airtable_record_id text not null,
  action text not null,
  ordinal integer not null,
  amount_cents bigint not null,
  live boolean not null,
  constraint intent_rows_pkey PRIMARY KEY (connection_id, intent_id, airtable_record_id),
  constraint intent_rows_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint intent_rows_intent_fkey FOREIGN KEY (connection_id, intent_id) REFERENCES intents(connection_id, intent_id)
);
CREATE UNIQUE INDEX intent_rows_live_key ON public.intent_rows USING btree (connection_id, airtable_record_id, action) WHERE live;
CREATE INDEX intent_rows_record_index ON public.intent_rows USING btree (connection_id, airtable_record_id);

-- Every write that creates or changes money in Buildium, committed before its request leaves.
create table intents (
  connection_id text not null,
  intent_id uuid not null,
  push_id uuid not null,
  kind text not null,
  action text not null,
  state text not null,
  marker text not null,
  resource text not null,
  method text not null,
  path text not null,
  body jsonb not null,
  body_sealed text,
  sealed_for text,
  summary text not null,
  party_resource text not null,
  party_id text not null,
  day date not null,
  amount_cents bigint not null,
  gl_account_ids jsonb not null,
  before_digest text,
  preview_hash text not null,
  requested_by text not null,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  attempts integer not null,
  known_ids jsonb not null,
  absent_at timestamp with time zone,
  candidates jsonb not null,
  message text not null,
  entity_id text,
  settled_at timestamp with time zone,
  told text,
  next_at timestamp with time zone,
  claim_owner text,
  claim_until timestamp with time zone,
  claim_fence bigint,
  constraint intents_pkey PRIMARY KEY (connection_id, intent_id),
  constraint intents_action_known CHECK ((action = ANY (ARRAY['create'::text, 'change'::text]))),
  constraint intents_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint intents_kind_known CHECK ((kind = ANY (ARRAY['leaseCharge'::text, 'leasePayment'::text, 'leaseCredit'::text, 'leaseRefund'::text, 'bill'::text, 'journalEntry'::text, 'paymentReversal'::text]))),
  constraint intents_push_fkey FOREIGN KEY (connection_id, push_id) REFERENCES pushes(connection_id, push_id),
  constraint intents_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'unknown'::text, 'asking'::text, 'created'::text, 'done'::text, 'refused'::text, 'dropped'::text])))
);
CREATE INDEX intents_due_index ON public.intents USING btree (connection_id, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX intents_entity_index ON public.intents USING btree (connection_id, resource, entity_id) WHERE (entity_id IS NOT NULL);
CREATE UNIQUE INDEX intents_marker_key ON public.intents USING btree (connection_id, marker) WHERE (action = 'create'::text);
CREATE INDEX intents_open_index ON public.intents USING btree (connection_id, resource, day) WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text, 'unknown'::text, 'asking'::text]));
CREATE INDEX intents_push_index ON public.intents USING btree (connection_id, push_id);

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
  restored_at timestamp with time zone,
  made_by_sync boolean not null default false,
  typed_fields text[] not null default '{}'::text[],
  constraint link_aliases_pkey PRIMARY KEY (connection_id, airtable_record_id),
  constraint link_aliases_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX link_aliases_restored_index ON public.link_aliases USING btree (connection_id, resource, entity_id) WHERE (restored_at IS NOT NULL);

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
  refused jsonb,
  compared_at timestamp with time zone,
  constraint links_pkey PRIMARY KEY (connection_id, resource, entity_id),
  constraint links_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint links_standing_known CHECK ((standing = ANY (ARRAY['linked'::text, 'unpaired'::text, 'outsideWindow'::text, 'outOfScope'::text, 'deletedInBuildium'::text, 'detached'::text])))
);
CREATE INDEX links_date_index ON public.links USING btree (connection_id, resource, entity_date) WHERE (entity_date IS NOT NULL);
CREATE INDEX links_held_index ON public.links USING btree (connection_id, status) WHERE (status = ANY (ARRAY['Paused'::text, 'Problem'::text]));
CREATE INDEX links_note_index ON public.links USING btree (connection_id, resource) WHERE (note IS NOT NULL);
CREATE INDEX links_parent_index ON public.links USING btree (connection_id, resource, parent_id) WHERE (parent_id IS NOT NULL);
CREATE UNIQUE INDEX links_record_key ON public.links USING btree (connection_id, airtable_record_id) WHERE (airtable_record_id IS NOT NULL);
CREATE INDEX links_standing_index ON public.links USING btree (connection_id, resource, standing) WHERE (standing <> 'linked'::text);
CREATE TRIGGER links_counted_delete AFTER DELETE ON public.links REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_links();
CREATE TRIGGER links_counted_insert AFTER INSERT ON public.links REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_links();
CREATE TRIGGER links_counted_update AFTER UPDATE ON public.links REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_links();

create table loss_approvals (
  connection_id text not null,
  approval_id uuid not null,
  resource text not null,
  kind text not null,
  field_key text not null,
  state text not null,
  opened_at timestamp with time zone not null,
  table_rows bigint not null,
  decided_by text,
  decided_at timestamp with time zone,
  decided_losses bigint,
  constraint loss_approvals_pkey PRIMARY KEY (connection_id, approval_id),
  constraint loss_approvals_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint loss_approvals_kind_known CHECK ((kind = ANY (ARRAY['goneFromBuildium'::text, 'rowDeleted'::text, 'blankInBuildium'::text, 'blankInAirtable'::text]))),
  constraint loss_approvals_state_known CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'ignored'::text])))
);
CREATE UNIQUE INDEX loss_approvals_open_key ON public.loss_approvals USING btree (connection_id, resource, kind, field_key) WHERE (state = 'open'::text);

create table losses (
  connection_id text not null,
  resource text not null,
  kind text not null,
  field_key text not null,
  entity_id text not null,
  lost_at timestamp with time zone not null,
  state text not null,
  approval_id uuid,
  constraint losses_pkey PRIMARY KEY (connection_id, resource, kind, field_key, entity_id),
  constraint losses_approval_fkey FOREIGN KEY (connection_id, approval_id) REFERENCES loss_approvals(connection_id, approval_id),
  constraint losses_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint losses_kind_known CHECK ((kind = ANY (ARRAY['goneFromBuildium'::text, 'rowDeleted'::text, 'blankInBuildium'::text, 'blankInAirtable'::text]))),
  constraint losses_state_known CHECK ((state = ANY (ARRAY['counted'::text, 'held'::text, 'approved'::text, 'ignored'::text])))
);
CREATE INDEX losses_approval_index ON public.losses USING btree (connection_id, approval_id) WHERE (approval_id IS NOT NULL);

-- Rows that the sync has made, as Airtable told before any link knew them.
create table made_rows (
  connection_id text not null,
  airtable_record_id text not null,
  resource text not null,
  entity_id text not null,
  digests jsonb not null,
  made_at timestamp with time zone not null,
  constraint made_rows_pkey PRIMARY KEY (connection_id, airtable_record_id),
  constraint made_rows_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX made_rows_at_index ON public.made_rows USING btree (connection_id, made_at);

-- The days on which a property counts, as people entered them; both included.
create table managed_periods (
  connection_id text not null,
  property_id bigint not null,
  managed_from date,
  managed_to date,
  constraint managed_periods_pkey PRIMARY KEY (connection_id, property_id),
  constraint managed_periods_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Net operating income that people worked out by hand, to be compared with what is calculated.
create table manual_noi (
  connection_id text not null,
  month date not null,
  property_id bigint not null,
  basis text not null,
  noi_cents bigint not null,
  note text not null,
  entered_by text not null,
  entered_at timestamp with time zone not null,
  airtable_record_id text,
  constraint manual_noi_pkey PRIMARY KEY (connection_id, month, property_id, basis),
  constraint manual_noi_basis_known CHECK ((basis = ANY (ARRAY['cash'::text, 'accrual'::text]))),
  constraint manual_noi_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
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
  still_since timestamp with time zone,
  run_id text,
  airtable_had_part boolean not null,
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

create table notification_deliveries (
  connection_id text not null,
  notification_id text not null,
  channel text not null,
  state text not null,
  delivery_id text,
  attempts integer not null,
  not_before timestamp with time zone not null,
  problem text,
  claim_owner text,
  claim_until timestamp with time zone,
  ended_at timestamp with time zone,
  constraint notification_deliveries_pkey PRIMARY KEY (connection_id, notification_id, channel),
  constraint notification_deliveries_channel_known CHECK ((channel = ANY (ARRAY['email'::text, 'webhook'::text]))),
  constraint notification_deliveries_notification_fkey FOREIGN KEY (connection_id, notification_id) REFERENCES notifications(connection_id, notification_id) ON DELETE CASCADE,
  constraint notification_deliveries_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'notWanted'::text, 'givenUp'::text])))
);
CREATE INDEX notification_deliveries_waiting_index ON public.notification_deliveries USING btree (connection_id, channel, not_before) WHERE (state = 'waiting'::text);

create table notification_secrets (
  connection_id text not null,
  sealed_secret text not null,
  constraint notification_secrets_pkey PRIMARY KEY (connection_id),
  constraint notification_secrets_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- What people are told: names of fields and links, never contact data.
create table notifications (
  connection_id text not null,
  notification_id text not null,
  kind text not null,
  subject text not null,
  text text not null,
  "json" jsonb,
  queued_at timestamp with time zone not null,
  constraint notifications_pkey PRIMARY KEY (connection_id, notification_id),
  constraint notifications_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint notifications_kind_known CHECK ((kind = ANY (ARRAY['conflict'::text, 'calculation'::text, 'alert'::text, 'dailySummary'::text, 'weeklyTrend'::text, 'test'::text])))
);
CREATE INDEX notifications_queued_index ON public.notifications USING btree (connection_id, queued_at);

create table oauth_tokens (
  connection_id text not null,
  sealed_token text not null,
  constraint oauth_tokens_pkey PRIMARY KEY (connection_id),
  constraint oauth_tokens_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Transactions of a lease that are older than the stored history, as they were read last.
create table older_lease_transactions (
  connection_id text not null,
  lease_id bigint not null,
  read_at timestamp with time zone not null,
  transactions jsonb not null,
  constraint older_lease_transactions_pkey PRIMARY KEY (connection_id, lease_id),
  constraint older_lease_transactions_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table own_fields (
  connection_id text not null,
  name text not null,
  field_key text not null,
  field_id text not null,
  problem text,
  choices jsonb,
  constraint own_fields_pkey PRIMARY KEY (connection_id, name, field_key),
  constraint own_fields_table_fkey FOREIGN KEY (connection_id, name) REFERENCES own_tables(connection_id, name)
);

create table own_files (
  connection_id text not null,
  name text not null,
  row_key text not null,
  field_key text not null,
  sha256 text not null,
  attachment_id text not null,
  constraint own_files_pkey PRIMARY KEY (connection_id, name, row_key, field_key),
  constraint own_files_row_fkey FOREIGN KEY (connection_id, name, row_key) REFERENCES own_rows(connection_id, name, row_key) ON DELETE CASCADE
);

create table own_rows (
  connection_id text not null,
  name text not null,
  row_key text not null,
  record_id text not null,
  constraint own_rows_pkey PRIMARY KEY (connection_id, name, row_key),
  constraint own_rows_table_fkey FOREIGN KEY (connection_id, name) REFERENCES own_tables(connection_id, name)
);

create table own_tables (
  connection_id text not null,
  name text not null,
  table_id text not null,
  checked_at timestamp with time zone not null,
  problem text,
  constraint own_tables_pkey PRIMARY KEY (connection_id, name),
  constraint own_tables_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint own_tables_table_key UNIQUE (connection_id, table_id)
);

-- Transactions that concern one owner alone and are not split by shares.
create table owner_allocations (
  connection_id text not null,
  transaction_id bigint not null,
  owner_id bigint,
  entered_by text not null,
  entered_at timestamp with time zone not null,
  airtable_record_id text,
  constraint owner_allocations_pkey PRIMARY KEY (connection_id, transaction_id),
  constraint owner_allocations_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

-- Entries on the Owner Draw and Owner Contribution accounts with their payees, as read from Buildium.
create table owner_draw_payments (
  connection_id text not null,
  transaction_id bigint not null,
  property_id bigint not null,
  day date not null,
  amount_cents bigint not null,
  owner_id bigint,
  kind text not null,
  constraint owner_draw_payments_pkey PRIMARY KEY (connection_id, transaction_id, property_id, day, kind),
  constraint owner_draw_payments_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint owner_draw_payments_kind_known CHECK ((kind = ANY (ARRAY['OwnerDraw'::text, 'OwnerContribution'::text])))
);
CREATE INDEX owner_draw_payments_day_index ON public.owner_draw_payments USING btree (connection_id, day);

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
  entity_name text,
  constraint pairing_matches_pkey PRIMARY KEY (connection_id, resource, entity_id, airtable_record_id),
  constraint pairing_matches_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint pairing_matches_decision_known CHECK ((decision = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text])))
);

-- Instalments agreed with tenants, as people entered them: what they will bring is not late until they are.
create table payment_plans (
  connection_id text not null,
  instalment_id text not null,
  lease_id bigint not null,
  due_on date not null,
  amount_cents bigint not null,
  entered_by text not null,
  entered_at timestamp with time zone not null,
  constraint payment_plans_pkey PRIMARY KEY (connection_id, instalment_id),
  constraint payment_plans_amount_positive CHECK ((amount_cents > 0)),
  constraint payment_plans_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
CREATE INDEX payment_plans_lease_index ON public.payment_plans USING btree (connection_id, lease_id);

create table pushes (
  connection_id text not null,
  push_id uuid not null,
  requested_by text not null,
  started_at timestamp with time zone not null,
  constraint pushes_pkey PRIMARY KEY (connection_id, push_id),
  constraint pushes_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table rate_budgets (
  budget_key text not null,
  recent timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  blocked_until timestamp with time zone,
  blocked_reason text,
  slowed_until timestamp with time zone,
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

create table reconciliation_months (
  connection_id text not null,
  reconciliation_id uuid not null,
  resource text not null,
  month text not null,
  records bigint not null,
  matching bigint not null,
  buildium_records bigint not null,
  airtable_records bigint not null,
  buildium_hash text not null,
  airtable_hash text not null,
  buildium_sums jsonb not null,
  airtable_sums jsonb not null,
  constraint reconciliation_months_pkey PRIMARY KEY (connection_id, reconciliation_id, resource, month),
  constraint reconciliation_months_fkey FOREIGN KEY (connection_id, reconciliation_id) REFERENCES reconciliations(connection_id, reconciliation_id)
);

create table reconciliation_resources (
  connection_id text not null,
  reconciliation_id uuid not null,
  resource text not null,
  records bigint not null,
  matching bigint not null,
  left_out jsonb not null,
  fields_left_out jsonb not null,
  problem text,
  constraint reconciliation_resources_pkey PRIMARY KEY (connection_id, reconciliation_id, resource),
  constraint reconciliation_resources_fkey FOREIGN KEY (connection_id, reconciliation_id) REFERENCES reconciliations(connection_id, reconciliation_id)
);

-- Comparisons of both sides, each with its certificate of completeness.
create table reconciliations (
  connection_id text not null,
  reconciliation_id uuid not null,
  kind text not null,
  state text not null,
  requested_by text not null,
  day date not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  resources integer not null,
  records bigint not null,
  matching bigint not null,
  discrepancies bigint not null,
  three_legs jsonb,
  three_legs_problem text,
  certificate text,
  certificate_hash text,
  root_buildium text,
  root_airtable text,
  repair text not null,
  problem text,
  claim_owner text,
  claim_until timestamp with time zone,
  constraint reconciliations_pkey PRIMARY KEY (connection_id, reconciliation_id),
  constraint reconciliations_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint reconciliations_kind_known CHECK ((kind = ANY (ARRAY['daily'::text, 'onDemand'::text]))),
  constraint reconciliations_repair_known CHECK ((repair = ANY (ARRAY['none'::text, 'running'::text, 'done'::text]))),
  constraint reconciliations_state_known CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text])))
);
CREATE UNIQUE INDEX reconciliations_daily_key ON public.reconciliations USING btree (connection_id, day) WHERE (kind = 'daily'::text);
CREATE UNIQUE INDEX reconciliations_running_key ON public.reconciliations USING btree (connection_id, kind) WHERE (state = 'running'::text);
CREATE TRIGGER certificates_are_immutable BEFORE DELETE OR UPDATE ON public.reconciliations FOR EACH ROW EXECUTE FUNCTION refuse_certificate_change();

create unlogged table request_limits (
  key character varying(255) not null,
  points integer not null default 0,
  expire bigint,
  constraint request_limits_pkey PRIMARY KEY (key)
);

-- Newest runs whose month is no longer what they counted.
create table restatement_flags (
  connection_id text not null,
  run_id uuid not null,
  found_at timestamp with time zone not null,
  changes jsonb not null,
  constraint restatement_flags_pkey PRIMARY KEY (connection_id, run_id),
  constraint restatement_flags_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint restatement_flags_run FOREIGN KEY (connection_id, run_id) REFERENCES calculation_runs(connection_id, run_id)
);

create table run_owner_names (
  connection_id text not null,
  run_id uuid not null,
  owner_id bigint not null,
  name_sealed text not null,
  constraint run_owner_names_pkey PRIMARY KEY (connection_id, run_id, owner_id),
  constraint run_owner_names_supplement_fkey FOREIGN KEY (connection_id, run_id) REFERENCES run_supplements(connection_id, run_id)
);

create table run_supplements (
  connection_id text not null,
  run_id uuid not null,
  gathered_at timestamp with time zone not null,
  content text not null,
  constraint run_supplements_pkey PRIMARY KEY (connection_id, run_id),
  constraint run_supplements_run_fkey FOREIGN KEY (connection_id, run_id) REFERENCES calculation_runs(connection_id, run_id)
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
  constraint runs_kind_known CHECK ((kind = ANY (ARRAY['firstSync'::text, 'syncNow'::text, 'pairing'::text, 'redrive'::text, 'undo'::text]))),
  constraint runs_state_known CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'failed'::text])))
);
CREATE INDEX runs_kind_index ON public.runs USING btree (connection_id, kind, started_at);
CREATE INDEX runs_running_index ON public.runs USING btree (connection_id, started_at) WHERE (state = 'running'::text);

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
  saw jsonb,
  done_at timestamp with time zone,
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

-- Every text that stood in a row of "Sync Sign-ins" since the challenge was made.
create table sign_in_digests (
  connection_id text not null,
  digest text not null,
  constraint sign_in_digests_pkey PRIMARY KEY (connection_id, digest),
  constraint sign_in_digests_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
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
  calls_on date,
  calls_in_day integer not null,
  challenge text,
  page_size integer not null,
  constraint sign_in_tables_pkey PRIMARY KEY (connection_id),
  constraint sign_in_tables_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);

create table summaries (
  connection_id text not null,
  kind text not null,
  day date not null,
  told_at timestamp with time zone not null,
  constraint summaries_pkey PRIMARY KEY (connection_id, kind, day),
  constraint summaries_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint summaries_kind_known CHECK ((kind = ANY (ARRAY['daily'::text, 'weekly'::text])))
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

-- How long stages of a change, answers of the API and jobs took, as a histogram a day.
create table timings (
  connection_id text not null,
  kind text not null,
  name text not null,
  day date not null,
  bucket_ms bigint not null,
  times bigint not null,
  failed bigint not null,
  constraint timings_pkey PRIMARY KEY (connection_id, kind, name, day, bucket_ms),
  constraint timings_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint timings_kind_known CHECK ((kind = ANY (ARRAY['stage'::text, 'api'::text, 'job'::text])))
);

create table undone (
  connection_id text not null,
  undo_run_id text not null,
  resource text not null,
  entity_id text not null,
  field_key text not null,
  of_run_id text not null,
  conflict_id uuid,
  intent_id uuid,
  constraint undone_pkey PRIMARY KEY (connection_id, undo_run_id, resource, entity_id, field_key),
  constraint undone_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id),
  constraint undone_run_fkey FOREIGN KEY (connection_id, undo_run_id) REFERENCES runs(connection_id, run_id)
);
CREATE INDEX undone_of_index ON public.undone USING btree (connection_id, of_run_id);

create table unlinked_rows (
  connection_id text not null,
  airtable_record_id text not null,
  resource text not null,
  entity_id text,
  made_by text not null,
  seen_at timestamp with time zone not null,
  constraint unlinked_rows_pkey PRIMARY KEY (connection_id, airtable_record_id),
  constraint unlinked_rows_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES connections(connection_id)
);
