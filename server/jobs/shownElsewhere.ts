import { RESOURCES } from '../../shared/resources/index.ts';
import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { Queryable } from '../db/database.ts';
import { entityIdsLinking, type LinkRow } from '../db/links.ts';
import type { Mark } from '../db/marks.ts';
import type { Job } from './job.ts';
import type { Decision, Settlement } from './settlement.ts';

/**
 * Entities that show a value of another one that has changed: a lease is named after its unit's number, and Buildium
 * announces no change of the lease. Marked with the change itself, so that no crash comes between.
 * @param remembered the links of the decisions, in their order.
 */
export async function shownElsewhere(
  tx: Queryable,
  job: Job,
  { resource, claims }: Pick<Settlement, 'resource' | 'claims'>,
  decisions: readonly Decision[],
  remembered: readonly LinkRow[],
  now: string,
): Promise<Mark[]> {
  const claimOf = new Map(claims.map((claim) => [claim.entityId, claim]));
  const marks: Mark[] = [];
  for (const shower of RESOURCES) {
    for (const { link, fields } of shower.shows ?? []) {
      const shown = shower.fields.find(({ key }) => key === link);
      if (shown?.target !== resource.name) continue;
      const changed = decisions.flatMap((decision, index) =>
        hasRow(decision) && hasChanged(decision, remembered[index], fields) ? [decision.member.entityId] : [],
      );
      if (changed.length === 0) continue;
      const showing = await entityIdsLinking(tx, job.connectionId, shower.name, {
        field: link,
        ids: changed,
      });
      for (const { entityId, to } of showing) {
        const claim = claimOf.get(to);
        marks.push({
          resource: shower.name,
          entityId,
          reason: `${resource.label.one} ${to} changed, which it shows`,
          onBehalfOf: claim?.onBehalfOf ?? 'sync',
          priority: 'normal',
          happenedAt: claim?.happenedAt ?? now,
        });
      }
    }
  }
  return marks;
}

/**
 * What shows it waits for its row while it has none, and marks it in turn: the two would wake each other without end.
 * With the row the new value is remembered, and told then.
 */
function hasRow({ row, write }: Decision): boolean {
  return row.view.kind === 'present' || write?.kind === 'written';
}

/** Whether Buildium shows, or has taken over, another value than was remembered. */
function hasChanged({ member }: Decision, after: LinkRow | undefined, fields: readonly string[]): boolean {
  const before = member.link?.syncedBuildium;
  if (!before) return false;
  return fields.some((key) => {
    const was = (before[key] ?? null) as FieldValue;
    const values = [member.decoded.entity[key], after?.syncedBuildium[key]] as (FieldValue | undefined)[];
    return values.some((value) => value !== undefined && !sameValue(value, was));
  });
}
