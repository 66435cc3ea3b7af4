-- An edit that Buildium has refused is not sent again while both sides show what they showed then.

alter table links add column refused jsonb;
comment on column links.refused is 'The edit that Buildium refused last, as a digest of its values and of what Buildium showed, and the reasons that it gave.';
