-- A row that the sync made, unheard, while another one of the same entity was deleted: an undo brings that one back.

alter table link_aliases add column made_by_sync boolean not null default false;
comment on column link_aliases.made_by_sync is 'It was never the entity''s row: the sync made it, and got no answer.';
