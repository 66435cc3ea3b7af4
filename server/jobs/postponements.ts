import { resourceNamed } from '../../shared/resources/index.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Claim, Postponed } from '../db/claims.ts';
import type { Mark } from '../db/marks.ts';
import { decideAlone, decideRetry, type RetryDecision } from '../sync/retry.ts';
import { policyOf } from './conflicts/conflictEvidence.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { breaksContract } from './look.ts';
import { UNDO_WINDOW_MS } from './lookAtAirtable.ts';
import type { RefusedRead } from './refusedReads.ts';
import { stopInWords } from './sides.ts';
import { APPROVAL, isConfirmed, isOverruled, type Decision, type Settlement } from './settlement.ts';

/** A child looks again after this long even if nobody told it that its parent has come. */
const PARENT_FALLBACK_MS = 10 * 60_000;

/** A push that is settled marks what it became; this is for what turns out to be none. */
const PUSH_FALLBACK_MS = 10_000;

/** What is said of a row that somebody deleted, until it is made again. */
export const AWAITS_UNDO =
  'Its row was deleted in Airtable; it comes back after half an hour unless you undo.';

/** The claims that this batch could not finish, each with the reason and the time of the next try. */
export function postponements(job: Job, settlement: Settlement): Postponed[] {
  const rows = new Map<string, Postponed>();
  const { claims, decisions, refused, stopped } = settlement;
  for (const claim of claims) {
    const refusal = refused.get(claim.entityId);
    const awaited = settlement.awaited.get(claim.entityId);
    if (awaited !== undefined)
      rows.set(claim.entityId, {
        ...unblamed(claim),
        notBefore: laterBy(job, PUSH_FALLBACK_MS),
        problem: awaited,
      });
    else if (refusal) rows.set(claim.entityId, afterRefusal(job, claim, refusal));
    else if (stopped && !isDone(settlement, claim.entityId))
      rows.set(claim.entityId, afterStop(job, claim, stopped));
  }
  const claimOf = new Map(claims.map((claim) => [claim.entityId, claim]));
  for (const decision of decisions) {
    const { member, plan, write, gone, carried, approvalId } = decision;
    const claim = claimOf.get(member.rootId);
    if (!claim || rows.has(claim.entityId)) continue;
    if (carried?.kind === 'moved') {
      rows.set(claim.entityId, { ...unblamed(claim), notBefore: nowOf(job), problem: null });
      continue;
    }
    if (carried?.kind === 'failed') {
      rows.set(claim.entityId, afterRefusal(job, claim, { failure: carried.failure, about: 'record' }));
      continue;
    }
    if (gone) rows.set(claim.entityId, waitingForRow(job, claim, gone));
    else if (write?.kind === 'refused') rows.set(claim.entityId, afterFailure(job, claim, write.failure));
    else if (approvalId !== null) rows.set(claim.entityId, awaitingApproval(job, claim, approvalId));
    else if (plan.waitFor) rows.set(claim.entityId, waitingFor(job, claim, plan.waitFor));
    else if (plan.row.kind === 'waitForUndo') {
      const notBefore = new Date(Date.parse(claim.since) + UNDO_WINDOW_MS).toISOString();
      rows.set(claim.entityId, {
        ...unblamed(claim),
        notBefore,
        problem: AWAITS_UNDO,
      });
    } else if (asksAgain(job, decision))
      rows.set(claim.entityId, { ...unblamed(claim), notBefore: nowOf(job), problem: null });
  }
  return [...rows.values()];
}

/**
 * Buildium refused what was decided on together with what was typed beside it: the conflict is open again, for a person,
 * and the rest is tried without it. What any other policy than "newest" decides it would decide again. So it is open
 * where its blank is not to be taken over, and the row has to say so.
 */
function asksAgain(job: Job, decision: Decision): boolean {
  const { carried, conflicts, plan, member } = decision;
  if (conflicts.some((conflict) => isOverruled(decision, conflict))) return true;
  if (carried?.kind !== 'refused') return false;
  const wasSettled = conflicts.some(
    ({ state, policy, fieldKey }) =>
      state === 'resolving' && (policy === null || policy === 'newest') && fieldKey in plan.toBuildium,
  );
  const wasNewest = ({ field }: { field: string }): boolean =>
    field in plan.toBuildium && policyOf(job, member.resource, field) === 'newest';
  return wasSettled || plan.byPolicy.some(wasNewest);
}

/** Whether every member that the id brought was dealt with before the side stopped. */
function isDone({ decisions, resource }: Settlement, rootId: string): boolean {
  const family = decisions.filter(({ member }) => member.rootId === rootId);
  const hasRoot = family.some(({ member }) => member.resource === resource);
  const partsLeft = (resource.parts ?? []).some((part) => {
    const root = family.find(({ member }) => member.resource === resource)?.member;
    const shown = root?.wire && !breaksContract(root) ? (part.of(root.wire)?.length ?? 0) : 0;
    return shown > family.filter(({ member }) => member.resource === resourceNamed(part.resource)).length;
  });
  return hasRoot && !partsLeft && family.every((decision) => isConfirmed(decision));
}

