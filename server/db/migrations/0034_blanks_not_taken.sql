-- A person has said that the blanks of a day are not to be taken over: a decision for one of them ends with that.

alter table conflicts drop constraint conflicts_ended_why_known;
alter table conflicts add constraint conflicts_ended_why_known
  check (ended_why in ('equal', 'oneSided', 'held', 'unreadable', 'oneWay', 'overtaken', 'gone', 'outside', 'detached', 'paused', 'notTaken', 'rowGone', 'leftOut'));
