import type { PlainDate } from '../../../shared/dates.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { connectionById } from '../../db/connections.ts';
import {
  claimReconciliation,
  extendReconciliation,
  finishReconciliation,
  hasReconciliationWork,
  insertReconciliation,
  lastFinished,
  newestOfKind,
  reconciliationById,
  releaseReconciliation,
  type ReconciliationRow,
} from '../../db/reconciliations.ts';
import { causesOf, monthResults, resourceResults, saveResourceResult } from '../../db/reconciliationParts.ts';
import { countTimings } from '../../db/timings.ts';
import { VERSION } from '../../version.ts';
import { noteAccuracy } from '../watch/alerts.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import { lastOccurrence, todayIn } from '../calendar.ts';
import { certificateText, makeCertificate } from './certificate.ts';
import { CLAIM_MS, holding } from '../holding.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { readThreeLegs } from './reconcileLegs.ts';
import { createRowDirectory } from './reconcileRead.ts';
import { checkRepaired } from './reconcileRepair.ts';
import { familyOf } from './reconcileFamily.ts';
import { isOfList, isWorthGoingOn } from '../listFailures.ts';
import { notCompared, reconcileResource, SETTLING_MS, type ReconciledResource } from './reconcileResource.ts';
import { enabledResources } from '../schemaColumns.ts';

/** A side that failed is left alone for so long. */
const AGAIN_AFTER_MS = 5 * 60_000;

/** A table of which nothing is answered is left out after so long: a certificate of the others is worth more than none. */
const TRIED_FOR_MS = 6 * 3_600_000;

export type ReconcileOptions = {
  /** How long a change may be on its way before it is called a difference. */
  settlingMs?: number;
};

/** Writes a comparison down and queues it; one that is under way already is answered instead. */
export async function startReconciliation(
  job: Job,
  by: string,
): Promise<{ reconciliationId: string; isNew: boolean }> {
  const reconciliationId = job.newId();
  const isNew = await insert(job, { reconciliationId, kind: 'onDemand', by, day: todayIn(job) });
  if (isNew) return { reconciliationId, isNew };
  const newest = await newestOfKind(job.database, job.connectionId, 'onDemand');
  // It came to its end between the two looks: the next one is new.
  return newest?.state === 'running'
    ? { reconciliationId: newest.reconciliationId, isNew: false }
    : startReconciliation(job, by);
}

/** The day's comparison, once a day however many processes ask. @returns whether this call has started it. */
export async function reconcileDay(job: Job): Promise<boolean> {
  const day = todayIn(job);
  return insert(job, { reconciliationId: job.newId(), kind: 'daily', by: 'schedule', day });
}

/** Whether there is anything to compare now. */
export async function isReconciliationDue(job: Job, firstSyncAt: string): Promise<boolean> {
  const hasWork = await hasReconciliationWork(job.database, job.connectionId, nowOf(job));
  return hasWork || isDailyDue(job, firstSyncAt);
}

/** Whether the day's comparison is due: its time has come since the first sync, and nobody has begun it. */
export async function isDailyDue(job: Job, firstSyncAt: string): Promise<boolean> {
  const { reconcileAt } = job.settings;
  if (reconcileAt === null || lastOccurrence(job, reconcileAt) < firstSyncAt) return false;
  const last = await newestOfKind(job.database, job.connectionId, 'daily');
  return !last || last.startedAt < lastOccurrence(job, reconcileAt);
}

async function insert(
  job: Job,
  row: { reconciliationId: string; kind: 'daily' | 'onDemand'; by: string; day: PlainDate },
): Promise<boolean> {
  return job.database.transaction(async (tx) => {
    const isNew = await insertReconciliation(tx, job.connectionId, {
      ...{ reconciliationId: row.reconciliationId, kind: row.kind, day: row.day },
      ...{ requestedBy: row.by, startedAt: nowOf(job), resources: enabledResources(job).length },
    });
    if (isNew) await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'reconcile' });
    return isNew;
  });
}

/** Carries on what is not finished, oldest first; one process at a time. */
export async function advanceReconciliations(job: Job, options: ReconcileOptions = {}): Promise<void> {
  for (;;) {
    const claim = { owner: job.owner, now: nowOf(job), until: laterBy(job, CLAIM_MS) };
    const reconciliationId = await claimReconciliation(job.database, job.connectionId, claim);
    if (reconciliationId === null) return;
    const outcome = await holding(
      job,
      () => stillOurs(job, reconciliationId),
      () => advance(job, reconciliationId, options),
    ).catch(async (error: unknown) => {
      const problem = 'Ended by an unexpected error; it is tried again.';
      await release(job, reconciliationId, { problem, notBefore: laterBy(job, AGAIN_AFTER_MS) });
      throw error;
    });
    const failed = outcome.kind === 'failed';
    await release(job, reconciliationId, {
      problem: failed ? outcome.message : null,
      notBefore: failed ? laterBy(job, AGAIN_AFTER_MS) : null,
    });
    if (outcome.kind !== 'done') return;
  }
}

type Outcome = { kind: 'done' | 'interrupted' } | { kind: 'failed'; message: string };

