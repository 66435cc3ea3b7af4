-- What was booked on leases before the history that the sync keeps, where a lease's balance needs it.

create table older_lease_transactions (
  connection_id text not null references connections,
  lease_id bigint not null,
  read_at timestamptz not null,
  transactions jsonb not null,
  constraint older_lease_transactions_pkey primary key (connection_id, lease_id)
);
comment on table older_lease_transactions is 'Transactions of a lease that are older than the stored history, as they were read last.';
