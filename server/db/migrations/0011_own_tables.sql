-- Tables in the person's base that mirror nothing in Buildium: results that we write, and rows that people enter.

create table own_tables (
  connection_id text not null references connections,
  name text not null,
  table_id text not null,
  checked_at timestamptz not null,
  problem text,
  constraint own_tables_pkey primary key (connection_id, name),
  constraint own_tables_table_key unique (connection_id, table_id)
);

create table own_fields (
  connection_id text not null,
  name text not null,
  field_key text not null,
  field_id text not null,
  -- Why the field is left alone, in words for a person; null when it is in use.
  problem text,
  choices jsonb,
  constraint own_fields_pkey primary key (connection_id, name, field_key),
  constraint own_fields_table_fkey foreign key (connection_id, name) references own_tables
);

-- Which row shows what: a known row is changed by its id and never made a second time.
create table own_rows (
  connection_id text not null,
  name text not null,
  row_key text not null,
  record_id text not null,
  constraint own_rows_pkey primary key (connection_id, name, row_key),
  constraint own_rows_table_fkey foreign key (connection_id, name) references own_tables
);

-- The file that an attachment cell holds: the same bytes are not uploaded again.
create table own_files (
  connection_id text not null,
  name text not null,
  row_key text not null,
  field_key text not null,
  sha256 text not null,
  attachment_id text not null,
  constraint own_files_pkey primary key (connection_id, name, row_key, field_key),
  constraint own_files_row_fkey foreign key (connection_id, name, row_key) references own_rows on delete cascade
);

-- Who last changed a row that people enter, as Airtable's webhook tells it.
create table entered_by (
  connection_id text not null references connections,
  record_id text not null,
  person text not null,
  at timestamptz not null,
  constraint entered_by_pkey primary key (connection_id, record_id)
);

create table entered_problems (
  connection_id text not null references connections,
  record_id text not null,
  -- The table of ours that the row stands in.
  name text not null,
  property_id bigint,
  message text not null,
  constraint entered_problems_pkey primary key (connection_id, record_id)
);
comment on table entered_problems is 'Rows that people entered and no calculation can use, as of the last reading.';

-- What a run's statements say beside its figures, as it was when the first of them was made: the same run gives the
-- same statement, byte for byte.
create table run_supplements (
  connection_id text not null,
  run_id uuid not null,
  gathered_at timestamptz not null,
  content text not null,
  constraint run_supplements_pkey primary key (connection_id, run_id),
  constraint run_supplements_run_fkey foreign key (connection_id, run_id) references calculation_runs (connection_id, run_id)
);

create table run_owner_names (
  connection_id text not null,
  run_id uuid not null,
  owner_id bigint not null,
  -- Under the owner's own key: whoever is forgotten is forgotten here too.
  name_sealed text not null,
  constraint run_owner_names_pkey primary key (connection_id, run_id, owner_id),
  constraint run_owner_names_supplement_fkey foreign key (connection_id, run_id) references run_supplements
);
