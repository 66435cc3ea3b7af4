-- The month's money. Ids here are Buildium's own, whole numbers.

-- Entries in the natural sign of their account's type, on each basis by themselves: which payment paid
-- which charge is Buildium's to know, so cash entries cannot be derived from accrual ones.
create table ledger_entries (
  connection_id text not null references connections,
  basis text not null constraint ledger_entries_basis_known check (basis in ('cash', 'accrual')),
  property_id bigint not null,
  gl_account_id bigint not null,
  day date not null,
  transaction_id bigint not null,
  -- A transaction may post to an account more than once on its day.
  ordinal integer not null,
  amount_cents bigint not null,
  transaction_type text,
  unit_id bigint,
  constraint ledger_entries_pkey primary key
    (connection_id, basis, property_id, gl_account_id, day, transaction_id, ordinal)
);
create index ledger_entries_day_index on ledger_entries (connection_id, basis, day);
comment on table ledger_entries is 'Buildium''s general ledger. Replaced by whole slices (basis, property, account, day), never entry by entry.';

create table gl_classes (
  connection_id text not null references connections,
  gl_account_id bigint not null,
  noi_class text not null constraint gl_classes_class_known check (noi_class in
    ('operatingIncome', 'operatingExpense', 'nonOperating', 'capital', 'financing', 'trust', 'excluded')),
  confirmed_by text not null,
  confirmed_at timestamptz not null,
  constraint gl_classes_pkey primary key (connection_id, gl_account_id)
);
comment on table gl_classes is 'Classes of GL accounts that a person chose or confirmed; all others are proposed anew on every run.';

create table ownership (
  connection_id text not null references connections,
  ownership_id text not null,
  property_id bigint not null,
  owner_id bigint not null,
  -- Millionths of the whole: 1% is 10,000.
  share_millionths integer not null,
  -- Both days included; null is open.
  owned_from date,
  owned_to date,
  constraint ownership_pkey primary key (connection_id, ownership_id)
);
create index ownership_property_index on ownership (connection_id, property_id);
comment on table ownership is 'Percentages of ownership as people entered them: Buildium''s API has none. Kept as entered, wrong sums included, so that a run can say what is wrong.';

create table managed_periods (
  connection_id text not null references connections,
  property_id bigint not null,
  managed_from date,
  managed_to date,
  constraint managed_periods_pkey primary key (connection_id, property_id)
);
comment on table managed_periods is 'The days on which a property counts, as people entered them; both included.';

create table calculation_runs (
  connection_id text not null references connections,
  run_id uuid not null,
  basis text not null constraint calculation_runs_basis_known check (basis in ('cash', 'accrual')),
  period_from date not null,
  period_to date not null,
  -- `all`, or the property ids in ascending order.
  scope text not null,
  version integer not null,
  -- SHA-256 of the input: the same input is the same run.
  input_hash text not null,
  -- Text and not jsonb: the same input gives the same bytes.
  input text not null,
  result text not null,
  requested_by text not null,
  created_at timestamptz not null,
  constraint calculation_runs_pkey primary key (connection_id, run_id),
  constraint calculation_runs_version_key unique (connection_id, basis, period_from, period_to, scope, version)
);
comment on table calculation_runs is 'Net operating income as it was calculated, with everything it was calculated from.';

create function refuse_calculation_run_change() returns trigger language plpgsql as $$
begin
  raise exception 'A calculation run is never changed or removed: calculate again, and a new version is kept beside it.';
end $$;
create trigger calculation_runs_are_immutable before update or delete or truncate on calculation_runs
  for each statement execute function refuse_calculation_run_change();
