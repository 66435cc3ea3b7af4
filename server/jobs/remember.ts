import type { Stage } from '../../shared/api/kpis.ts';
import { appendAudit } from '../db/audit.ts';
import { addAlias } from '../db/aliases.ts';
import {
  clearMarks,
  heldClaims,
  markedSince,
  postponeMarks,
  type Claim,
  type Postponed,
} from '../db/claims.ts';
import type { Queryable } from '../db/database.ts';
import { countDelays, type Delay } from '../db/delays.ts';
import { parkedAmong, releaseWaiting } from '../db/dueMarks.ts';
import { noteLooked, noteTold, saveLinks } from '../db/links.ts';
import { currentGeneration, markDirty, type Mark } from '../db/marks.ts';
import { reportSideDown, reportSideUp, sidesDown } from '../db/sideHealth.ts';
import { countTimings, type Timing } from '../db/timings.ts';
import { decideRetry, sideWaitMs } from '../sync/retry.ts';
import { apartMeanwhile } from './apartMeanwhile.ts';
import { auditRows } from './batchAudit.ts';
import { todayIn } from './calendar.ts';
import { settleConflicts } from './conflicts/conflictRecords.ts';
import { noteTaken } from './heardUnlinked.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { linkAfter } from './linkAfter.ts';
import { linkedMeanwhile } from './linkedMeanwhile.ts';
import { endMended } from './losses/breaker.ts';
import { editedSinceMade } from './madeUnheard.ts';
import { arePlacesAsLooked, lookAgain } from './places.ts';
import { awaitedParents, postponements, touchedBy } from './postponements.ts';
import { shownElsewhere } from './shownElsewhere.ts';
import { isConfirmed, isLeftAlone, type BatchResult, type Decision, type Settlement } from './settlement.ts';

/**
 * One transaction: what was agreed, why, and which marks are done. A claim that was passed on meanwhile
 * remembers nothing: whoever holds it now looks for itself. Nor is anything remembered of a place that was changed
 * meanwhile.
 */
export async function remember(job: Job, settlement: Settlement): Promise<BatchResult> {
  const { resource, mapping, claims, decisions, stopped } = settlement;
  const now = nowOf(job);
  const planned = postponements(job, settlement);
  const postponedIds = new Set(planned.map((row) => row.entityId));
  let delays: Delay[] = [];
  const released = await job.database.transaction(async (tx) => {
    if (decisions.length > 0 && !(await arePlacesAsLooked(tx, job, settlement))) {
      await lookAgain(tx, job, settlement);
      await job.queues.wake(tx, job.connectionId, resource.name);
      await reportSides(tx, job, settlement);
      return [];
    }
    const held = await heldClaims(tx, job.connectionId, resource.name, claims);
    const postponed = await withoutNews(tx, job, settlement, planned);
    const confirmed = decisions.filter(
      (decision) => held.has(decision.member.rootId) && isConfirmed(decision),
    );
    const { going, detached } = await apartMeanwhile(tx, job, confirmed);
    const ours = [...going, ...detached.map(({ decision }) => decision)];
    // What a sweep has read before now may be older than what is remembered here, whenever this look began.
    const generation = await currentGeneration(tx);
    const links = [
      ...going.map((decision) => linkAfter(settlement, mapping, decision, generation)),
      ...detached.map(({ decision, link: { standing, status, note } }) => ({
        ...linkAfter(settlement, mapping, decision, generation),
        ...{ standing, status, note },
      })),
    ];
    await saveLinks(tx, job.connectionId, links, now);
    const unchanged = [...settlement.unchanged].filter((entityId) => held.has(entityId));
    await noteLooked(tx, job.connectionId, resource.name, unchanged, generation);
    await noteTold(tx, job.connectionId, toldAmong(decisions, held));
    const taken: string[] = [];
    for (const { member, row, write } of ours) {
      const before = member.link?.airtableRecordId;
      const recordId = write?.kind === 'written' ? write.record.id : row.recordId;
      if (!recordId || recordId === before) continue;
      taken.push(recordId);
      if (before) {
        await addAlias(tx, job.connectionId, {
          airtableRecordId: before,
          resource: member.resource.name,
          entityId: member.entityId,
          // What was typed while it rested was never compared with anything.
          comparedAt: member.link?.comparedAt ?? null,
        });
      }
    }
    await noteTaken(tx, job, taken);
    await settleConflicts(tx, job, settlement, going);
    await endMended(tx, job, settlement, ours);
    await appendAudit(tx, job.connectionId, auditRows(job, settlement, ours, postponed), now);
    const affected = [
      ...(await withoutParked(tx, job, awaitedParents(settlement, now))),
      ...touchedBy({ ...settlement, decisions: ours }, now),
      ...(await shownElsewhere(tx, job, settlement, ours, links, now)),
      ...(await linkedMeanwhile(tx, job, settlement, ours, links, now)),
      ...editedSinceMade(job, settlement, ours),
    ];
    await markDirty(tx, job.connectionId, affected, now);
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
    const wake = new Set([...freed, ...affected.map((mark) => mark.resource)]);
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

/** What somebody has changed since the look began is looked at again, though what it saw was refused for good. */
async function withoutNews(
  tx: Queryable,
  job: Job,
  { resource, claims }: Settlement,
  postponed: readonly Postponed[],
): Promise<Postponed[]> {
  const parking = new Set(postponed.flatMap((row) => (row.parkedAt === null ? [] : [row.entityId])));
  const asked = claims.filter(({ entityId }) => parking.has(entityId));
  if (asked.length === 0) return [...postponed];
  const news = await markedSince(tx, job.connectionId, resource.name, asked);
  return postponed.map((row) => (news.has(row.entityId) ? { ...row, parkedAt: null, counts: false } : row));
}

/** What rows were made to say of something that could not be finished. */
function toldAmong(
  decisions: readonly Decision[],
  held: ReadonlySet<string>,
): Parameters<typeof noteTold>[2] {
  return decisions.flatMap((decision) => {
    const { resource, entityId, rootId, link } = decision.member;
    const note = toldOf(decision);
    return note === null || !link || !held.has(rootId)
      ? []
      : [{ resource: resource.name, entityId, standing: link.standing, note }];
  });
}

function toldOf({ told, carried, write, plan }: Decision): string | null {
  const saysFailure = carried?.kind === 'failed' && write?.kind === 'written' && plan.status === 'Problem';
  return saysFailure ? plan.note : told;
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
