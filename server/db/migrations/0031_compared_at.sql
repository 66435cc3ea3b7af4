-- A row that a person has paused or detached is looked at, and not compared: what was on its way to a side meanwhile is
-- still unsettled when it goes on.

alter table links add column compared_at timestamptz;
comment on column links.compared_at is 'When both sides were last compared, where later looks have left them alone; null where the last look compared them.';
