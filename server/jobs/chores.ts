import { countUnsealed } from '../db/auditSeals.ts';
import { expireLosses } from '../db/losses.ts';
import { hasDueTables } from '../db/calculationTables.ts';
import { expireDryRuns, hasOpenCalculation } from '../db/calculations.ts';
import { expireReceipts } from '../db/receipts.ts';
import { expireSent, SENT_HEARD_FOR_MS } from '../db/sent.ts';
import { expireEdits } from '../db/airtableEdits.ts';
import { expireNotifications, hasDueDelivery } from '../db/notifications.ts';
import { firstFinishedAt, listRuns } from '../db/runs.ts';
import { claimSweep, finishSweep, listSweeps, type SweepRow } from '../db/sweeps.ts';
import { countTimings } from '../db/timings.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { renewAirtableWebhooks } from './connect/airtableWebhooks.ts';
import { sealAudit } from './audit/auditChain.ts';
import { COUNTED_MS } from './losses/lossVerdicts.ts';
import { lastOccurrence, todayIn } from './calendar.ts';
import { advanceCalculations } from './money/calculations.ts';
import { readEntered } from './entered/entered.ts';
import { hearAirtable } from './hearAirtable.ts';
import { dueCalculations, keepLedgerTrue, scheduleCalculations } from './money/monthEnd.ts';
import { areFiguresDue, lookAfterFigures } from './money/figures.ts';
import { deliverNotifications } from './notify/notifyDelivery.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { advancePushes } from './push/pushRun.ts';
import { noteRowsInBase } from './watch/quotas.ts';
import {
  advanceReconciliations,
  isDailyDue,
  isReconciliationDue,
  reconcileDay,
} from './reconcile/reconcile.ts';
import { advanceRuns } from './runs.ts';
import { writeDueTables } from './money/runTables.ts';
import { enabledResources } from './schemaColumns.ts';
import { checkSchema } from './checkSchema.ts';
import { ensureMapped } from './schema.ts';
import { sweep } from './sweep.ts';
import type { ChoreJob } from './queues.ts';

const RECEIPTS_KEPT_MS = 30 * 86_400_000;
const DRY_RUNS_KEPT_MS = 30 * 86_400_000;
/** As long as conflicts are compared with other policies. */
const EDITS_KEPT_MS = 90 * 86_400_000;
const NOTIFICATIONS_KEPT_MS = 90 * 86_400_000;

/** Airtable is asked for changes this often even if no ping came. */
const HEAR_EVERY_MS = 5 * 60_000;

/** Webhooks are looked after this often. */
const RENEW_EVERY_MS = 6 * 3_600_000;

/** The row among the sweeps that says when Airtable was last listened to. */
const AIRTABLE = 'airtable';

/** Runs one chore of a connection. Each can be run again at any time and by any process. */
export async function runChore(job: Job, chore: ChoreJob['chore']): Promise<void> {
  switch (chore) {
    case 'runs':
      return advanceRuns(job);
    case 'sweep':
      return sweepDue(job);
    case 'nightly':
      return nightly(job);
    case 'hearAirtable':
      return noted(job, 'changes', () => hearAirtable(job));
    case 'renewWebhooks':
      return noted(job, 'full', () => renewAirtableWebhooks(job));
    case 'sealAudit':
      await sealAudit(job);
      return;
    case 'monthEnd':
      return scheduleCalculations(job);
    case 'calculations':
      return advanceCalculations(job);
    case 'entered':
      return lookAtEntered(job);
    case 'runTables':
      return writeDueTables(job);
    case 'reconcile':
      return reconcileDue(job);
    case 'figures':
      return lookAfterFigures(job, (await firstSyncAt(job)) ?? nowOf(job));
    case 'notify':
      return deliverNotifications(job);
    case 'push':
      return advancePushes(job);
  }
}

/** Writes down when it was done, so that every process knows; it does not keep others from doing it too. */
async function noted(job: Job, kind: SweepRow['kind'], work: () => Promise<void>): Promise<void> {
  const sweepOf = { resource: AIRTABLE, kind, owner: job.owner };
  const now = nowOf(job);
  await claimSweep(job.database, job.connectionId, { ...sweepOf, now, until: now, dueBefore: now });
  await work();
  const done = { now: nowOf(job), cursorAt: null, entities: 0, problem: null };
  await finishSweep(job.database, job.connectionId, { ...sweepOf, ...done });
}

