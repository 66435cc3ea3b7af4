import { addDays } from '../../../shared/dates.ts';
import { expireBacklog, lastBacklogSampleAt } from '../../db/backlogSamples.ts';
import { expireHeartbeats } from '../../db/heartbeats.ts';
import { expireDiscrepancies } from '../../db/reconciliationParts.ts';
import { expireTimings } from '../../db/timings.ts';
import { SAMPLE_EVERY_MS, watchFigures } from '../watch/alerts.ts';
import { todayIn } from '../calendar.ts';
import { laterBy, type Job } from '../job.ts';
import { dueSummaries, tellSummaries } from '../watch/summaries.ts';

/** A little longer than the extension's longest chart. */
const FIGURES_KEPT_DAYS = 100;
const BACKLOG_KEPT_MS = 2 * 86_400_000;

/** Whether the promises are to be looked at, or something is to be told. */
export async function areFiguresDue(job: Job, firstSyncAt: string): Promise<boolean> {
  const last = await lastBacklogSampleAt(job.database, job.connectionId);
  if (last === null || Date.parse(last) + SAMPLE_EVERY_MS <= job.clock.nowMs()) return true;
  return (await dueSummaries(job, firstSyncAt)).length > 0;
}

export async function lookAfterFigures(job: Job, firstSyncAt: string): Promise<void> {
  await watchFigures(job);
  const due = await dueSummaries(job, firstSyncAt);
  if (due.length === 0) return;
  await tellSummaries(job, due);
  await expireFigures(job);
}

/** Once a day is often enough. */
async function expireFigures(job: Job): Promise<void> {
  const { database, connectionId } = job;
  const oldest = addDays(todayIn(job), -FIGURES_KEPT_DAYS);
  await expireTimings(database, connectionId, oldest);
  await expireHeartbeats(database, connectionId, `${oldest}T00:00:00.000Z`);
  await expireDiscrepancies(database, connectionId, `${oldest}T00:00:00.000Z`);
  await expireBacklog(database, connectionId, laterBy(job, -BACKLOG_KEPT_MS));
}
