-- The audit's chain of seals, what a person is asked before much goes away, rows that belong to no entity, and undo.

-- Rows of the audit that no seal covers yet, one line for each statement that wrote some: which ids come late does
-- not matter, since nothing is told from their order.
create table audit_unsealed (
  connection_id text not null references connections,
  batch_id uuid not null,
  audit_ids uuid[] not null,
  constraint audit_unsealed_pkey primary key (connection_id, batch_id)
);

create function note_unsealed_audit() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (connection_id, batch_id, audit_ids)
    select connection_id, (array_agg(audit_id order by audit_id))[1], array_agg(audit_id order by audit_id)
      from added group by connection_id;
  return null;
end $$;
create trigger audit_is_to_be_sealed after insert on audit referencing new table as added
  for each statement execute function note_unsealed_audit();

insert into audit_unsealed (connection_id, batch_id, audit_ids)
  select connection_id, (array_agg(audit_id order by audit_id))[1], array_agg(audit_id order by audit_id) from (
    select connection_id, audit_id, (row_number() over (partition by connection_id order by audit_id) - 1) / 500 as part
      from audit
  ) as numbered group by connection_id, part;

create table audit_seals (
  connection_id text not null references connections,
  seal_number bigint not null,
  sealed_at timestamptz not null,
  audit_ids uuid[] not null,
  -- SHA-256 of each row in the order of audit_ids, 32 bytes each: a row that was changed can be named.
  row_digests bytea not null,
  -- Hexadecimal SHA-256; the first seal follows 64 zeros.
  previous_hash text not null,
  hash text not null,
  constraint audit_seals_pkey primary key (connection_id, seal_number)
);
comment on table audit_seals is 'A hash chain over the audit: each seal covers its rows, as they are stored, and the seal before it.';

create function refuse_audit_seal_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit''s seals are append-only: they are never changed or removed.';
end $$;
create trigger audit_seals_are_append_only before update or delete or truncate on audit_seals
  for each statement execute function refuse_audit_seal_change();

-- The run that marked an id: what is written on its behalf can be found and undone together.
alter table marks add column run_id text;
create index audit_run_index on audit (connection_id, run_id) where run_id is not null;
alter table runs
  drop constraint runs_kind_known,
  add constraint runs_kind_known check (kind in ('firstSync', 'syncNow', 'pairing', 'redrive', 'undo'));

-- What an undo brings back, one line for each field or push: nothing is undone twice, and what came of it can be told.
create table undone (
  connection_id text not null references connections,
  undo_run_id text not null,
  resource text not null,
  entity_id text not null,
  -- Empty for money that is reversed as a whole.
  field_key text not null,
  -- The run or push that is undone.
  of_run_id text not null,
  -- The decision that carries the earlier value to both sides, or the intent that reverses.
  conflict_id uuid,
  intent_id uuid,
  constraint undone_pkey primary key (connection_id, undo_run_id, resource, entity_id, field_key),
  constraint undone_run_fkey foreign key (connection_id, undo_run_id) references runs
);
create index undone_of_index on undone (connection_id, of_run_id);

-- One question to a person: may so much go away?
create table loss_approvals (
  connection_id text not null references connections,
  approval_id uuid not null,
  resource text not null,
  kind text not null constraint loss_approvals_kind_known
    check (kind in ('goneFromBuildium', 'rowDeleted', 'blankInBuildium', 'blankInAirtable')),
  -- The field that went blank; empty where whole entities went away.
  field_key text not null,
  state text not null constraint loss_approvals_state_known check (state in ('open', 'approved', 'ignored')),
  opened_at timestamptz not null,
  -- Rows of the table when it was asked.
  table_rows bigint not null,
  decided_by text,
  decided_at timestamptz,
  constraint loss_approvals_pkey primary key (connection_id, approval_id)
);
create unique index loss_approvals_open_key on loss_approvals (connection_id, resource, kind, field_key) where state = 'open';

-- What has gone away or blank: counted over a day, and what a person has said about it.
create table losses (
  connection_id text not null references connections,
  resource text not null,
  kind text not null constraint losses_kind_known
    check (kind in ('goneFromBuildium', 'rowDeleted', 'blankInBuildium', 'blankInAirtable')),
  field_key text not null,
  entity_id text not null,
  lost_at timestamptz not null,
  state text not null constraint losses_state_known check (state in ('counted', 'held', 'approved', 'ignored')),
  approval_id uuid,
  constraint losses_pkey primary key (connection_id, resource, kind, field_key, entity_id),
  constraint losses_approval_fkey foreign key (connection_id, approval_id) references loss_approvals
);
create index losses_approval_index on losses (connection_id, approval_id) where approval_id is not null;

-- Rows of synced tables that stand for no entity: copies, and rows that a person typed. Listed, never written.
create table unlinked_rows (
  connection_id text not null references connections,
  airtable_record_id text not null,
  resource text not null,
  -- The Buildium id that the row shows; a copy has its original's.
  entity_id text,
  made_by text not null,
  seen_at timestamptz not null,
  constraint unlinked_rows_pkey primary key (connection_id, airtable_record_id)
);

-- A row that was replaced and came back by undo: which of the two stays is decided at the next look.
alter table link_aliases add column restored_at timestamptz;
create index link_aliases_restored_index on link_aliases (connection_id, resource, entity_id) where restored_at is not null;
create index links_held_index on links (connection_id, status) where status in ('Paused', 'Problem');
