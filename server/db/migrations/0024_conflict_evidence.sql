-- What was known of when both values of a conflict were entered is forgotten elsewhere with time: it is kept with the
-- conflict, so that another policy can be tried on it later.

alter table conflicts add column evidence jsonb;
comment on column conflicts.evidence is 'What a policy judges by, as it was when these values were found; null where nobody knows.';
