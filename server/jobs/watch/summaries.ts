import { DateTime } from 'luxon';
import type { Stage } from '../../../shared/api/kpis.ts';
import type { PlainDate } from '../../../shared/dates.ts';
import { listOpenNotices } from '../../db/notices.ts';
import { lastFinished } from '../../db/reconciliations.ts';
import { claimSummary, isTold } from '../../db/summaries.ts';
import { sidesDown } from '../../db/sideHealth.ts';
import { inPercent } from './alerts.ts';
import { lastOccurrence } from '../calendar.ts';
import { accuracyOf } from '../reconcile/certificate.ts';
import { nowOf, type Job } from '../job.ts';
import { showHeld } from '../losses/held.ts';
import { readKpis } from './kpis.ts';
import { queueNotification, type Notification } from '../notify/notify.ts';
import { readStatus } from './status.ts';

/** Errors listed in a summary; the rest is a count. */
const LISTED = 10;

/** Endpoints of the API that a summary names. */
const MOST_USED = 3;

/** The conflicts of this many weeks make a trend. */
const WEEKS = 4;

type Due = { kind: 'daily' | 'weekly'; day: PlainDate };

/** Summaries whose time has come since the first sync, and that nobody has told. */
export async function dueSummaries(job: Job, firstSyncAt: string): Promise<Due[]> {
  const told = lastOccurrence(job, job.settings.summaryAt);
  if (told < firstSyncAt) return [];
  const day = DateTime.fromISO(told, { zone: job.timeZone });
  const monday = day.startOf('week');
  const candidates: Due[] = [
    { kind: 'daily', day: day.toISODate() ?? '' },
    // The week that is over is told with Monday's summary; a server that was away on Monday tells it later.
    { kind: 'weekly', day: monday.toISODate() ?? '' },
  ];
  const due: Due[] = [];
  for (const one of candidates) {
    const isOver = one.kind === 'daily' || (monday.toUTC().toISO() ?? '') > firstSyncAt;
    if (isOver && !(await isTold(job.database, job.connectionId, one.kind, one.day))) due.push(one);
  }
  return due;
}

/** Tells what is due, each once however many processes are at it. */
export async function tellSummaries(job: Job, due: readonly Due[]): Promise<void> {
  for (const { kind, day } of due) {
    const summary = kind === 'daily' ? await dailySummary(job, day) : await weeklyTrend(job, day);
    await job.database.transaction(async (tx) => {
      const now = nowOf(job);
      if (await claimSummary(tx, job.connectionId, { kind, day, now }))
        await queueNotification(tx, job.connectionId, summary, now);
    });
  }
}

