-- A row that was deleted right after somebody had typed into it: an undo brings back values that nobody has looked at.

alter table link_aliases add column typed_fields text[] not null default '{}';
comment on column link_aliases.typed_fields is 'Fields that were typed into it after its last look: what they show was never agreed.';