/** The chores of a connection that are due now. */
export async function dueChores(job: Job): Promise<ChoreJob['chore'][]> {
  const due: ChoreJob['chore'][] = [];
  const runs = await listRuns(job.database, job.connectionId, 20);
  const firstSyncDone = runs.some((run) => run.kind === 'firstSync' && run.state === 'finished');
  if (runs.some((run) => run.state === 'running')) due.push('runs');
  if (await hasDueDelivery(job.database, job.connectionId, nowOf(job))) due.push('notify');
  const sweeps = await listSweeps(job.database, job.connectionId);
  if (!finishedSince(sweeps, AIRTABLE, 'changes', laterBy(job, -HEAR_EVERY_MS))) due.push('hearAirtable');
  if (!finishedSince(sweeps, AIRTABLE, 'full', laterBy(job, -RENEW_EVERY_MS))) due.push('renewWebhooks');
  if ((await countUnsealed(job.database, job.connectionId)) > 0) due.push('sealAudit');
  if (await hasOpenCalculation(job.database, job.connectionId, nowOf(job))) due.push('calculations');
  if (await hasDueTables(job.database, job.connectionId, nowOf(job))) due.push('runTables');
  // Before the first sync is through there is nothing that a sweep could compare with.
  if (!firstSyncDone) return due;
  if ((await dueCalculations(job)).length > 0) due.push('monthEnd');
  if (roots(job).some((resource) => sweepIsDue(job, resource, sweeps))) due.push('sweep');
  const firstSync = (await firstSyncAt(job)) ?? nowOf(job);
  if (await isReconciliationDue(job, firstSync)) due.push('reconcile');
  if (await areFiguresDue(job, firstSync)) due.push('figures');
  const night = lastOccurrence(job, job.settings.nightlyAt);
  if (roots(job).some((resource) => !finishedSince(sweeps, resource.name, 'full', night)))
    due.push('nightly');
  return due;
}

/** When everything stood on both sides for the first time. */
async function firstSyncAt(job: Job): Promise<string | null> {
  return firstFinishedAt(job.database, job.connectionId, 'firstSync');
}

/** Rows that people enter say at once whether they can be used, and not at the month's end. */
async function lookAtEntered(job: Job): Promise<void> {
  if ((await firstSyncAt(job)) === null) return;
  const read = await readEntered(job);
  if (!read.ok)
    job.log.warn({ kind: read.error.kind }, `What people entered was not read: ${read.error.message}`);
}

async function reconcileDue(job: Job): Promise<void> {
  if (await isDailyDue(job, (await firstSyncAt(job)) ?? nowOf(job))) await reconcileDay(job);
  await advanceReconciliations(job);
}

function roots(job: Job): AnyResource[] {
  return enabledResources(job).filter((resource) => resource.read !== null);
}

function sweepEveryMs(job: Job, resource: AnyResource): number {
  return (job.settings.resources[resource.name]?.sweepMinutes ?? resource.sweepMinutes) * 60_000;
}

function sweepIsDue(job: Job, resource: AnyResource, sweeps: readonly SweepRow[]): boolean {
  const since = laterBy(job, -sweepEveryMs(job, resource));
  return (
    !finishedSince(sweeps, resource.name, 'changes', since) &&
    !finishedSince(sweeps, resource.name, 'full', since)
  );
}

function finishedSince(
  sweeps: readonly SweepRow[],
  resource: string,
  kind: SweepRow['kind'],
  since: string,
): boolean {
  const row = sweeps.find((candidate) => candidate.resource === resource && candidate.kind === kind);
  return row?.finishedAt !== null && row?.finishedAt !== undefined && row.finishedAt >= since;
}

async function sweepDue(job: Job): Promise<void> {
  for (const resource of roots(job)) {
    const dueBefore = laterBy(job, -sweepEveryMs(job, resource));
    const outcome = await sweep(job, { resource, kind: 'changes', dueBefore, reason: 'sweep' });
    if (outcome.kind === 'failed' || outcome.kind === 'interrupted') return;
  }
}

/** Everything is read and compared, whatever was heard of it; what is long settled is forgotten. */
async function nightly(job: Job): Promise<void> {
  const startedAtMs = job.clock.nowMs();
  await checkSchema(job);
  await ensureMapped(job);
  const dueBefore = lastOccurrence(job, job.settings.nightlyAt);
  for (const resource of roots(job)) {
    const outcome = await sweep(job, {
      resource,
      kind: 'full',
      dueBefore,
      reason: 'nightly read',
      nightly: true,
    });
    if (outcome.kind === 'failed' || outcome.kind === 'interrupted') return;
  }
  const ledger = await keepLedgerTrue(job);
  if (!ledger.ok) job.log.warn({ call: ledger.error.call }, ledger.error.message);
  await noteRowsInBase(job.database, job.connectionId, todayIn(job));
  await expireDryRuns(job.database, job.connectionId, laterBy(job, -DRY_RUNS_KEPT_MS));
  await expireReceipts(job.database, job.connectionId, laterBy(job, -RECEIPTS_KEPT_MS));
  await expireLosses(job.database, job.connectionId, laterBy(job, -COUNTED_MS));
  await expireEdits(job.database, job.connectionId, laterBy(job, -EDITS_KEPT_MS));
  await expireNotifications(job.database, job.connectionId, laterBy(job, -NOTIFICATIONS_KEPT_MS));
  await expireSent(job.database, job.connectionId, laterBy(job, -SENT_HEARD_FOR_MS));
  const took = { kind: 'job' as const, name: 'nightly', tookMs: job.clock.nowMs() - startedAtMs };
  await countTimings(job.database, job.connectionId, todayIn(job), [took]);
  job.log.info({ connectionId: job.connectionId, at: nowOf(job) }, 'The nightly read is through.');
}