async function dailySummary(job: Job, day: PlainDate): Promise<Notification> {
  const { database, connectionId } = job;
  const kpis = await readKpis(job, 1);
  const status = await readStatus(database, connectionId, job.clock);
  const notices = await listOpenNotices(database, connectionId, LISTED);
  const kinds = ['approval', 'parked', 'refused', 'waiting', 'retrying'] as const;
  const held = await showHeld(job, { kinds, resource: null, after: null, limit: LISTED });
  const last = await lastFinished(database, connectionId);
  const down = await sidesDown(database, connectionId);
  const whole = kpis.delays.stages.find(({ stage }) => stage === 'whole');
  const { oldestAgeMs } = kpis.conflicts;
  const used = kpis.api.endpoints.toSorted((a, b) => b.count - a.count).slice(0, MOST_USED);
  const calculations = kpis.jobs.find(({ job }) => job === 'calculation');
  const parked = status.resources.reduce((sum, one) => sum + one.parked, 0);
  const lines = [
    `${status.name}, ${day}`,
    '',
    `Changes brought over: ${whole?.count ?? 0}`,
    ...kpis.delays.stages.filter(({ count }) => count > 0).map(delayLine),
    last
      ? `Last reconciliation: ${inPercent(accuracyOf(last))} of ${last.records} records equal on both sides`
      : 'No reconciliation has come to its end yet.',
    `Open conflicts: ${kpis.conflicts.open}${oldestAgeMs === null ? '' : `, the oldest ${inWords(oldestAgeMs)} old`}`,
    `Records given up until someone tries again: ${parked}`,
    `Alive: ${kpis.uptime.share === null ? 'unknown' : inPercent(kpis.uptime.share)} of the time`,
    `API: ${kpis.api.count} answers, ${kpis.api.failed} failed${percentilesOf(kpis.api)}`,
    ...used.map(({ name, count, p95Ms }) => `- ${name}: ${count}, 95 of 100 within ${inWords(p95Ms ?? 0)}`),
    calculations
      ? `Calculations: ${calculations.count}, ${calculations.failed} failed${percentilesOf(calculations)}`
      : 'Calculations: none',
    '',
    ...section('Errors', [
      ...down.map(({ side, message }) => `${side}: ${message}`),
      ...status.resources.flatMap(({ label, problem }) => (problem === null ? [] : [`${label}: ${problem}`])),
      ...held.flatMap(({ resource, entityId, reason }) =>
        reason === null ? [] : [`${`${resource} ${entityId}`.trim()}: ${reason}`],
      ),
    ]),
    ...section(
      'Notices',
      notices.map(({ message }) => message),
    ),
  ];
  return {
    kind: 'dailySummary',
    subject: `${status.name}: ${day}${lines.includes('Errors: none') ? '' : ', with errors'}`,
    text: lines.join('\n'),
    json: { day, kpis },
  };
}

async function weeklyTrend(job: Job, monday: PlainDate): Promise<Notification> {
  const kpis = await readKpis(job, WEEKS * 7);
  const { weeks, open } = kpis.conflicts;
  const rows = weeks.map(
    ({ from, opened, ended, medianToEndMs }) =>
      `Week of ${from}: ${opened} opened, ${ended} settled${medianToEndMs === null ? '' : `, half of them within ${inWords(medianToEndMs)}`}`,
  );
  const accuracies = kpis.accuracy.history.map(({ accuracy }) => accuracy);
  const text = [
    'Conflicts and their resolutions',
    ...(rows.length > 0 ? rows : ['None in four weeks.']),
    `Open now: ${open}`,
    '',
    accuracies.length > 0
      ? `Accuracy: from ${inPercent(Math.min(...accuracies))} to ${inPercent(Math.max(...accuracies))} in ${accuracies.length} reconciliations`
      : 'No reconciliation has come to its end yet.',
  ].join('\n');
  return {
    kind: 'weeklyTrend',
    subject: `The weeks up to ${monday}: ${open} conflicts open`,
    text,
    json: { week: monday, weeks, accuracy: kpis.accuracy.history },
  };
}

const STAGE_WORDS: Record<Stage, string> = {
  heard: 'From the change to our hearing of it',
  waited: 'Until it was looked at',
  written: 'Until its row was confirmed',
  whole: 'The whole way',
};

type Times = { p50Ms: number | null; p95Ms: number | null; p99Ms: number | null };

function delayLine({ stage, ...times }: { stage: Stage } & Times): string {
  return `- ${STAGE_WORDS[stage]}${percentilesOf(times)}`;
}

function percentilesOf({ p50Ms, p95Ms, p99Ms }: Times): string {
  if (p50Ms === null || p95Ms === null || p99Ms === null) return '';
  return `: 50 of 100 within ${inWords(p50Ms)}, 95 within ${inWords(p95Ms)}, 99 within ${inWords(p99Ms)}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${title}: none`] : [`${title}:`, ...lines.map((line) => `- ${line}`), ''];
}

function inWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const hours = ms / 3_600_000;
  if (hours < 2) return `${Math.round(ms / 60_000)} min`;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${Math.floor(hours / 24)} days`;
}
