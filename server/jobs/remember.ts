import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { fromCell, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { CallFailure } from '../callFailure.ts';
import { appendAudit, type AuditRow } from '../db/audit.ts';
import { countDelays, type Delay } from '../db/delays.ts';
import { addAlias, saveLinks, type LinkRow } from '../db/links.ts';
import {
  clearMarks,
  heldClaims,
  markDirty,
  postponeMarks,
  releaseWaiting,
  type Claim,
  type Mark,
  type Postponed,
} from '../db/marks.ts';
import { reportSideDown, reportSideUp } from '../db/sideHealth.ts';
import type { Agreement } from '../sync/plan.ts';
import { decideRetry } from '../sync/retry.ts';
import { loadBaseMapping, type BaseMapping } from './baseMapping.ts';
import { dateOfMember, fingerprintOf } from './look.ts';
import { UNDO_WINDOW_MS } from './lookAtAirtable.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import type { PersonalVault } from './personalVault.ts';
import type { BatchResult, Decision } from './syncBatch.ts';
import { packChanges, packSynced, syncedOf, withAgreed, type Change } from './synced.ts';

/** What a batch came to, before it is written down. */
export type Settlement = {
  resource: AnyResource;
  claims: readonly Claim[];
  lookedGeneration: number;
  decisions: Decision[];
  /** Claimed ids that Buildium refused to show. */
  refused: Map<string, CallFailure>;
  stopped: { side: 'airtable' | 'buildium'; failure: CallFailure } | null;
  vaults: Map<string, PersonalVault | null>;
};

/** A child looks again after this long even if nobody told it that its parent has come. */
const PARENT_FALLBACK_MS = 10 * 60_000;

/**
 * One transaction: what was agreed, why, and which marks are done. A claim that was passed on meanwhile
 * remembers nothing: whoever holds it now looks for itself.
 */
export async function remember(job: Job, settlement: Settlement): Promise<BatchResult> {
  const { resource, claims, decisions, stopped } = settlement;
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  const now = nowOf(job);
  const postponed = postponements(job, settlement);
  const postponedIds = new Set(postponed.map((row) => row.entityId));
  const released = await job.database.transaction(async (tx) => {
    const held = await heldClaims(tx, job.connectionId, resource.name, claims);
    const ours = decisions.filter((decision) => held.has(decision.member.rootId) && isConfirmed(decision));
    const links = ours.map((decision) => linkAfter(settlement, mapping, decision));
    await saveLinks(tx, job.connectionId, links, now);
    for (const { member, row, write } of ours) {
      if (row.recordId && write?.kind === 'written' && write.record.id !== row.recordId) {
        await addAlias(tx, job.connectionId, {
          airtableRecordId: row.recordId,
          resource: member.resource.name,
          entityId: member.entityId,
        });
      }
    }
    await appendAudit(tx, job.connectionId, auditRows(job, settlement, ours, postponed), now);
    await markDirty(tx, job.connectionId, awaitedParents(settlement, now), now);
    await postponeMarks(
      tx,
      job.connectionId,
      resource.name,
      postponed.filter((row) => held.has(row.entityId)),
    );
    const settled = claims.filter((claim) => held.has(claim.entityId) && !postponedIds.has(claim.entityId));
    await clearMarks(tx, job.connectionId, resource.name, settled);
    await countDelays(tx, job.connectionId, now.slice(0, 10), delaysOf(job, settlement, ours));
    const freed = await releaseChildren(tx, job, ours, now);
    const parents = awaitedParents(settlement, now).map((mark) => mark.resource);
    const wake = new Set([...freed, ...parents]);
    for (const name of wake) await job.queues.wake(tx, job.connectionId, name);
    await reportSides(tx, job, settlement);
    return [...wake];
  });
  return {
    rowsWritten: decisions.filter(({ write }) => write?.kind === 'written').length,
    stopped,
    released,
  };
}

/** A decision may be remembered when nothing had to be written, or what was written is confirmed. */
function isConfirmed({ plan, write }: Decision): boolean {
  const wrote = plan.row.kind === 'create' || plan.row.kind === 'update';
  return wrote ? write?.kind === 'written' : plan.row.kind !== 'waitForUndo';
}

async function reportSides(
  tx: Parameters<typeof reportSideUp>[0],
  job: Job,
  { stopped, decisions }: Settlement,
): Promise<void> {
  if (stopped) {
    const decision = decideRetry(stopped.failure, 1);
    const retryAt = decision.kind === 'park' ? null : laterBy(job, decision.waitMs);
    const health = {
      side: stopped.side,
      kind: stopped.failure.kind,
      message: stopped.failure.message,
      retryAt,
    };
    await reportSideDown(tx, job.connectionId, health, nowOf(job));
  }
  if (stopped?.side !== 'buildium') await reportSideUp(tx, job.connectionId, 'buildium');
  const airtableAnswered = decisions.some(
    ({ write, row }) => write?.kind === 'written' || row.view.kind === 'present',
  );
  if (airtableAnswered && stopped?.side !== 'airtable') await reportSideUp(tx, job.connectionId, 'airtable');
}

function linkAfter(settlement: Settlement, mapping: BaseMapping, decision: Decision): LinkRow {
  const { member, plan, row, write, written } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const before = member.link;
  const agreed: Record<string, Agreement[string]> = { ...plan.agreed };
  if (write?.kind === 'written') {
    for (const key of Object.keys(written)) {
      const value = written[key] as FieldValue;
      agreed[key] = { buildium: value, airtable: shownAfter(mapping, decision, key, value) };
    }
  }
  // Without a row nothing is agreed; what Buildium shows is kept all the same, so that history is complete here.
  if (plan.standing === 'outsideWindow' || plan.standing === 'outOfScope') {
    for (const [key, value] of Object.entries(member.decoded.entity))
      agreed[key] = { buildium: value, airtable: value };
  }
  const synced = withAgreed(before ? syncedOf(before, vault) : {}, agreed);
  return {
    resource: member.resource.name,
    entityId: member.entityId,
    airtableRecordId:
      write?.kind === 'written' ? write.record.id : (row.recordId ?? before?.airtableRecordId ?? null),
    standing: plan.standing,
    parentId: member.parentId ?? before?.parentId ?? null,
    ...packSynced(member.resource, member.entityId, synced, vault),
    buildiumHash: isSettled(decision) ? hashOf(member) : null,
    status: plan.row.kind === 'none' && before ? before.status : plan.status,
    note: plan.row.kind === 'none' && before && plan.standing === 'linked' ? before.note : plan.note,
    entityDate: dateOfMember(member) ?? before?.entityDate ?? null,
    lookedGeneration: settlement.lookedGeneration,
  };
}

/** A fingerprint stands for "nothing to do": an entity that still waits for something must not have one. */
function isSettled({ plan }: Decision): boolean {
  return plan.waitFor === null && plan.row.kind !== 'waitForUndo';
}

/** Rows inside another one are covered by its line. */
function hashOf({ resource, wire, parentId }: Member): string | null {
  return wire === null || parentId !== null ? null : fingerprintOf(resource, wire);
}

/**
 * What Airtable shows after a write. Text may come back normalised; an amount, a date or a link that comes back
 * different is remembered as sent, so that the next look sees the difference and says so.
 */
function shownAfter(
  mapping: BaseMapping,
  { member, write }: Decision,
  key: string,
  value: FieldValue,
): FieldValue {
  const field = member.resource.fields.find((candidate) => candidate.key === key);
  const fieldId = mapping.get(member.resource.name)?.fieldIds[key];
  if (!field || fieldId === undefined || write?.kind !== 'written' || field.kind === 'link') return value;
  const shown = fromCell(field.kind, write.record.fields[fieldId], () => null);
  const mayNormalise = ['text', 'longText', 'email', 'phone', 'url'].includes(field.kind);
  return shown.ok && mayNormalise ? shown.value : value;
}

function postponements(job: Job, settlement: Settlement): Postponed[] {
  const rows = new Map<string, Postponed>();
  const { claims, decisions, refused, stopped } = settlement;
  for (const claim of claims) {
    const failure = refused.get(claim.entityId);
    if (failure) rows.set(claim.entityId, afterFailure(job, claim, failure));
    else if (stopped && !isDone(settlement, claim.entityId)) {
      rows.set(claim.entityId, afterFailure(job, claim, stopped.failure, true));
    }
  }
  for (const { member, plan, write } of decisions) {
    const claim = claims.find((candidate) => candidate.entityId === member.rootId);
    if (!claim || rows.has(claim.entityId)) continue;
    if (write?.kind === 'refused') rows.set(claim.entityId, afterFailure(job, claim, write.failure));
    else if (plan.waitFor) rows.set(claim.entityId, waitingFor(job, claim, plan.waitFor));
    else if (plan.row.kind === 'waitForUndo') {
      const notBefore = new Date(Date.parse(claim.since) + UNDO_WINDOW_MS).toISOString();
      rows.set(claim.entityId, {
        ...unblamed(claim),
        notBefore,
        problem: 'Its row was deleted in Airtable; it comes back after half an hour unless you undo.',
      });
    }
  }
  return [...rows.values()];
}

/** Whether every member that the id brought was dealt with before the side stopped. */
function isDone({ decisions, resource }: Settlement, rootId: string): boolean {
  const family = decisions.filter(({ member }) => member.rootId === rootId);
  const hasRoot = family.some(({ member }) => member.resource === resource);
  const partsLeft = (resource.parts ?? []).some((part) => {
    const root = family.find(({ member }) => member.resource === resource)?.member;
    const shown = root?.wire ? part.of(root.wire).length : 0;
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

function afterFailure(job: Job, claim: Claim, failure: CallFailure, sideStopped = false): Postponed {
  const attempts = claim.attempts + 1;
  const decision = decideRetry(failure, attempts);
  const base = { ...unblamed(claim), problem: failure.message };
  if (decision.kind === 'park' && !sideStopped)
    return { ...base, counts: true, notBefore: nowOf(job), parkedAt: nowOf(job) };
  const waitMs = decision.kind === 'park' ? PARENT_FALLBACK_MS : decision.waitMs;
  return { ...base, counts: decision.kind === 'retry', notBefore: laterBy(job, waitMs) };
}

function waitingFor(job: Job, claim: Claim, parent: { resource: string; id: string }): Postponed {
  const label = resourceNamed(parent.resource).label.one;
  return {
    ...unblamed(claim),
    notBefore: laterBy(job, PARENT_FALLBACK_MS),
    problem: `Waits for ${label} ${parent.id}, which has no row in Airtable yet.`,
    waitingFor: parent,
  };
}

/** A child marks the parent that it waits for, at its own urgency. */
function awaitedParents({ decisions, claims }: Settlement, now: string): Mark[] {
  return decisions.flatMap(({ member, plan }) => {
    if (!plan.waitFor) return [];
    const parent = resourceNamed(plan.waitFor.resource);
    const claim = claims.find((candidate) => candidate.entityId === member.rootId);
    if (parent.read === null) return [];
    return [
      {
        resource: parent.name,
        entityId: plan.waitFor.id,
        reason: `${member.resource.label.one} ${member.entityId} waits for it`,
        onBehalfOf: claim?.onBehalfOf ?? 'sync',
        priority: 'normal' as const,
        happenedAt: now,
      },
    ];
  });
}

async function releaseChildren(
  tx: Parameters<typeof releaseWaiting>[0],
  job: Job,
  decisions: readonly Decision[],
  now: string,
): Promise<string[]> {
  const byResource = new Map<string, string[]>();
  for (const { member, plan } of decisions) {
    if (plan.standing === 'unpaired') continue;
    const ids = byResource.get(member.resource.name) ?? [];
    ids.push(member.entityId);
    byResource.set(member.resource.name, ids);
  }
  const released: string[] = [];
  for (const [resource, ids] of byResource) {
    released.push(...(await releaseWaiting(tx, job.connectionId, resource, ids, now)));
  }
  return released;
}

function delaysOf(job: Job, { claims, resource }: Settlement, decisions: readonly Decision[]): Delay[] {
  const changed = new Set(
    decisions.filter(({ write }) => write?.kind === 'written').map(({ member }) => member.rootId),
  );
  return claims
    .filter((claim) => changed.has(claim.entityId) && claim.reason.startsWith('event'))
    .map((claim) => ({
      resource: resource.name,
      delayMs: Math.max(0, job.clock.nowMs() - Date.parse(claim.happenedAt)),
    }));
}

function auditRows(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
  postponed: readonly Postponed[],
): AuditRow[] {
  const claimOf = new Map(settlement.claims.map((claim) => [claim.entityId, claim]));
  const written = decisions
    .filter(({ write }) => write?.kind === 'written')
    .map((decision) => auditOf(job, settlement, decision, claimOf.get(decision.member.rootId)));
  const parked = postponed
    .filter((row) => row.parkedAt !== null)
    .map((row) => parkedAudit(job, settlement, row));
  return [...written, ...parked];
}

function auditOf(job: Job, settlement: Settlement, decision: Decision, claim: Claim | undefined): AuditRow {
  const { member, plan, write, written, row } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const shown = row.view.kind === 'present' ? row.view.entity : {};
  const changes: Record<string, Change> = {};
  for (const [key, after] of Object.entries(written)) {
    const before = shown[key];
    if (before === undefined || !sameValue(before, after))
      changes[key] = { ...(before === undefined ? {} : { before }), after };
  }
  const created = write?.kind === 'written' && write.created;
  const gone = plan.standing === 'deletedInBuildium';
  return {
    auditId: job.newId(),
    actor: claim?.onBehalfOf ?? 'sync',
    action: gone
      ? 'markedDeleted'
      : created
        ? 'rowCreated'
        : plan.putBack.length > 0
          ? 'putBack'
          : 'rowUpdated',
    resource: member.resource.name,
    entityId: member.entityId,
    airtableRecordId: write?.kind === 'written' ? write.record.id : null,
    ...packChanges(member.resource, member.entityId, changes, vault),
    why: whyOf(plan.putBack, member, claim),
    runId: null,
  };
}

function whyOf(putBack: readonly string[], member: Member, claim: Claim | undefined): string {
  const reason = claim?.reason ?? 'looked at';
  if (putBack.length === 0) return reason;
  const columns = putBack.map(
    (key) => member.resource.fields.find((field) => field.key === key)?.column ?? key,
  );
  return `${columns.join(', ')}: changed in Airtable, but the value comes from Buildium; Buildium's value was put back (${reason})`;
}

type Member = Decision['member'];

function parkedAudit(job: Job, { resource }: Settlement, row: Postponed): AuditRow {
  return {
    auditId: job.newId(),
    actor: 'sync',
    action: 'parked',
    resource: resource.name,
    entityId: row.entityId,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why: row.problem ?? 'could not be synced',
    runId: null,
  };
}
