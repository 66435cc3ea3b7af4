-- Signing in from the Airtable extension: what Airtable says about who made a row, and what was given for it.

-- The table "Sync Sign-ins" of a connection's base, and how far its news have been read.
create table sign_in_tables (
  connection_id text not null references connections constraint sign_in_tables_pkey primary key,
  table_id text not null,
  field_id text not null,
  webhook_id text,
  -- The next payload to read; only while somebody waits.
  cursor bigint not null,
  waited_for_until timestamptz,
  -- Calls to Airtable that people without a token have caused in the minute that began then.
  minute_began_at timestamptz,
  calls_in_minute integer not null
);

-- Rows as they were made. A row id that was once seen is never believed again with other contents.
create table sign_in_rows (
  connection_id text not null references connections,
  record_id text not null,
  digest text not null,
  user_id text,
  email text,
  permission_level text,
  made_at timestamptz not null,
  -- Why nobody is let in by this row, in words for a person.
  void text,
  used_at timestamptz,
  constraint sign_in_rows_pkey primary key (connection_id, record_id)
);
create index sign_in_rows_digest_index on sign_in_rows (connection_id, digest);

create table sign_in_people (
  connection_id text not null references connections,
  user_id text not null,
  email text,
  -- What the permission level in Airtable gives, and what an admin has said instead.
  level_role text not null constraint sign_in_people_level_known check (level_role in ('operator', 'admin')),
  chosen_role text constraint sign_in_people_role_known check (chosen_role in ('viewer', 'operator', 'admin')),
  last_signed_in_at timestamptz not null,
  constraint sign_in_people_pkey primary key (connection_id, user_id)
);

-- A session keeps one token alive by renewing it, until it ends.
create table sign_in_sessions (
  connection_id text not null,
  token_id text not null,
  -- Null for whoever came with a pairing code.
  user_id text,
  refresh_hash text not null,
  -- The one before it is taken for a moment longer: its answer may have been lost on the way.
  previous_refresh_hash text,
  refreshed_at timestamptz not null,
  ends_at timestamptz not null,
  constraint sign_in_sessions_pkey primary key (connection_id, token_id),
  constraint sign_in_sessions_token_fkey foreign key (connection_id, token_id) references api_tokens
);

create table pairing_codes (
  connection_id text not null references connections,
  code_hash text not null,
  role text not null constraint pairing_codes_role_known check (role in ('viewer', 'operator', 'admin')),
  name text not null,
  expires_at timestamptz not null,
  constraint pairing_codes_pkey primary key (connection_id, code_hash)
);
