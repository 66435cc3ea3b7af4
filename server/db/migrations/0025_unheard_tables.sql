-- Changes in a table went unheard: it is to be read in full, also after a crash or an outage in between.

alter table airtable_tables add column read_due_at timestamptz, add column whole_read_at timestamptz;
comment on column airtable_tables.read_due_at is 'When the whole table is to be read, since changes in it went unheard; null where none did.';
comment on column airtable_tables.whole_read_at is 'When the whole table was last read for that reason.';

-- A webhook that Airtable no longer lists is made anew with the address that it had.
alter table airtable_webhooks add column notification_url text;
comment on column airtable_webhooks.notification_url is 'Where Airtable pings; null where it cannot reach us, and is asked every five minutes.';
