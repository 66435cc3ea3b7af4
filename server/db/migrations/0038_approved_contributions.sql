-- What netting takes into a property below zero is promised like the draws that it is taken from. Approvals of before
-- keep none: nobody knows which of theirs were paid in.
alter table approved_draws add column kind text not null default 'OwnerDraw'
  constraint approved_draws_kind_known check (kind in ('OwnerDraw', 'OwnerContribution'));
alter table approved_draws alter column kind drop default;
alter table owner_draw_payments add column kind text not null default 'OwnerDraw'
  constraint owner_draw_payments_kind_known check (kind in ('OwnerDraw', 'OwnerContribution'));
alter table owner_draw_payments alter column kind drop default;
alter table owner_draw_payments drop constraint owner_draw_payments_pkey;
alter table owner_draw_payments add constraint owner_draw_payments_pkey
  primary key (connection_id, transaction_id, property_id, day, kind);
comment on table approved_draws is
  'Draws of approved runs, and what netting contributes to properties below zero: promised until Buildium shows them.';
comment on table owner_draw_payments is
  'Entries on the Owner Draw and Owner Contribution accounts with their payees, as read from Buildium.';
