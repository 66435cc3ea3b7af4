import { countUnsealed } from '../db/auditSeals.ts';
import { hasDueTables } from '../db/calculationTables.ts';
import { hasOpenCalculation } from '../db/calculations.ts';
import { hasDueDelivery } from '../db/notifications.ts';
import { firstFinishedAt, runningRuns } from '../db/runs.ts';
import { claimSweep, finishSweep, listSweeps, type SweepRow } from '../db/sweeps.ts';
import { renewAirtableWebhooks } from './connect/airtableWebhooks.ts';
import { sealAudit } from './audit/auditChain.ts';
import { advanceCalculations } from './money/calculations.ts';
import { readEntered } from './entered/entered.ts';
import { hearAirtable } from './hearAirtable.ts';
import { dueCalculations, scheduleCalculations } from './money/monthEnd.ts';
import { areFiguresDue, lookAfterFigures } from './money/figures.ts';
import { deliverNotifications } from './notify/notifyDelivery.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { advancePushes } from './push/pushRun.ts';
import {
  advanceReconciliations,
  isDailyDue,
  isReconciliationDue,
  reconcileDay,
} from './reconcile/reconcile.ts';
import { advanceRuns } from './runs.ts';
import { writeDueTables } from './money/runTables.ts';
import { finishedSince, isNightlyDue, isSweepDue, nightly, sweepDue } from './sweepRounds.ts';
import type { ChoreJob } from './queues.ts';

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
async function noted(job: Job, kind: SweepRow['kind'], work: () => Promise<unknown>): Promise<void> {
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
  const running = await runningRuns(job.database, job.connectionId);
  if (running.length > 0) due.push('runs');
  if (await hasDueDelivery(job.database, job.connectionId, nowOf(job))) due.push('notify');
  const sweeps = await listSweeps(job.database, job.connectionId);
  if (!finishedSince(sweeps, AIRTABLE, 'changes', laterBy(job, -HEAR_EVERY_MS))) due.push('hearAirtable');
  if (!finishedSince(sweeps, AIRTABLE, 'full', laterBy(job, -RENEW_EVERY_MS))) due.push('renewWebhooks');
  if ((await countUnsealed(job.database, job.connectionId)) > 0) due.push('sealAudit');
  if (await hasOpenCalculation(job.database, job.connectionId, nowOf(job))) due.push('calculations');
  if (await hasDueTables(job.database, job.connectionId, nowOf(job))) due.push('runTables');
  // Before the first sync is through there is nothing that a sweep could compare with.
  const firstSync = await firstSyncAt(job);
  if (firstSync === null) return due;
  if ((await dueCalculations(job)).length > 0) due.push('monthEnd');
  if (isSweepDue(job, sweeps)) due.push('sweep');
  if (await isReconciliationDue(job, firstSync)) due.push('reconcile');
  if (await areFiguresDue(job, firstSync)) due.push('figures');
  if (isNightlyDue(job, sweeps, firstSync)) due.push('nightly');
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
