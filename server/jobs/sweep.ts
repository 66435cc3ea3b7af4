import type { PlainDate } from '../../shared/dates.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { canListChanges, type Wire } from '../buildium/read.ts';
import type { CallFailure } from '../callFailure.ts';
import { claimObserved, type Claim } from '../db/claims.ts';
import { linksByEntity, lookedSince, type LinkRow } from '../db/links.ts';
import { claimSweep, extendSweep, finishSweep, type SweepKind } from '../db/sweeps.ts';
import type { Entity } from '../sync/entity.ts';
import { keepFrom } from './calendar.ts';
import { afterStop } from './drain.ts';
import { CLAIM_MS, holding } from './holding.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { decodeWire, fingerprintOf, readScope } from './look.ts';
import { pagesOf, type PageRead } from './readAhead.ts';
import type { BatchResult } from './settlement.ts';
import { isWholeList, markAnew, markMissing, markUnread, markVanished } from './sweepMissing.ts';
import { syncBatch } from './syncBatch.ts';

export type SweepOutcome = {
  /** `interrupted`: the server stops, or another process has taken over; it goes on where it was. */
  kind: 'swept' | 'notDue' | 'failed' | 'interrupted';
  read: number;
  changed: number;
  failure: CallFailure | null;
  stopped: BatchResult['stopped'];
};

/** A cursor is Buildium's clock; a change may become visible a little after its own time stamp. */
const OVERLAP_MS = 15 * 60_000;

/** Batches under way at once: the next one is planned while the one before is being written. */
const BATCHES_AT_ONCE = 2;

/** Entities of a batch; of the first one so few that Airtable hardly waits for it to be planned. */
const BATCH_SIZE = 200;
const FIRST_BATCH_SIZE = 40;

export type SweepRequest = {
  resource: AnyResource;
  kind: SweepKind;
  /** Due when the last one ended before this moment; absent: due now. */
  dueBefore?: string;
  reason: string;
  /** The run that it is a part of. */
  runId?: string;
  /** Reads what only the nightly read sees. */
  nightly?: boolean;
  /** The resource's pages where they are being read already. */
  pages?: AsyncIterable<PageRead>;
  onProgress?: (read: number, total: number | null) => Promise<void>;
};

/**
 * Reads a resource's lists and looks at what differs from what was last agreed. Nothing here decides anything:
 * what differs is claimed and goes the way of every other change.
 */
export async function sweep(job: Job, request: SweepRequest): Promise<SweepOutcome> {
  const { resource, kind } = request;
  const none: SweepOutcome = { kind: 'notDue', read: 0, changed: 0, failure: null, stopped: null };
  const claimed = await claimSweep(job.database, job.connectionId, {
    resource: resource.name,
    kind,
    owner: job.owner,
    now: nowOf(job),
    until: laterBy(job, CLAIM_MS),
    dueBefore: request.dueBefore ?? nowOf(job),
  });
  if (!claimed) return none;
  const finish = (
    done: Pick<Parameters<typeof finishSweep>[2], 'cursorAt' | 'entities' | 'problem'>,
  ): Promise<void> =>
    finishSweep(job.database, job.connectionId, {
      resource: resource.name,
      kind,
      owner: job.owner,
      now: nowOf(job),
      ...done,
    });
  const outcome = await holding(
    job,
    () => stillOurs(job, request),
    () => readAndLook(job, request, claimed.cursorAt),
  ).catch(async (error: unknown) => {
    await finish({
      cursorAt: null,
      entities: 0,
      problem: 'Ended by an unexpected error; it is tried again.',
    });
    throw error;
  });
  await finish({
    cursorAt: outcome.serverDate,
    entities: outcome.read,
    problem: outcome.failure?.message ?? outcome.stopped?.failure.message ?? interruption(outcome.kind),
  });
  return outcome;
}

export const INTERRUPTED = 'Interrupted; it goes on by itself.';

function interruption(kind: SweepOutcome['kind']): string | null {
  return kind === 'interrupted' ? INTERRUPTED : null;
}

