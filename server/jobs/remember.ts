import type { Stage } from '../../shared/api/kpis.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { fromCell, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { appendAudit } from '../db/audit.ts';
import type { Queryable } from '../db/database.ts';
import { countDelays, type Delay } from '../db/delays.ts';
import { addAlias, noteLooked, saveLinks, type LinkRow } from '../db/links.ts';
import { clearMarks, heldClaims, postponeMarks, type Claim } from '../db/claims.ts';
import { parkedAmong, releaseWaiting } from '../db/dueMarks.ts';
import { currentGeneration, markDirty, type Mark } from '../db/marks.ts';
import { reportSideDown, reportSideUp, sidesDown } from '../db/sideHealth.ts';
import { countTimings, type Timing } from '../db/timings.ts';
import type { Agreement, LinkView } from '../sync/plan.ts';
import { decideRetry, sideWaitMs } from '../sync/retry.ts';
import type { BaseMapping } from './baseMapping.ts';
import { auditRows } from './batchAudit.ts';
import { endMended } from './losses/breaker.ts';
import { settleConflicts } from './conflicts/conflictRecords.ts';
import { todayIn } from './calendar.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { dateOfMember, decodeWire, fingerprintOf } from './look.ts';
import { arePlacesAsLooked, lookAgain } from './places.ts';
import { awaitedParents, postponements, touchedBy } from './postponements.ts';
import {
  isConfirmed,
  isLeftAlone,
  leftOut,
  type BatchResult,
  type Decision,
  type Settlement,
} from './settlement.ts';
import { packSynced, syncedOf, withAgreed } from './synced.ts';

/**
 * One transaction: what was agreed, why, and which marks are done. A claim that was passed on meanwhile
 * remembers nothing: whoever holds it now looks for itself. Nor is anything remembered of a place that was changed
 * meanwhile.
 */
export async function remember(job: Job, settlement: Settlement): Promise<BatchResult> {
  const { resource, mapping, claims, decisions, stopped } = settlement;
  const now = nowOf(job);
  const postponed = postponements(job, settlement);
  const postponedIds = new Set(postponed.map((row) => row.entityId));
  let delays: Delay[] = [];
  const released = await job.database.transaction(async (tx) => {
    if (decisions.length > 0 && !(await arePlacesAsLooked(tx, job, settlement))) {
      await lookAgain(tx, job, settlement);
      await job.queues.wake(tx, job.connectionId, resource.name);
      await reportSides(tx, job, settlement);
      return [];
    }
    const held = await heldClaims(tx, job.connectionId, resource.name, claims);
    const ours = decisions.filter((decision) => held.has(decision.member.rootId) && isConfirmed(decision));
    // What a sweep has read before now may be older than what is remembered here, whenever this look began.
    const generation = await currentGeneration(tx);
    const links = ours.map((decision) => linkAfter(settlement, mapping, decision, generation));
    await saveLinks(tx, job.connectionId, links, now);
    const unchanged = [...settlement.unchanged].filter((entityId) => held.has(entityId));
    await noteLooked(tx, job.connectionId, resource.name, unchanged, generation);
    for (const { member, row, write } of ours) {
      if (row.recordId && write?.kind === 'written' && write.record.id !== row.recordId) {
        await addAlias(tx, job.connectionId, {
          airtableRecordId: row.recordId,
          resource: member.resource.name,
          entityId: member.entityId,
        });
      }
    }
    await settleConflicts(tx, job, settlement, ours);
    await endMended(tx, job, settlement, ours);
    await appendAudit(tx, job.connectionId, auditRows(job, settlement, ours, postponed), now);
    const parents = [
      ...(await withoutParked(tx, job, awaitedParents(settlement, now))),
      ...touchedBy({ ...settlement, decisions: ours }, now),
    ];
    await markDirty(tx, job.connectionId, parents, now);
    await postponeMarks(
      tx,
      job.connectionId,
      resource.name,
      postponed.filter((row) => held.has(row.entityId)),
    );
    const settled = claims.filter((claim) => held.has(claim.entityId) && !postponedIds.has(claim.entityId));
    await clearMarks(tx, job.connectionId, resource.name, settled);
    delays = delaysOf(job, settlement, ours);
    await countDelays(tx, job.connectionId, now.slice(0, 10), delays);
    await countTimings(tx, job.connectionId, todayIn(job), stagesOf(job, settlement, ours));
    const freed = await releaseChildren(tx, job, ours, now);
    const wake = new Set([...freed, ...parents.map((mark) => mark.resource)]);
    for (const name of wake) await job.queues.wake(tx, job.connectionId, name);
    await reportSides(tx, job, settlement);
    return [...wake];
  });
  for (const { resource: name, delayMs } of delays) job.onDelay(name, delayMs);
  return {
    rowsWritten: decisions.filter(({ write }) => write?.kind === 'written').length,
    stopped,
    released,
    mapping,
  };
}

/** What is parked waits for a person: that others wait for it does not make the same request go through. */
async function withoutParked(tx: Queryable, job: Job, marks: readonly Mark[]): Promise<Mark[]> {
  const parked = await parkedAmong(tx, job.connectionId, marks);
  return marks.filter(({ resource, entityId }) => !parked.has(`${resource} ${entityId}`));
}

