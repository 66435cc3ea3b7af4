-- Sign-ins may cost so many calls to Airtable a day: whoever knows the address can cause them without signing in.

alter table sign_in_tables add column calls_on date, add column calls_in_day integer not null default 0;
alter table sign_in_tables alter column calls_in_day drop default;
comment on column sign_in_tables.calls_in_day is 'Calls to Airtable that sign-ins have cost on the day calls_on.';
