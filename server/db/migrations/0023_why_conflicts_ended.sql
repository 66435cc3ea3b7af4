-- A conflict may end without being settled: why it did is kept with it, and told to whoever comes to settle it.

alter table conflicts add column ended_why text;
alter table conflicts add constraint conflicts_ended_why_known
  check (ended_why in ('equal', 'oneSided', 'oneWay', 'overtaken', 'gone', 'outside', 'detached', 'paused', 'rowGone', 'leftOut'));
comment on column conflicts.ended_why is 'Why it is closed; null where it was settled or still holds its field.';

-- Nobody can carry out what is decided about a row that was taken out of the sync.
update conflicts c set state = 'closed', ended_at = now(), ended_why = 'detached'
  from links l
 where l.connection_id = c.connection_id and l.resource = c.resource and l.entity_id = c.entity_id
   and l.standing = 'detached' and c.state in ('open', 'resolving');
