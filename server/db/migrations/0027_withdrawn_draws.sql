-- What is left of an approved draw can be withdrawn; who did it and why stands in the audit.
alter table approved_draws add column withdrawn_cents bigint not null default 0;
alter table approved_draws add constraint approved_draws_withdrawn_check
  check (withdrawn_cents between 0 and amount_cents);
