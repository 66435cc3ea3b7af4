-- Runs of the month's money as people and schedules ask for them, and what people enter around them.

create table calculations (
  connection_id text not null references connections,
  calculation_id uuid not null,
  kind text not null constraint calculations_kind_known check (kind in
    ('asked', 'monthEnd', 'afterClose', 'override', 'restatement')),
  -- What a schedule asks for, it asks for once, however many processes look at the clock.
  schedule_key text,
  state text not null constraint calculations_state_known check (state in
    ('queued', 'running', 'finished', 'blocked', 'failed', 'notNeeded')),
  period_from date not null,
  period_to date not null,
  request jsonb not null,
  requested_by text not null,
  requested_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  claim_owner text,
  claim_until timestamptz,
  progress jsonb,
  -- What was seen beside the figures: checks, tie-out, lock dates.
  report jsonb,
  problem text,
  run_id uuid,
  -- A dry run keeps its figures here and nowhere else.
  dry_input text,
  dry_result text,
  -- When the run's results are to be written into Airtable next; null when they stand there.
  tables_due_at timestamptz,
  tables_problem text,
  constraint calculations_pkey primary key (connection_id, calculation_id),
  constraint calculations_schedule_key unique (connection_id, schedule_key),
  constraint calculations_run foreign key (connection_id, run_id) references calculation_runs (connection_id, run_id)
);
create index calculations_open_index on calculations (connection_id) where state in ('queued', 'running');
create index calculations_tables_index on calculations (connection_id, tables_due_at) where tables_due_at is not null;
create index calculations_run_index on calculations (connection_id, run_id);
comment on table calculations is 'What was asked to be calculated and how far it is; the figures themselves are the run that it led to.';

create table calculation_approvals (
  connection_id text not null references connections,
  run_id uuid not null,
  approved_by text not null,
  approved_at timestamptz not null,
  note text not null,
  constraint calculation_approvals_pkey primary key (connection_id, run_id),
  constraint calculation_approvals_run foreign key (connection_id, run_id)
    references calculation_runs (connection_id, run_id)
);
comment on table calculation_approvals is 'Runs that a person approved.';

create table approved_draws (
  connection_id text not null references connections,
  run_id uuid not null,
  property_id bigint not null,
  owner_id bigint not null,
  period_from date not null,
  period_to date not null,
  amount_cents bigint not null,
  constraint approved_draws_pkey primary key (connection_id, run_id, property_id, owner_id),
  constraint approved_draws_approval foreign key (connection_id, run_id)
    references calculation_approvals (connection_id, run_id)
);
create index approved_draws_property_index on approved_draws (connection_id, property_id);
comment on table approved_draws is 'Draws of approved runs: promised until the Owner Draw account shows that they were paid.';

create table owner_draw_payments (
  connection_id text not null references connections,
  transaction_id bigint not null,
  property_id bigint not null,
  day date not null,
  amount_cents bigint not null,
  -- Null where Buildium names no owner as the payee.
  owner_id bigint,
  constraint owner_draw_payments_pkey primary key (connection_id, transaction_id, property_id, day)
);
create index owner_draw_payments_day_index on owner_draw_payments (connection_id, day);
comment on table owner_draw_payments is 'Entries on the Owner Draw accounts with their payees, as read from Buildium.';

create table distribution_rules (
  connection_id text not null references connections,
  rule_id text not null,
  -- Rules are applied in this order, each to what the one before left.
  position integer not null,
  -- The most specific set applies: an owner's at a property, an owner's, a property's, everybody's.
  owner_id bigint,
  property_id bigint,
  kind text not null constraint distribution_rules_kind_known check (kind in ('noiLessReserve', 'percent', 'netting')),
  reserve_target_cents bigint constraint distribution_rules_reserve_not_negative check (reserve_target_cents >= 0),
  -- Millionths of the whole: 1% is 10,000.
  share_millionths integer constraint distribution_rules_share_possible check (share_millionths between 1 and 1000000),
  entered_by text not null,
  entered_at timestamptz not null,
  constraint distribution_rules_pkey primary key (connection_id, rule_id),
  constraint distribution_rules_amount check (case kind
    when 'noiLessReserve' then reserve_target_cents is not null
    when 'percent' then share_millionths is not null else true end)
);
comment on table distribution_rules is 'How owners'' draws follow from net operating income, as people entered it.';

create table payment_plans (
  connection_id text not null references connections,
  instalment_id text not null,
  lease_id bigint not null,
  due_on date not null,
  amount_cents bigint not null constraint payment_plans_amount_positive check (amount_cents > 0),
  entered_by text not null,
  entered_at timestamptz not null,
  constraint payment_plans_pkey primary key (connection_id, instalment_id)
);
create index payment_plans_lease_index on payment_plans (connection_id, lease_id);
comment on table payment_plans is 'Instalments agreed with tenants, as people entered them: what they will bring is not late until they are.';

create table manual_noi (
  connection_id text not null references connections,
  month date not null,
  property_id bigint not null,
  basis text not null constraint manual_noi_basis_known check (basis in ('cash', 'accrual')),
  noi_cents bigint not null,
  note text not null,
  entered_by text not null,
  entered_at timestamptz not null,
  constraint manual_noi_pkey primary key (connection_id, month, property_id, basis)
);
comment on table manual_noi is 'Net operating income that people worked out by hand, to be compared with what is calculated.';

create table restatement_flags (
  connection_id text not null references connections,
  run_id uuid not null,
  found_at timestamptz not null,
  changes jsonb not null,
  constraint restatement_flags_pkey primary key (connection_id, run_id),
  constraint restatement_flags_run foreign key (connection_id, run_id) references calculation_runs (connection_id, run_id)
);
comment on table restatement_flags is 'Newest runs whose month is no longer what they counted.';

create table carried_differences (
  connection_id text not null references connections,
  carried_id uuid not null,
  run_id uuid not null,
  property_id bigint not null,
  transaction_id bigint not null,
  into_month date not null,
  amount_cents bigint not null,
  sentence text not null,
  reason text not null,
  decided_by text not null,
  decided_at timestamptz not null,
  constraint carried_differences_pkey primary key (connection_id, carried_id),
  constraint carried_differences_run foreign key (connection_id, run_id)
    references calculation_runs (connection_id, run_id)
);
create index carried_differences_month_index on carried_differences (connection_id, into_month);
comment on table carried_differences is 'Differences of closed months that a person carried into an open one.';

create table owner_allocations (
  connection_id text not null references connections,
  transaction_id bigint not null,
  owner_id bigint not null,
  entered_by text not null,
  entered_at timestamptz not null,
  constraint owner_allocations_pkey primary key (connection_id, transaction_id)
);
comment on table owner_allocations is 'Transactions that concern one owner alone and are not split by shares.';
