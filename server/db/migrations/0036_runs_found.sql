-- Every round asks for the runs that are under way and for the first sync, and runs are kept for ever.

create index runs_running_index on runs (connection_id, started_at) where state = 'running';
create index runs_kind_index on runs (connection_id, kind, started_at);