async function readAndLook(
  job: Job,
  request: SweepRequest,
  cursorAt: string | null,
): Promise<SweepOutcome & { serverDate: string | null }> {
  const { resource, kind } = request;
  const outcome = {
    kind: 'swept' as SweepOutcome['kind'],
    read: 0,
    changed: 0,
    failure: null as CallFailure | null,
    stopped: null as BatchResult['stopped'],
    serverDate: null as string | null,
  };
  const updatedSince = kind === 'changes' && canListChanges(resource) ? since(cursorAt) : null;
  const which = { full: kind === 'full', nightly: request.nightly ?? false };
  const scope = { ...readScope(job, which), ...(updatedSince ? { updatedSince } : {}) };
  const seen = new Set<string>();
  const under = new Set<Promise<void>>();
  for await (const { page, readAtGeneration } of request.pages ?? pagesOf(job, resource, scope)) {
    if (!page.ok) {
      outcome.kind = 'failed';
      outcome.failure = page.error;
      break;
    }
    outcome.serverDate ??= page.value.serverDate;
    outcome.read += page.value.wires.length;
    for (const wire of page.value.wires) seen.add(resource.idOf(wire));
    for (const entityId of page.value.refused.keys()) seen.add(entityId);
    await markUnread(job, request, [...page.value.refused.keys()]);
    await request.onProgress?.(outcome.read, page.value.totalCount);
    for (const wires of batchesOf(page.value.wires)) {
      while (under.size >= BATCHES_AT_ONCE) await Promise.race(under);
      if (outcome.stopped) break;
      if (job.isStopping() || !(await stillOurs(job, request))) {
        outcome.kind = 'interrupted';
        break;
      }
      const batch = lookAtBatch(job, request, wires, readAtGeneration).then((done) => {
        outcome.changed += done.changed;
        outcome.stopped ??= done.stopped;
      });
      under.add(batch);
      void batch.finally(() => under.delete(batch)).catch(() => undefined);
    }
    if (outcome.stopped || outcome.kind === 'interrupted') break;
  }
  await Promise.all(under);
  const complete = outcome.kind === 'swept' && !outcome.stopped;
  if (complete && updatedSince === null && isWholeList(resource)) await markMissing(job, request, seen);
  if (complete && updatedSince === null) await markVanished(job, request, seen);
  if (outcome.stopped) outcome.kind = 'failed';
  return outcome;
}

function batchesOf(wires: readonly Wire[]): Wire[][] {
  const batches = [wires.slice(0, FIRST_BATCH_SIZE)];
  for (let start = FIRST_BATCH_SIZE; start < wires.length; start += BATCH_SIZE)
    batches.push(wires.slice(start, start + BATCH_SIZE));
  return batches;
}

function since(cursorAt: string | null): string | null {
  return cursorAt === null ? null : new Date(Date.parse(cursorAt) - OVERLAP_MS).toISOString();
}

async function stillOurs(job: Job, { resource, kind }: SweepRequest): Promise<boolean> {
  return extendSweep(job.database, job.connectionId, {
    resource: resource.name,
    kind,
    owner: job.owner,
    until: laterBy(job, CLAIM_MS),
  });
}

async function lookAtBatch(
  job: Job,
  { resource, reason, runId }: SweepRequest,
  wires: readonly Wire[],
  readAtGeneration: number,
): Promise<{ changed: number; stopped: BatchResult['stopped'] }> {
  const byId = new Map(wires.map((wire) => [resource.idOf(wire), wire]));
  const links = await linksByEntity(job.database, job.connectionId, resource.name, [...byId.keys()]);
  const oldest = keepFrom(job);
  const differing = [...byId].filter(([id, wire]) => differs(resource, wire, links.get(id) ?? null, oldest));
  if (differing.length === 0) return { changed: 0, stopped: null };
  const claims: Claim[] = await claimObserved(job.database, {
    connectionId: job.connectionId,
    resource: resource.name,
    owner: job.owner,
    now: nowOf(job),
    until: laterBy(job, CLAIM_MS),
    limit: differing.length,
    entityIds: differing.map(([id]) => id),
    readAtGeneration,
    reason,
    happenedAt: nowOf(job),
    runId: runId ?? null,
  });
  await markOvertaken(
    job,
    { resource, reason },
    differing.map(([id]) => id),
    readAtGeneration,
  );
  if (claims.length === 0) return { changed: 0, stopped: null };
  const observed = new Map(claims.map(({ entityId }) => [entityId, byId.get(entityId) ?? {}]));
  const result = await syncBatch(job, resource, claims, observed);
  await afterStop(job, resource.name, result);
  return { changed: claims.length, stopped: result.stopped };
}

/**
 * What differs from what another look has remembered since it was read is an old value or a change that came after:
 * only Buildium can tell which, and it is asked anew.
 */
async function markOvertaken(
  job: Job,
  { resource, reason }: Pick<SweepRequest, 'resource' | 'reason'>,
  differing: readonly string[],
  readAtGeneration: number,
): Promise<void> {
  const overtaken = await lookedSince(
    job.database,
    job.connectionId,
    resource.name,
    differing,
    readAtGeneration,
  );
  await markAnew(job, resource, overtaken, `${reason}: looked at while it was being read`);
}

/** Whether Buildium shows anything else than what was last agreed, or what was too old for Airtable is so no more. */
function differs(resource: AnyResource, wire: Wire, link: LinkRow | null, oldest: PlainDate): boolean {
  // A look that was under way when more months were asked for has gone by the fewer ones.
  if (link?.standing === 'outsideWindow' && (link.entityDate ?? '') >= oldest) return true;
  if (!link || link.buildiumHash === null || fingerprintOf(resource, wire) !== link.buildiumHash) return true;
  const nightly = resource.fields.filter((field) => field.nightly === true);
  const { entity } = nightly.length > 0 ? decodeWire(resource, wire) : { entity: {} as Entity };
  return nightly.some(({ key }) => {
    const value = entity[key];
    return value !== undefined && !sameValue(value, (link.syncedBuildium[key] ?? null) as FieldValue);
  });
}
