import type { FieldValue } from '../../shared/resources/values.ts';
import { endConflicts, openConflicts, type OpenConflict } from '../db/conflicts.ts';
import type { Queryable } from '../db/database.ts';
import { nowOf, type Job } from './job.ts';
import type { Decision, Settlement } from './settlement.ts';
import { digestOf, syncedOf } from './synced.ts';

/** Writes down what is in conflict after a look, and ends the conflicts that are not any more. */
export async function settleConflicts(
  tx: Queryable,
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const opened = decisions.flatMap((decision) =>
    decision.plan.conflicts.map((key) => conflictOver(job, settlement, decision, key)),
  );
  await openConflicts(tx, job.connectionId, opened, nowOf(job));
  const ended = decisions.flatMap(({ plan, conflicts, carried }) =>
    // A value that Buildium refused is still what the person wants: its conflict stays.
    carried?.kind === 'refused' ? [] : conflicts.filter((row) => !plan.conflicts.includes(row.fieldKey)),
  );
  await endConflicts(
    tx,
    job.connectionId,
    ended.map((row) => row.conflictId),
    nowOf(job),
  );
}

function conflictOver(job: Job, settlement: Settlement, decision: Decision, key: string): OpenConflict {
  const { member, row } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const buildium: FieldValue = member.decoded.entity[key] ?? null;
  const airtable: FieldValue = (row.view.kind === 'present' ? row.view.entity[key] : null) ?? null;
  const synced = (member.link ? syncedOf(member.link, vault)[key] : undefined) ?? null;
  const shown = { buildium, airtable, synced };
  const field = member.resource.fields.find((candidate) => candidate.key === key);
  const isPersonal = field?.personal === true && vault !== null;
  return {
    conflictId: job.newId(),
    resource: member.resource.name,
    entityId: member.entityId,
    fieldKey: key,
    why: synced
      ? 'Both sides were changed since they last agreed.'
      : 'The two were never agreed, and both hold a value.',
    shown: isPersonal ? {} : shown,
    shownSealed: isPersonal ? vault.seal(member.entityId, shown) : null,
    buildiumDigest: digestOf(job, key, buildium),
    airtableDigest: digestOf(job, key, airtable),
  };
}
