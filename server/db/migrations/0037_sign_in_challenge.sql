-- Only a row that was written after a sign-in began may prove it: from then on the server sees every text that anybody
-- puts into the table, so that it knows a copy. A row of before could be copied by somebody else unnoticed.

alter table sign_in_tables add column challenge text, add column page_size integer not null default 1;
alter table sign_in_tables alter column page_size drop default;
comment on column sign_in_tables.challenge is 'Part of every proof until nobody waits any more; public, and never the same twice.';
comment on column sign_in_tables.page_size is 'How many payloads to ask for next.';

drop index sign_in_rows_digest_index;
create table sign_in_digests (
  connection_id text not null,
  digest text not null,
  constraint sign_in_digests_pkey primary key (connection_id, digest),
  constraint sign_in_digests_connection_id_fkey foreign key (connection_id) references connections (connection_id)
);
comment on table sign_in_digests is 'Every text that stood in a row of "Sync Sign-ins" since the challenge was made.';
