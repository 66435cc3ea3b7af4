-- How often each API token and address has asked in the current minute, in the shape that
-- rate-limiter-flexible expects. Not by connection, since an address may belong to any or none;
-- unlogged, since a crash may well forget a minute.
create unlogged table request_limits (
  key varchar(255) constraint request_limits_pkey primary key,
  points integer not null default 0,
  expire bigint
);

-- Rows in a connection's base at the end of each day: the day it is full is forecast from them.
create table base_rows (
  connection_id text not null references connections,
  day date not null,
  rows_in_base bigint not null,
  constraint base_rows_pkey primary key (connection_id, day)
);
