-- Airtable's changes that cannot be read are told of: until they are, no edit is heard.

alter table airtable_webhooks add column unread_since timestamptz, add column unread_why text;
comment on column airtable_webhooks.unread_since is 'Since when its payloads cannot be read; null where the last page was.';
comment on column airtable_webhooks.unread_why is 'Why the last page could not be read.';
