-- Whoever ends after making a row and before remembering it knows the row by its Buildium ID alone, which people can
-- type too. Airtable tells which rows we made: what stands in one of those besides is somebody's edit, and no conflict.

create table made_rows (
  connection_id text not null,
  airtable_record_id text not null,
  resource text not null,
  entity_id text not null,
  digests jsonb not null,
  made_at timestamptz not null,
  constraint made_rows_pkey primary key (connection_id, airtable_record_id),
  constraint made_rows_connection_id_fkey foreign key (connection_id) references connections (connection_id)
);
create index made_rows_at_index on made_rows (connection_id, made_at);
comment on table made_rows is 'Rows that the sync has made, as Airtable told before any link knew them.';
comment on column made_rows.digests is 'What they showed at first of the fields that flow to Buildium, by field key.';
