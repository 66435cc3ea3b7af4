import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Claim } from '../db/claims.ts';
import { liveConflicts } from '../db/conflicts.ts';
import { sentTo, type SentRow } from '../db/sent.ts';
import { inLinkOrder } from '../sync/linkOrder.ts';
import type { BaseMapping } from './baseMapping.ts';
import { carryOver } from './carryOver.ts';
import { recordByPolicy } from './conflicts/conflictRecords.ts';
import { decideAll, unsettledFor } from './decide.ts';
import { nowOf, type Job } from './job.ts';
import { arrivedLate, stillOurs } from './lateWrites.ts';
import { outOfScopeReason, type Member } from './look.ts';
import { lookAtAirtable } from './lookAtAirtable.ts';
import { guardLosses } from './losses/breaker.ts';
import { settleRestored } from './losses/restoredRows.ts';
import { madeUnheard } from './madeUnheard.ts';
import { parentStates } from './parentStates.ts';
import { openVault } from './personalVault.ts';
import type { Decision, Settlement } from './settlement.ts';
import { hasPersonalFields } from './synced.ts';
import { writeDecisions, type WriteStep } from './writeDecisions.ts';
import { noticeWriteGaps } from './writeGap.ts';

type TableStep = WriteStep & {
  members: readonly Member[];
  claims: readonly Claim[];
  mapping: BaseMapping;
};

/**
 * One table of a batch: look at its rows, plan each pair, keep what loses, carry edits to Buildium, write the rows.
 * @returns what stopped it; null when it went to its end.
 */
export async function syncTable(job: Job, step: TableStep): Promise<Settlement['stopped']> {
  const { table, claims, settlement } = step;
  const [first] = step.members;
  if (!first) return null;
  if (table.problem !== null) {
    const failure = tableFailure(table.problem);
    return { side: 'airtable', failure };
  }
  const resource = first.resource;
  const looked = step.members.map((member) => member.entityId);
  const everSent = await sentTo(job.database, job.connectionId, resource.name, looked);
  const unsettled = everSent.filter(unsettledFor(job, step.members));
  await noticeWriteGaps(job, step.members, unsettled);
  const members = step.members.filter(
    (member) => !settlement.unchanged.has(member.rootId) || mayStillArrive(member, unsettled),
  );
  if (members.length === 0) return null;
  const ids = members.map((member) => member.entityId);
  const vault = hasPersonalFields(resource) ? await openVault(job, job.database, resource.name, ids) : null;
  settlement.vaults.set(resource.name, vault);
  const since = new Map(claims.map((claim) => [claim.entityId, claim.since]));
  const sinceOf = (rootId: string): string => since.get(rootId) ?? nowOf(job);
  const settled = await settleRestored(job, table, members, vault);
  if (!settled.ok) return { side: 'airtable', failure: settled.error };
  const rows = await lookAtAirtable(job, table, members, unsettled, sinceOf);
  if (!rows.ok) return { side: 'airtable', failure: rows.error };
  const late = arrivedLate(job, { members, rows: rows.value, everSent, sent: unsettled, vault });
  const sent = late.size > 0 ? await stillOurs(job, resource, late, unsettled) : unsettled;

  const conflicts = await liveConflicts(job.database, job.connectionId, resource.name, ids);
  const conflictsOf = Map.groupBy(conflicts, (row) => row.entityId);
  const sentOf = Map.groupBy(sent, (row) => row.entityId);
  const made = await madeUnheard(job, resource, { members, rows: rows.value, sentOf, conflictsOf, vault });
  // A bill and its lines rest as one: the bills are decided on before their lines.
  const whole = resource.partOf === undefined ? null : resourceNamed(resource.partOf);
  const resting = restingOf(whole, settlement.decisions);
  const outside = outsideOf(whole, settlement.decisions);
  for (const round of inLinkOrder(resource, members)) {
    const parents = await parentStates(job, round, step.recordIds);
    const inputs = round.map((member) => ({
      member,
      table,
      row: rows.value.get(member.entityId),
      sent: sentOf.get(member.entityId) ?? [],
      made: made.get(member.entityId) ?? null,
      vault,
      parents,
      mapping: step.mapping,
      conflicts: conflictsOf.get(member.entityId) ?? [],
      pausedWith: resting.has(member.rootId) ? (whole?.label.one ?? null) : null,
      outsideWith: outside.get(member.rootId) ?? null,
    }));
    const decisions = await decideAll(job, resource, inputs);
    settlement.decisions.push(...decisions);
    await guardLosses(job, settlement, decisions);
    await recordByPolicy(job, settlement, decisions);
    await carryOver(job, settlement, decisions);
    const stopped = await writeDecisions(job, step, resource, decisions);
    if (stopped) return stopped;
    const carried = decisions.find((decision) => decision.carried?.kind === 'stopped')?.carried;
    if (carried?.kind === 'stopped') return { side: 'buildium', failure: carried.failure };
  }
  return null;
}

/** Those that a person has paused or taken out of the sync. */
function restingOf(whole: AnyResource | null, decisions: readonly Decision[]): ReadonlySet<string> {
  const resting = decisions.filter(
    ({ member, plan }) =>
      member.resource === whole && plan.status === 'Paused' && plan.standing !== 'outOfScope',
  );
  return new Set(resting.map(({ member }) => member.entityId));
}

/** Those that stay out of Airtable, with the reason. */
function outsideOf(whole: AnyResource | null, decisions: readonly Decision[]): ReadonlyMap<string, string> {
  return new Map(
    decisions.flatMap(({ member, plan }): [string, string][] => {
      const reason = plan.standing === 'outOfScope' ? outOfScopeReason(member) : null;
      return member.resource === whole && reason !== null ? [[member.entityId, reason]] : [];
    }),
  );
}

/** A value that went to Airtable and is not remembered: its row may show it, or come to. */
function mayStillArrive({ entityId, link }: Member, sent: readonly SentRow[]): boolean {
  const rememberedAt = link?.comparedAt ?? '';
  return sent.some(
    (row) => row.entityId === entityId && row.side === 'airtable' && row.sentAt >= rememberedAt,
  );
}

function tableFailure(problem: string): CallFailure {
  return {
    kind: 'invalid',
    status: null,
    type: null,
    message: problem,
    reason: problem,
    outcome: 'refused',
    call: 'the table check',
  };
}
