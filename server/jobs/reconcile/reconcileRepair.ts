import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { redriveParked } from '../../db/dueMarks.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { marksOf } from '../../db/reconciliationEvidence.ts';
import { listDiscrepancies, markRepaired, type DiscrepancyRow } from '../../db/reconciliationParts.ts';
import { setRepair } from '../../db/reconciliations.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import { nowOf, type Job } from '../job.ts';
import { UNDO_WINDOW_MS } from '../lookAtAirtable.ts';
import { compareOnes } from './reconcileOnes.ts';
import { createRowDirectory } from './reconcileRead.ts';
import { findDiscrepancies, standsApart } from './reconcileResource.ts';

export type RepairRequest = { resource: string | null; entityIds: readonly string[] | null; by: string };

/** Discrepancies taken at a time. */
const PAGE = 1_000;

/** A repair is through within seconds, unless a side is down: then its check says what is left. */
const CHECKS = 20;
const CHECK_EVERY_MS = 1_000;

/**
 * Has what stood apart looked at again, ahead of everything else. The sync decides what to do, as it does for an
 * event; nothing is written from here.
 */
export async function repair(
  job: Job,
  reconciliationId: string,
  request: RepairRequest,
): Promise<{ marked: number; needPerson: number }> {
  const { database, connectionId } = job;
  const open = await openDiscrepancies(job, reconciliationId, request);
  const mended = open.filter((row) => row.repair !== 'person' && row.rootId !== '');
  const now = nowOf(job);
  await database.transaction(async (tx) => {
    // A deleted row waits half an hour for an undo; who asks for it back has waited.
    const waited = new Date(Date.parse(now) - UNDO_WINDOW_MS).toISOString();
    await markDirty(tx, connectionId, marksFor(mended, 'deletedRow', request.by, now), waited);
    await markDirty(tx, connectionId, marksFor(mended, 'others', request.by, now), now);
    for (const { resource, rootId } of mended.filter(({ repair: how }) => how === 'redrive'))
      await redriveParked(tx, connectionId, { resource: rootOf(resource), entityId: rootId }, now);
    if (mended.length > 0) {
      await setRepair(tx, connectionId, reconciliationId, 'running');
      await job.queues.chore(tx, { connectionId, chore: 'reconcile' });
    }
    for (const resource of new Set(mended.map((row) => rootOf(row.resource))))
      await job.queues.wake(tx, connectionId, resource);
  });
  const marked = new Set(mended.map(({ resource, rootId }) => `${rootOf(resource)} ${rootId}`)).size;
  return { marked, needPerson: open.length - mended.length };
}

function rootOf(resource: string): string {
  return resourceNamed(resource).partOf ?? resource;
}

function marksFor(
  rows: readonly DiscrepancyRow[],
  which: 'deletedRow' | 'others',
  by: string,
  now: string,
): Mark[] {
  return rows
    .filter(({ cause }) => (cause === 'deletedRow') === (which === 'deletedRow'))
    .map(({ resource, rootId }) => ({
      ...{ resource: rootOf(resource), entityId: rootId, onBehalfOf: by, happenedAt: now },
      ...{ reason: 'repair after a reconciliation', priority: 'person' as const },
    }));
}

async function openDiscrepancies(
  job: Job,
  reconciliationId: string,
  { resource, entityIds }: Pick<RepairRequest, 'resource' | 'entityIds'>,
): Promise<DiscrepancyRow[]> {
  const all: DiscrepancyRow[] = [];
  for (let after: DiscrepancyRow | null = null; ; ) {
    const page: DiscrepancyRow[] = await listDiscrepancies(job.database, job.connectionId, reconciliationId, {
      ...{ resource, entityIds, cause: null, onlyOpen: true, after, limit: PAGE },
    });
    all.push(...page);
    after = page.at(-1) ?? null;
    if (page.length < PAGE || after === null) return all;
  }
}

/** Compares what stood apart once more, when the sync has dealt with it; what is equal now is noted. */
export async function checkRepaired(
  job: Job,
  reconciliationId: string,
  settlingMs: number,
): Promise<Result<null, CallFailure>> {
  const { database, connectionId } = job;
  const open = await openDiscrepancies(job, reconciliationId, { resource: null, entityIds: null });
  const mapping = await loadBaseMapping(database, connectionId);
  const parts = { mapping, directory: createRowDirectory(job, mapping) };
  for (const [rootName, rows] of Map.groupBy(open, (row) => rootOf(row.resource))) {
    await untilLookedAt(job, rootName, rows, settlingMs);
    const root = resourceNamed(rootName);
    const compared = await compareOnes(job, root, rows, parts);
    if (!compared.ok) return compared;
    const marks = new Map(
      (await marksOf(database, connectionId, rootName)).map((mark) => [mark.entityId, mark]),
    );
    for (const comparison of compared.value) {
      const own = rows.filter(({ resource }) => resource === comparison.resource.name);
      const pairs = [...comparison.pairs.values()];
      const still = await findDiscrepancies(job, root, comparison, pairs, marks);
      const apart = new Set([
        ...still.map(({ entityId }) => entityId),
        ...pairs.filter(standsApart).map(({ entityId }) => entityId),
      ]);
      const mended = own.map(({ entityId }) => entityId).filter((id) => !apart.has(id));
      await markRepaired(
        database,
        connectionId,
        reconciliationId,
        comparison.resource.name,
        mended,
        nowOf(job),
      );
    }
  }
  await setRepair(database, connectionId, reconciliationId, 'done');
  return ok(null);
}

/** Gives the sync its time: it is at work as long as one of the marks could be looked at now. */
async function untilLookedAt(
  job: Job,
  rootName: string,
  rows: readonly DiscrepancyRow[],
  settlingMs: number,
): Promise<void> {
  const ids = new Set(rows.map(({ rootId }) => rootId));
  for (let check = 0; check < CHECKS; check += 1) {
    const marks = await marksOf(job.database, job.connectionId, rootName);
    const isBusy = marks.some((mark) => ids.has(mark.entityId) && mark.problem === null && !mark.parkedAt);
    if (!isBusy || job.isStopping()) return;
    await job.clock.sleep(Math.min(CHECK_EVERY_MS, settlingMs));
  }
}
