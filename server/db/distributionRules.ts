import type { Queryable } from './database.ts';

export type DistributionRuleKind = 'noiLessReserve' | 'percent' | 'netting';

/** A row of the table Distribution Rules. Without owner and property it is everybody's. */
export type DistributionRule = {
  ruleId: string;
  /** Rules are applied in this order. */
  position: number;
  ownerId: number | null;
  propertyId: number | null;
  kind: DistributionRuleKind;
  reserveTargetCents: number | null;
  /** 1% is 10,000. */
  millionths: number | null;
  enteredBy: string;
};

export async function listDistributionRules(
  db: Queryable,
  connectionId: string,
): Promise<DistributionRule[]> {
  return db.query<DistributionRule>(
    `select rule_id as "ruleId", position, owner_id as "ownerId", property_id as "propertyId", kind,
       reserve_target_cents as "reserveTargetCents", share_millionths as "millionths", entered_by as "enteredBy"
       from distribution_rules where connection_id = $1 order by position, rule_id`,
    [connectionId],
  );
}

/** Replaces all rules of the connection by those that stand in the table now. */
export async function replaceDistributionRules(
  tx: Queryable,
  connectionId: string,
  rules: readonly DistributionRule[],
  now: string,
): Promise<void> {
  await tx.execute(`delete from distribution_rules where connection_id = $1`, [connectionId]);
  await tx.execute(
    `insert into distribution_rules (connection_id, rule_id, position, owner_id, property_id, kind,
       reserve_target_cents, share_millionths, entered_by, entered_at)
     select $1, r."ruleId", r."position", r."ownerId", r."propertyId", r."kind", r."reserveTargetCents",
       r."millionths", r."enteredBy", $3
       from jsonb_to_recordset($2::jsonb) as r("ruleId" text, "position" integer, "ownerId" bigint,
         "propertyId" bigint, "kind" text, "reserveTargetCents" bigint, "millionths" integer, "enteredBy" text)`,
    [connectionId, JSON.stringify(rules), now],
  );
}
