-- A table that could not be read keeps a reconciliation from no other, and its certificate says so.

alter table reconciliation_resources add column problem text;
comment on column reconciliation_resources.problem is 'Why it could not be compared; null when it was.';
