-- What people enter beside synced rows: days that count, whose money a bank account holds, one owner's transactions.

create table bank_account_uses (
  connection_id text not null references connections,
  bank_account_id bigint not null,
  use text not null constraint bank_account_uses_use_known check (use in ('operating', 'escrow')),
  entered_by text not null,
  entered_at timestamptz not null,
  constraint bank_account_uses_pkey primary key (connection_id, bank_account_id)
);
comment on table bank_account_uses is 'Whose money a bank account holds, as people marked it: Buildium''s API does not say it.';

alter table owner_allocations add column airtable_record_id text;
alter table owner_allocations alter column owner_id drop not null;
comment on column owner_allocations.owner_id is 'Null where the cell in Airtable names no single owner: such a transaction stops its properties.';
comment on column owner_allocations.airtable_record_id is 'The row in which it was entered; null: over the API.';

alter table manual_noi add column airtable_record_id text;
comment on column manual_noi.airtable_record_id is 'The row in which it was entered; null: over the API.';
