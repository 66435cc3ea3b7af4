import type { ApiResponse } from '../../../shared/api.ts';
import { policyFor, withPolicies, type PolicyPatch, type PolicySettings } from '../../../shared/policies.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { RESOURCES, resourceNamed } from '../../../shared/resources/index.ts';
import { conflictsSince } from '../../db/conflictLists.ts';
import type { ConflictRow } from '../../db/conflicts.ts';
import { CANNOT_TELL, judge, NO_EVIDENCE } from '../../sync/policy.ts';
import { isWritable } from '../carryOver.ts';
import { laterBy, nowOf, type Job } from '../job.ts';

const DAY_MS = 86_400_000;
const CHANGED_AT_MOST = 200;

/** Who wins, for every field that flows both ways on this connection, or would if somebody let it. */
export function effectivePolicies(job: Pick<Job, 'settings'>): ApiResponse<'readPolicies'> {
  const fields = RESOURCES.filter(({ update }) => update !== undefined).flatMap((resource) =>
    resource.fields
      .filter(({ put }) => put !== undefined)
      .map((field) => ({
        resource: resource.name,
        field: { key: field.key, column: field.column, kind: field.kind },
        ...policyFor(job.settings.policies, resource, field),
        flows: isWritable(job, resource, field.key),
        whyNot: whyOneWay(job, resource, field.key),
      })),
  );
  return { fields };
}

/** Why an edit in Airtable would be put back; null where it would not. */
function whyOneWay(job: Pick<Job, 'settings'>, resource: AnyResource, key: string): string | null {
  if (isWritable(job, resource, key)) return null;
  if (!job.settings.twoWay) return 'The connection is one-way; an admin switches two-way on in the settings.';
  return `Saving ${resource.label.many} would blank what Buildium never returns: an admin confirms first that it is unused ("npm run cli -- allow-edits ${resource.name}").`;
}

type Outcome = 'buildium' | 'airtable' | 'manual' | 'unknown';

/** What other policies would have decided about the conflicts of the last days, with what was known of them then. */
export async function previewPolicies(
  job: Job,
  patch: PolicyPatch,
  days: number,
): Promise<ApiResponse<'previewPolicies'>> {
  const from = laterBy(job, -days * DAY_MS);
  const rows = await conflictsSince(job.database, job.connectionId, from);
  const settings = { before: job.settings.policies, after: withPolicies(job.settings.policies, patch) };
  const before = { buildium: 0, airtable: 0, manual: 0, unknown: 0 };
  const after = { ...before };
  const changed: ApiResponse<'previewPolicies'>['changed'] = [];
  for (const row of rows) {
    const was = verdictOf(row, settings.before);
    const would = verdictOf(row, settings.after);
    before[was.outcome] += 1;
    after[would.outcome] += 1;
    if (was.outcome === 'unknown' || would.outcome === 'unknown') continue;
    if (was.outcome === would.outcome || changed.length >= CHANGED_AT_MOST) continue;
    const { conflictId, resource, entityId, fieldKey, openedAt } = row;
    const column = resourceNamed(resource).fields.find(({ key }) => key === fieldKey)?.column ?? fieldKey;
    changed.push({
      ...{ conflictId, resource, entityId, openedAt, field: { key: fieldKey, column } },
      ...{ before: was.outcome, after: would.outcome, why: would.why },
    });
  }
  return { from, to: nowOf(job), conflicts: rows.length, before, after, changed };
}

/** By what was known of it when it was found: as that is kept with it, or as it was decided by then. */
function verdictOf(row: ConflictRow, settings: PolicySettings): { outcome: Outcome; why: string } {
  const resource = resourceNamed(row.resource);
  const field = resource.fields.find(({ key }) => key === row.fieldKey);
  if (!field) return { outcome: 'manual', why: 'The field is no longer synced.' };
  const { policy } = policyFor(settings, resource, field);
  if (policy === 'newest' && row.evidence === null) return newestOnRecord(row);
  const { winner, why } = judge(policy, row.evidence ?? NO_EVIDENCE);
  return { outcome: winner ?? 'manual', why };
}

/** A conflict that keeps no evidence is from before any was kept: what "newest wins" made of it may be told by it all the same. */
function newestOnRecord({ policy, decision, why }: ConflictRow): { outcome: Outcome; why: string } {
  if (policy === 'newest' && (decision === 'buildium' || decision === 'airtable'))
    return { outcome: decision, why };
  return { outcome: why.includes(CANNOT_TELL) ? 'manual' : 'unknown', why };
}