async function advance(job: Job, reconciliationId: string, options: ReconcileOptions): Promise<Outcome> {
  const row = await reconciliationById(job.database, job.connectionId, reconciliationId);
  if (row?.state === 'finished') {
    const checked = await checkRepaired(job, reconciliationId, options.settlingMs ?? SETTLING_MS);
    return checked.ok ? { kind: 'done' } : { kind: 'failed', message: checked.error.message };
  }
  if (!row) return { kind: 'interrupted' };
  const compared = await compareRest(job, row, options);
  if (!compared.ok) return { kind: 'failed', message: compared.error.message };
  if (!compared.value) return { kind: 'interrupted' };
  await finish(job, reconciliationId);
  return { kind: 'done' };
}

/**
 * Compares what an earlier try has not. A table that cannot be read keeps no other from it: where it is told that it
 * cannot, the comparison ends without it, and says so; where no answer comes, it is tried again for some hours.
 * @returns whether it came to the end.
 */
async function compareRest(
  job: Job,
  { reconciliationId, startedAt }: ReconciliationRow,
  { settlingMs = SETTLING_MS }: ReconcileOptions,
): Promise<Result<boolean, CallFailure>> {
  const { database, connectionId } = job;
  const mapping = await loadBaseMapping(database, connectionId);
  const parts = { mapping, directory: createRowDirectory(job, mapping) };
  const done = new Set(
    (await resourceResults(database, connectionId, reconciliationId)).map((one) => one.resource),
  );
  const save = async (results: readonly ReconciledResource[]): Promise<boolean> =>
    database.transaction(async (tx) => {
      const ours = await stillOurs(job, reconciliationId, tx);
      if (ours)
        for (const result of results) await saveResourceResult(tx, connectionId, reconciliationId, result);
      return ours;
    });
  const unread: { root: AnyResource; failure: CallFailure }[] = [];
  let inARow: CallFailure[] = [];
  for (const root of enabledResources(job).filter(isRead)) {
    if (done.has(root.name)) continue;
    if (job.isStopping()) return ok(false);
    const results = await reconcileResource(job, root, parts, settlingMs);
    if (results.ok) {
      if (!(await save(results.value))) return ok(false);
      done.add(root.name);
      inARow = [];
      continue;
    }
    unread.push({ root, failure: results.error });
    inARow = [...inARow, results.error];
    if (!isWorthGoingOn(inARow)) return results;
  }
  const isOld = startedAt <= laterBy(job, -TRIED_FOR_MS);
  const awaited = unread.find(({ failure }) => done.size === 0 || !(isOfList(failure) || isOld));
  if (awaited) return err(awaited.failure);
  return ok(
    await save(unread.flatMap(({ root, failure }) => familyOf(job, root).map(notCompared(failure.message)))),
  );
}

function isRead(resource: AnyResource): boolean {
  return resource.read !== null;
}

async function stillOurs(
  job: Job,
  reconciliationId: string,
  db = job.database as Parameters<typeof extendReconciliation>[0],
): Promise<boolean> {
  return extendReconciliation(db, job.connectionId, {
    ...{ reconciliationId, owner: job.owner, until: laterBy(job, CLAIM_MS) },
  });
}

async function release(
  job: Job,
  reconciliationId: string,
  after: { problem: string | null; notBefore: string | null },
): Promise<void> {
  await releaseReconciliation(job.database, job.connectionId, {
    ...{ reconciliationId, owner: job.owner },
    ...after,
  });
}

/** The certificate, and what follows from it, in one transaction. */
async function finish(job: Job, reconciliationId: string): Promise<void> {
  const { database, connectionId } = job;
  const { legs, problem } = await readThreeLegs(job);
  await database.transaction(async (tx) => {
    const reconciliation = await reconciliationById(tx, connectionId, reconciliationId);
    const connection = await connectionById(tx, connectionId);
    if (!reconciliation || !connection) return;
    const before = await lastFinished(tx, connectionId);
    const causes = await causesOf(tx, connectionId, reconciliationId);
    const finishedAt = nowOf(job);
    const certificate = makeCertificate({
      ...{ reconciliation, connection, finishedAt, serverVersion: VERSION },
      resources: await resourceResults(tx, connectionId, reconciliationId),
      months: await monthResults(tx, connectionId, reconciliationId),
      causes: Object.fromEntries(causes.map(({ cause, records }) => [cause, records])),
      ...{ threeLegs: legs, threeLegsProblem: problem },
      previous: before?.certificateHash
        ? { reconciliationId: before.reconciliationId, hash: before.certificateHash }
        : null,
    });
    const { text, hash } = certificateText(certificate);
    const { records, matching, rootHash, discrepancies } = certificate;
    const isOurs = await finishReconciliation(tx, connectionId, job.owner, {
      ...{ reconciliationId, finishedAt, records, matching, discrepancies: discrepancies.records },
      ...{ threeLegs: legs, threeLegsProblem: problem, certificate: text, certificateHash: hash },
      ...{ rootBuildium: rootHash.buildium, rootAirtable: rootHash.airtable },
    });
    if (!isOurs) return;
    const tookMs = Date.parse(finishedAt) - Date.parse(reconciliation.startedAt);
    await countTimings(tx, connectionId, todayIn(job), [{ kind: 'job', name: 'reconciliation', tookMs }]);
    await noteAccuracy(tx, job, certificate);
  });
}
