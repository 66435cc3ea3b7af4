-- What a run had counted of its draws' payments: those do not pay the draws that were approved with it.
alter table approved_draws add column counted_transaction_ids bigint[] not null default '{}';
update approved_draws d set counted_transaction_ids = counted.ids
  from (
    select r.connection_id, r.run_id, (e->>'propertyId')::bigint as property_id,
        array_agg(distinct (e->>'transactionId')::bigint) as ids
      from calculation_runs r, jsonb_array_elements(r.input::jsonb->'entries') e
      where exists (
        select 1 from owner_draw_payments p
          where p.connection_id = r.connection_id and p.transaction_id = (e->>'transactionId')::bigint
            and p.property_id = (e->>'propertyId')::bigint
      )
      group by r.connection_id, r.run_id, (e->>'propertyId')::bigint
  ) counted
  where counted.connection_id = d.connection_id and counted.run_id = d.run_id
    and counted.property_id = d.property_id;
alter table approved_draws alter column counted_transaction_ids drop default;
