-- Both sides compared as they are, and how well the sync does its work.

create table reconciliations (
  connection_id text not null references connections,
  reconciliation_id uuid not null,
  kind text not null constraint reconciliations_kind_known check (kind in ('daily', 'onDemand')),
  state text not null constraint reconciliations_state_known check (state in ('running', 'finished')),
  requested_by text not null,
  day date not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- How many resources it compares, so that its progress can be told.
  resources integer not null,
  records bigint not null,
  matching bigint not null,
  discrepancies bigint not null,
  three_legs jsonb,
  three_legs_problem text,
  -- Text and not jsonb: what was certified stays the same bytes.
  certificate text,
  certificate_hash text,
  root_buildium text,
  root_airtable text,
  repair text not null constraint reconciliations_repair_known check (repair in ('none', 'running', 'done')),
  problem text,
  claim_owner text,
  -- Nobody takes it up before: a worker is at it, or a side has asked for patience.
  claim_until timestamptz,
  constraint reconciliations_pkey primary key (connection_id, reconciliation_id)
);
create unique index reconciliations_daily_key on reconciliations (connection_id, day) where kind = 'daily';
create unique index reconciliations_running_key on reconciliations (connection_id, kind) where state = 'running';
comment on table reconciliations is 'Comparisons of both sides, each with its certificate of completeness.';

create function refuse_certificate_change() returns trigger language plpgsql as $$
begin
  if old.certificate is not null and (tg_op = 'DELETE' or new.certificate is distinct from old.certificate) then
    raise exception 'A certificate is never changed or removed: reconcile again, and a new one follows it.';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger certificates_are_immutable before update or delete on reconciliations
  for each row execute function refuse_certificate_change();

create table reconciliation_resources (
  connection_id text not null,
  reconciliation_id uuid not null,
  resource text not null,
  records bigint not null,
  matching bigint not null,
  left_out jsonb not null,
  fields_left_out jsonb not null,
  constraint reconciliation_resources_pkey primary key (connection_id, reconciliation_id, resource),
  constraint reconciliation_resources_fkey foreign key (connection_id, reconciliation_id) references reconciliations
);

create table reconciliation_months (
  connection_id text not null,
  reconciliation_id uuid not null,
  resource text not null,
  -- YYYY-MM; empty for what has no day.
  month text not null,
  records bigint not null,
  matching bigint not null,
  buildium_records bigint not null,
  airtable_records bigint not null,
  buildium_hash text not null,
  airtable_hash text not null,
  -- Cents by field.
  buildium_sums jsonb not null,
  airtable_sums jsonb not null,
  constraint reconciliation_months_pkey primary key (connection_id, reconciliation_id, resource, month),
  constraint reconciliation_months_fkey foreign key (connection_id, reconciliation_id) references reconciliations
);

create table discrepancies (
  connection_id text not null,
  reconciliation_id uuid not null,
  resource text not null,
  entity_id text not null,
  -- What is marked to have it looked at: the bill of a bill line.
  root_id text not null,
  airtable_record_id text,
  month text not null,
  kind text not null constraint discrepancies_kind_known check (kind in ('noRow', 'notInBuildium', 'differs', 'held')),
  -- The fields that differ; contact data without its values.
  fields jsonb not null,
  cause text not null,
  explanation text not null,
  repair text not null constraint discrepancies_repair_known check (repair in ('look', 'redrive', 'person')),
  repaired_at timestamptz,
  constraint discrepancies_pkey primary key (connection_id, reconciliation_id, resource, entity_id),
  constraint discrepancies_fkey foreign key (connection_id, reconciliation_id) references reconciliations
);
comment on table discrepancies is 'Records that stood apart on the two sides, each with its likely cause.';

create table timings (
  connection_id text not null references connections,
  kind text not null constraint timings_kind_known check (kind in ('stage', 'api', 'job')),
  name text not null,
  day date not null,
  -- Upper end of the bucket in milliseconds, two significant digits.
  bucket_ms bigint not null,
  times bigint not null,
  failed bigint not null,
  constraint timings_pkey primary key (connection_id, kind, name, day, bucket_ms)
);
comment on table timings is 'How long stages of a change, answers of the API and jobs took, as a histogram a day.';

create table heartbeats (
  connection_id text not null references connections,
  hour timestamptz not null,
  -- One bit a minute in which a worker was alive.
  minutes bigint not null,
  constraint heartbeats_pkey primary key (connection_id, hour)
);

create table backlog_samples (
  connection_id text not null references connections,
  at timestamptz not null,
  dirty bigint not null,
  constraint backlog_samples_pkey primary key (connection_id, at)
);

-- What is told once a day or week, and was told for which.
create table summaries (
  connection_id text not null references connections,
  kind text not null constraint summaries_kind_known check (kind in ('daily', 'weekly')),
  day date not null,
  told_at timestamptz not null,
  constraint summaries_pkey primary key (connection_id, kind, day)
);
