-- A column that was deleted and made anew is blank: what an open conflict keeps of its cell stands for it until it is settled.

alter table conflicts add column airtable_gone boolean not null default false;
comment on column conflicts.airtable_gone is 'Its cell is gone: the value that Airtable showed is here alone.';
