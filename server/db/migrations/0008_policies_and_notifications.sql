-- How conflicts are decided without a person, what is known of who changed what and when, and who is told.

alter table conflicts
  -- bothMoved, neverAgreed, overwritten (our own write fell on an edit), undo (a loser is brought back).
  add column kind text,
  -- When each side's value was entered and by whom, as far as the side says.
  add column buildium_changed_at timestamptz,
  add column airtable_changed_at timestamptz,
  add column airtable_changed_by text,
  -- The policy that decided; null where a person did or has to.
  add column policy text,
  -- The typed value, or the loser that an undo brings back. Contact data is in decided_sealed.
  add column decided_value jsonb,
  add column decided_sealed text,
  -- The conflict whose loser this one brings back.
  add column undoes uuid,
  -- How far two amounts are apart.
  add column stakes_cents bigint;
update conflicts set kind = case when shown -> 'synced' = 'null'::jsonb then 'neverAgreed' else 'bothMoved' end;
alter table conflicts
  alter column kind set not null,
  add constraint conflicts_kind_known check (kind in ('bothMoved', 'neverAgreed', 'overwritten', 'undo')),
  add constraint conflicts_policy_known check (policy in ('newest', 'manual', 'buildium', 'airtable')),
  drop constraint conflicts_decision_known,
  add constraint conflicts_decision_known check (decision in ('buildium', 'airtable', 'value'));
create index conflicts_undoes_index on conflicts (connection_id, undoes) where undoes is not null;
create index conflicts_ended_index on conflicts (connection_id, ended_at) where ended_at is not null;

-- The last edit of each field that Airtable has told of: the policies compare its time, and people see whose it was.
create table airtable_edits (
  connection_id text not null references connections,
  resource text not null,
  entity_id text not null,
  field_key text not null,
  edited_at timestamptz not null,
  user_id text,
  user_email text,
  -- client, automation, publicApi…
  source text not null,
  -- Knows the typed value again.
  digest text not null,
  constraint airtable_edits_pkey primary key (connection_id, resource, entity_id, field_key)
);
create index airtable_edits_user_index on airtable_edits (connection_id, user_id) where user_id is not null;
create index airtable_edits_at_index on airtable_edits (connection_id, edited_at);

-- What the look read of the fields that were then sent: another previous value in the payload of our write was overwritten.
alter table sent
  add column saw jsonb,
  -- When Buildium answered our write.
  add column done_at timestamptz;

-- An edited record is looked at once it has been still; null where nobody is typing.
alter table marks add column still_since timestamptz;

create table notifications (
  connection_id text not null references connections,
  notification_id text not null,
  kind text not null constraint notifications_kind_known
    check (kind in ('conflict', 'calculation', 'alert', 'dailySummary', 'weeklyTrend', 'test')),
  subject text not null,
  text text not null,
  json jsonb,
  queued_at timestamptz not null,
  constraint notifications_pkey primary key (connection_id, notification_id)
);
create index notifications_queued_index on notifications (connection_id, queued_at);
comment on table notifications is 'What people are told: names of fields and links, never contact data.';

create table notification_deliveries (
  connection_id text not null,
  notification_id text not null,
  channel text not null constraint notification_deliveries_channel_known check (channel in ('email', 'webhook')),
  state text not null constraint notification_deliveries_state_known
    check (state in ('waiting', 'delivered', 'notWanted', 'givenUp')),
  -- What goes out together shares it, and every further try carries the same.
  delivery_id text,
  attempts integer not null,
  not_before timestamptz not null,
  problem text,
  claim_owner text,
  claim_until timestamptz,
  ended_at timestamptz,
  constraint notification_deliveries_pkey primary key (connection_id, notification_id, channel),
  constraint notification_deliveries_notification_fkey foreign key (connection_id, notification_id)
    references notifications on delete cascade
);
create index notification_deliveries_waiting_index on notification_deliveries (connection_id, channel, not_before)
  where state = 'waiting';

-- The secret that outgoing webhooks are signed with, sealed.
create table notification_secrets (
  connection_id text not null references connections constraint notification_secrets_pkey primary key,
  sealed_secret text not null
);
