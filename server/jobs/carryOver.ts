import type { AnyResource } from '../../shared/resources/define.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import type { ConflictRow, ConflictSide } from '../db/conflicts.ts';
import type { Plan } from '../sync/plan.ts';
import type { Job } from './job.ts';
import type { Decision, Settlement } from './settlement.ts';
import { digestOf } from './synced.ts';
import { writeToBuildium, type BuildiumOutcome } from './writeBuildium.ts';

/** Buildium takes at most eight requests of a key at once. */
const AT_ONCE = 8;

/** Fields with a `put` flow to Buildium where the connection lets edits through; all others are put back. */
export function isWritable(job: Job, resource: AnyResource, key: string): boolean {
  if (!job.settings.twoWay || !resource.update) return false;
  return resource.fields.some((field) => field.key === key && field.put !== undefined);
}

/** What a person chose, as long as both sides still show what that person saw. */
export function chosenFor(
  job: Job,
  conflicts: readonly ConflictRow[],
  key: string,
  buildium: FieldValue,
  airtable: FieldValue,
): ConflictSide | null {
  const conflict = conflicts.find((row) => row.fieldKey === key && row.state === 'resolving');
  if (!conflict || conflict.buildiumDigest !== digestOf(job, key, buildium)) return null;
  return conflict.airtableDigest === digestOf(job, key, airtable) ? conflict.decision : null;
}

/** Takes edits over into Buildium, some side by side. What Buildium refuses is said on the row, and the rest goes on. */
export async function carryOver(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const claimOf = new Map(settlement.claims.map((claim) => [claim.entityId, claim]));
  const waiting = decisions.filter(({ plan }) => Object.keys(plan.toBuildium).length > 0);
  let failure: BuildiumOutcome | null = null;
  const next = async (): Promise<void> => {
    for (let decision = waiting.shift(); decision; decision = waiting.shift()) {
      const claim = claimOf.get(decision.member.rootId);
      if (!claim) continue;
      const { member, plan } = decision;
      decision.carried =
        failure ?? (await writeToBuildium(job, member, plan.toBuildium, claim, settlement.resource.name));
      if (decision.carried.kind === 'stopped') failure = decision.carried;
      if (decision.carried.kind === 'refused')
        decision.plan = withRefusal(decision, decision.carried.messages);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** The row says why Buildium did not take the value; the value itself stays where the person typed it. */
function withRefusal({ plan, member }: Decision, messages: readonly string[]): Plan {
  const note = [
    ...messages.map((message) => `Not taken over into Buildium: ${message}`),
    ...(plan.note ? [plan.note] : []),
  ].join('\n');
  const isNew = member.link?.status !== 'Problem' || member.link.note !== note;
  const row = isNew && plan.row.kind === 'none' ? ({ kind: 'update', values: {} } as const) : plan.row;
  return { ...plan, status: 'Problem', note, row };
}
