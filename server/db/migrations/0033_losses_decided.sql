-- The losses themselves are forgotten with time, or belong to a later question: what was decided keeps its own count.

alter table loss_approvals add column decided_losses bigint;
comment on column loss_approvals.decided_losses is 'How many losses it was about when it was decided; null while it is open, and where that was before this was kept.';
