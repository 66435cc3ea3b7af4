-- What Airtable shows may be no value of the field, or typed by somebody who may not: neither is equal, nor one-sided.

alter table conflicts drop constraint conflicts_ended_why_known;
alter table conflicts add constraint conflicts_ended_why_known
  check (ended_why in ('equal', 'oneSided', 'held', 'unreadable', 'oneWay', 'overtaken', 'gone', 'outside', 'detached', 'paused', 'rowGone', 'leftOut'));
