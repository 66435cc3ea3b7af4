-- An event of Buildium's that shows nothing new, such as our own write coming back, needs no look at Airtable.

alter table marks add column airtable_had_part boolean not null default true;
-- What is waiting already counts as both sides' news; from here on every mark says so itself.
alter table marks alter column airtable_had_part drop default;
comment on column marks.airtable_had_part is 'Whether anything but Buildium''s announcements stands behind the mark since it was last claimed.';
