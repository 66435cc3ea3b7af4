-- A PUT replaces a whole record of Buildium: the audit keeps what stood there, sealed under its entity's key.

alter table audit add column replaced_sealed text;
comment on column audit.replaced_sealed is 'The record as Buildium showed it right before the sync wrote to it; the chain of seals covers it.';