const unblamed = (claim: Claim): Postponed => ({
  entityId: claim.entityId,
  fence: claim.fence,
  notBefore: '',
  problem: null,
  counts: false,
  parkedAt: null,
  waitingFor: null,
});

type Stop = NonNullable<Settlement['stopped']>;

/** Nobody is blamed for what stopped the side, and whoever asks after a record is told without the call. */
function afterStop(job: Job, claim: Claim, { side, failure }: Stop): Postponed {
  const decision = decideRetry(failure, claim.attempts + 1);
  const told = { ...failure, message: stopInWords(side, failure) };
  return afterDecision(job, claim, told, decision, true);
}

function afterFailure(job: Job, claim: Claim, failure: CallFailure): Postponed {
  return afterDecision(job, claim, failure, decideRetry(failure, claim.attempts + 1), false);
}

function afterRefusal(job: Job, claim: Claim, { failure, about }: RefusedRead): Postponed {
  return afterDecision(job, claim, failure, decideAlone(failure, claim.attempts + 1, about), false);
}

function afterDecision(
  job: Job,
  claim: Claim,
  failure: CallFailure,
  decision: RetryDecision,
  sideStopped: boolean,
): Postponed {
  const base = { ...unblamed(claim), problem: failure.message };
  if (decision.kind === 'park' && !sideStopped)
    return { ...base, counts: true, notBefore: nowOf(job), parkedAt: nowOf(job) };
  const waitMs = decision.kind === 'park' ? PARENT_FALLBACK_MS : decision.waitMs;
  return { ...base, counts: decision.kind === 'retry', notBefore: laterBy(job, waitMs) };
}

type Parent = { resource: string; id: string };

function waitingFor(job: Job, claim: Claim, parent: Parent): Postponed {
  const label = resourceNamed(parent.resource).label.one;
  return {
    ...unblamed(claim),
    notBefore: laterBy(job, PARENT_FALLBACK_MS),
    problem: `Waits for ${label} ${parent.id}, which has no row in Airtable yet.`,
    waitingFor: parent,
  };
}

/** Airtable takes no link to a row that was deleted: nothing is wrong with this one, and it goes on once that is back. */
function waitingForRow(job: Job, claim: Claim, parent: Parent): Postponed {
  const label = resourceNamed(parent.resource).label.one;
  return {
    ...waitingFor(job, claim, parent),
    problem: `Waits for ${label} ${parent.id}, whose row was deleted in Airtable; it comes back after half an hour unless you undo.`,
  };
}

/** Whoever decides marks it again; the fallback only keeps a lost mark from being lost for good. */
const APPROVAL_FALLBACK_MS = 24 * 3_600_000;

function awaitingApproval(job: Job, claim: Claim, approvalId: string): Postponed {
  return {
    ...unblamed(claim),
    notBefore: laterBy(job, APPROVAL_FALLBACK_MS),
    problem:
      'Much goes away at once: it is not passed on before a person says so (`npm run cli -- approvals`).',
    waitingFor: { resource: APPROVAL, id: approvalId },
  };
}

/** A child marks the parent that it waits for, at its own urgency. */
export function awaitedParents({ decisions, claims }: Settlement, now: string): Mark[] {
  const claimOf = new Map(claims.map((claim) => [claim.entityId, claim]));
  return decisions.flatMap(({ member, plan, gone }) => {
    const awaited = gone ?? plan.waitFor;
    if (!awaited) return [];
    const parent = resourceNamed(awaited.resource);
    const claim = claimOf.get(member.rootId);
    if (parent.read === null) return [];
    return [
      {
        resource: parent.name,
        entityId: awaited.id,
        reason: `${member.resource.label.one} ${member.entityId} waits for it`,
        onBehalfOf: claim?.onBehalfOf ?? 'sync',
        priority: 'normal' as const,
        happenedAt: now,
      },
    ];
  });
}

/**
 * Entities whose computed values follow from what was just written: a lease that ends frees its unit.
 * A first sync reads them anyway.
 */
export function touchedBy({ decisions, claims }: Settlement, now: string): Mark[] {
  const claimOf = new Map(claims.map((claim) => [claim.entityId, claim]));
  return decisions.flatMap(({ member, write }) => {
    const claim = claimOf.get(member.rootId);
    if (write?.kind !== 'written' || !member.wire || breaksContract(member)) return [];
    if (write.created && claim?.onBehalfOf === 'sweep') return [];
    const touched = member.resource.touches?.(member.wire) ?? [];
    return touched.map(({ resource, id }) => ({
      resource,
      entityId: id,
      reason: `${member.resource.label.one} ${member.entityId} changed`,
      onBehalfOf: claim?.onBehalfOf ?? 'sync',
      priority: 'normal' as const,
      happenedAt: claim?.happenedAt ?? now,
    }));
  });
}
