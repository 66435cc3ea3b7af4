import { openAlerts, lockAlerts, type AlertKind } from '../../db/alerts.ts';
import { backlogSince, countDue, saveBacklogSample, type BacklogSample } from '../../db/backlogSamples.ts';
import type { Queryable } from '../../db/database.ts';
import { percentile } from '../../db/delays.ts';
import { closeNotices, openNotices } from '../../db/notices.ts';
import { lastReceiptAt } from '../../db/receipts.ts';
import { timingsSince, type TimingBucket } from '../../db/timings.ts';
import { todayIn } from '../calendar.ts';
import { accuracyOf } from '../reconcile/certificate.ts';
import { nowOf, laterBy, type Job } from '../job.ts';
import { queueNotification } from '../notify/notify.ts';
import { silenceOf } from './webhookSilence.ts';

/** What is promised, and told of when it is broken. */
export const LIMITS = { delayP95Ms: 5 * 60_000, apiP95Ms: 3_000, accuracy: 0.995 } as const;

/** Fewer than this say nothing about the day. */
const ENOUGH = 20;

/** A backlog is sampled this often. */
export const SAMPLE_EVERY_MS = 5 * 60_000;

/** It grows when every sample of this time is larger than the one before, and the last is no trifle. */
const GROWING_FOR_MS = 30 * 60_000;
const GROWING_FROM = 50;

/** True, false, or null where there is too little to tell: what is open then stays open. */
type Verdict = { kind: AlertKind; isBroken: boolean | null; message: string };

/** Samples the backlog and looks at every promise. Several processes may ask: the sample's moment is taken once. */
export async function watchFigures(job: Job): Promise<void> {
  const { database, connectionId } = job;
  const now = nowOf(job);
  const dirty = await countDue(database, connectionId, now);
  const at = new Date(Math.floor(job.clock.nowMs() / SAMPLE_EVERY_MS) * SAMPLE_EVERY_MS).toISOString();
  if (!(await saveBacklogSample(database, connectionId, { at, dirty }))) return;
  const timings = await timingsSince(database, connectionId, todayIn(job));
  const verdicts = [
    delayVerdict(timings),
    apiVerdict(timings),
    backlogVerdict(
      await backlogSince(database, connectionId, laterBy(job, -GROWING_FOR_MS - SAMPLE_EVERY_MS)),
    ),
    await webhookVerdict(job),
  ];
  await database.transaction(async (tx) => {
    for (const verdict of verdicts) await settle(tx, job, verdict);
  });
}

/** The accuracy of a reconciliation that has just come to its end. */
export async function noteAccuracy(
  tx: Queryable,
  job: Job,
  { records, matching }: { records: number; matching: number },
): Promise<void> {
  const message = `${records - matching} of ${records} records are not equal on both sides or are held: accuracy ${inPercent(accuracyOf({ records, matching }))}, under ${inPercent(LIMITS.accuracy)}. Look at the last reconciliation's discrepancies and repair them.`;
  const isBroken = accuracyOf({ records, matching }) < LIMITS.accuracy;
  await settle(tx, job, { kind: 'alertAccuracy', isBroken, message });
}

function delayVerdict(timings: readonly TimingBucket[]): Verdict {
  const whole = timings.filter(({ kind, name }) => kind === 'stage' && name === 'whole');
  const p95Ms = p95Of(whole);
  const message = `Changes take long to arrive: today one in twenty took ${inMinutes(p95Ms ?? 0)} or more. Run \`npm run cli -- doctor\`: it says which side is slow or down.`;
  return { kind: 'alertDelay', isBroken: p95Ms === null ? null : p95Ms > LIMITS.delayP95Ms, message };
}

function apiVerdict(timings: readonly TimingBucket[]): Verdict {
  const p95Ms = p95Of(timings.filter(({ kind }) => kind === 'api'));
  const message = `The API answers slowly: today one answer in twenty took ${((p95Ms ?? 0) / 1000).toFixed(1)} s or more. Look at the database's load, and start a further server process if it persists.`;
  return { kind: 'alertApi', isBroken: p95Ms === null ? null : p95Ms > LIMITS.apiP95Ms, message };
}

function p95Of(buckets: readonly TimingBucket[]): number | null {
  const counted = buckets.map(({ bucketMs, times }) => ({ bucketMs, changes: times }));
  const total = counted.reduce((sum, { changes }) => sum + changes, 0);
  return total < ENOUGH ? null : percentile(counted, 0.95);
}

/** Grows as long as every sample is larger; it is over when the last two are not. */
export function backlogVerdict(samples: readonly BacklogSample[]): Verdict {
  const last = samples.at(-1)?.dirty ?? 0;
  const spanMs = Date.parse(samples.at(-1)?.at ?? '') - Date.parse(samples[0]?.at ?? '');
  const rises = samples.slice(1).map(({ dirty }, index) => dirty > (samples[index]?.dirty ?? 0));
  const isGrowing = spanMs >= GROWING_FOR_MS && last >= GROWING_FROM && rises.every((isRise) => isRise);
  const isOver = last < GROWING_FROM || rises.slice(-2).every((isRise) => !isRise);
  const message = `Work comes faster than it is done: ${last} records wait, more at every look for half an hour. Run \`npm run cli -- doctor\`, and start a further server process if both sides answer.`;
  return { kind: 'alertBacklog', isBroken: isGrowing ? true : isOver ? false : null, message };
}

async function webhookVerdict(job: Job): Promise<Verdict> {
  const silence = await silenceOf(job, await lastReceiptAt(job.database, job.connectionId));
  const message = `${silence ?? ''} In Buildium, Settings > Developer Tools > Webhooks, look at the subscription of this server and enable it again. Until then sweeps bring every change, within minutes.`;
  return { kind: 'alertWebhooks', isBroken: silence !== null, message };
}

/** Opens what is broken and not open, told once; closes what has mended. */
async function settle(tx: Queryable, job: Job, { kind, isBroken, message }: Verdict): Promise<void> {
  if (isBroken === null) return;
  await lockAlerts(tx, job.connectionId);
  const isOpen = (await openAlerts(tx, job.connectionId)).some((alert) => alert.kind === kind);
  const now = nowOf(job);
  if (!isBroken && isOpen)
    await closeNotices(tx, job.connectionId, { kind, resource: null, entityId: null }, now);
  if (!isBroken || isOpen) return;
  const notice = { noticeId: job.newId(), at: now, resource: null, entityId: null, kind, message };
  await openNotices(tx, job.connectionId, [notice]);
  await queueNotification(
    tx,
    job.connectionId,
    { kind: 'alert', subject: SUBJECTS[kind], text: message },
    now,
  );
}

const SUBJECTS: Record<AlertKind, string> = {
  alertDelay: 'Changes arrive late',
  alertApi: 'The API answers slowly',
  alertAccuracy: 'Buildium and Airtable differ',
  alertWebhooks: "Buildium's webhooks have fallen silent",
  alertBacklog: 'The backlog grows',
};

export function inPercent(share: number): string {
  // Never rounded up to a promise that was not kept.
  return `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)}%`;
}

function inMinutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