async function reportSides(tx: Queryable, job: Job, { stopped, decisions }: Settlement): Promise<void> {
  const full = decisions.flatMap(({ write }) =>
    write?.kind === 'refused' && write.failure.kind === 'baseFull' ? [write.failure] : [],
  );
  const trouble = stopped ?? (full[0] ? { side: 'airtable' as const, failure: full[0] } : null);
  const created = decisions.some(({ write }) => write?.kind === 'written' && write.created);
  const airtableAnswered =
    created || decisions.some(({ write, row }) => write !== null || row.view.kind === 'present');
  if (trouble?.side !== 'buildium') await reportSideUp(tx, job.connectionId, 'buildium');
  if (airtableAnswered && stopped?.side !== 'airtable') {
    await reportSideUp(tx, job.connectionId, 'airtable', created ? null : 'baseFull');
  }
  if (!trouble) return;
  const decision = decideRetry(trouble.failure, 1);
  const { kind, message } = trouble.failure;
  const known = (await sidesDown(tx, job.connectionId)).find(
    (health) => health.side === trouble.side && health.kind === kind,
  );
  const downForMs = known ? job.clock.nowMs() - Date.parse(known.since) : 0;
  const retryAt = decision.kind === 'park' ? null : laterBy(job, sideWaitMs(decision.waitMs, downForMs));
  await reportSideDown(tx, job.connectionId, { side: trouble.side, kind, message, retryAt }, nowOf(job));
}

function linkAfter(
  settlement: Settlement,
  mapping: BaseMapping,
  decision: Decision,
  generation: number,
): LinkRow {
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
  if (decision.carried?.kind === 'written') {
    for (const [key, airtable] of Object.entries(plan.toBuildium)) {
      const shown = decision.carried.shown[key] ?? airtable;
      agreed[key] = { buildium: mayNormalise(member.resource, key) ? shown : airtable, airtable };
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
    buildiumHash: isSettled(decision) ? hashAfter(decision, synced) : null,
    status: plan.row.kind === 'none' && before ? before.status : plan.status,
    note: plan.row.kind === 'none' && before && plan.standing === 'linked' ? before.note : plan.note,
    entityDate: dateOfMember(member) ?? before?.entityDate ?? null,
    lookedGeneration: generation,
    refused: decision.carried?.kind === 'refused' ? decision.carried.refusal : null,
  };
}

/** A fingerprint stands for "nothing to do": an entity that still waits for something must not have one. */
function isSettled(decision: Decision): boolean {
  const { plan, carried, written } = decision;
  if (isLeftAlone(decision)) return false;
  if ((carried !== null && carried.kind !== 'written') || plan.conflicts.length > 0) return false;
  if (leftOut(plan, written).length > 0) return false;
  return plan.waitFor === null && plan.row.kind !== 'waitForUndo';
}

/**
 * After our own write Buildium shows something else than this look saw: its answer, if that is what is remembered in
 * every field. The event of the write is known by it and ends there.
 */
function hashAfter({ member, carried }: Decision, synced: LinkView['synced']): string | null {
  if (carried?.kind !== 'written') return hashOf(member);
  const { entity, problems } = decodeWire(member.resource, carried.answer);
  const isRemembered = Object.entries(entity).every(([key, value]) =>
    sameValue(value, synced[key]?.buildium ?? null),
  );
  const isWhole = problems.length === 0 && member.resource.parts === undefined;
  return isRemembered && isWhole ? hashOf({ ...member, wire: carried.answer }) : null;
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
  return shown.ok && mayNormalise(member.resource, key) ? shown.value : value;
}

/** A formatted phone is the same phone. A cleared amount that comes back as 0, or a choice as "Not set", is shown to people. */
function mayNormalise({ fields }: AnyResource, key: string): boolean {
  const kind = fields.find((field) => field.key === key)?.kind ?? '';
  return ['text', 'longText', 'email', 'phone', 'url'].includes(kind);
}

async function releaseChildren(
  tx: Queryable,
  job: Job,
  decisions: readonly Decision[],
  now: string,
): Promise<string[]> {
  const byResource = new Map<string, string[]>();
  for (const decision of decisions) {
    const { member, plan, row } = decision;
    // A row that is gone and that a person is asked about is no nearer to coming back.
    const isGone = isLeftAlone(decision) && row.view.kind !== 'present';
    if (plan.standing === 'unpaired' || isGone) continue;
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

/** Changes that came about by an event, a person or a retry, and have arrived: a sweep cannot tell when they happened. */
function arrivedOf({ claims }: Settlement, decisions: readonly Decision[]): Claim[] {
  const changed = new Set(
    decisions.filter(({ write }) => write?.kind === 'written').map(({ member }) => member.rootId),
  );
  return claims.filter((claim) => changed.has(claim.entityId) && claim.onBehalfOf !== 'sweep');
}

function delaysOf(job: Job, settlement: Settlement, decisions: readonly Decision[]): Delay[] {
  return arrivedOf(settlement, decisions).map((claim) => ({
    resource: settlement.resource.name,
    delayMs: Math.max(0, job.clock.nowMs() - Date.parse(claim.happenedAt)),
  }));
}

/** Where the time of a change went; how long its event took to reach us is told by its receipt. */
function stagesOf(job: Job, settlement: Settlement, decisions: readonly Decision[]): Timing[] {
  const { startedAtMs } = settlement;
  const nowMs = job.clock.nowMs();
  const stage = (name: Stage, tookMs: number): Timing => ({
    kind: 'stage',
    name,
    tookMs: Math.max(0, tookMs),
  });
  return arrivedOf(settlement, decisions).flatMap(({ happenedAt, since }) => [
    stage('waited', startedAtMs - Date.parse(since)),
    stage('written', nowMs - startedAtMs),
    stage('whole', nowMs - Date.parse(happenedAt)),
  ]);
}

type Member = Decision['member'];
