-- A pair is decided on by names: Buildium's side has no row yet that could tell its own.

alter table pairing_matches add column entity_name text;
comment on column pairing_matches.entity_name is 'What the row of the entity would be called; null where that is contact data.';
