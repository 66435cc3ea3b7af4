-- A Team workspace over its calls of the month is let on at two a second, and a base that is asked for more answers nothing
-- for thirty seconds: at the usual pace that is after every second call. After two such refusals the base is asked for less.

alter table rate_budgets add column slowed_until timestamptz;
comment on column rate_budgets.slowed_until is 'Until then the slower pace holds.';
