import { createHmac } from 'node:crypto';
import { unreachable } from '../../../shared/result.ts';
import type { ConnectionSettings } from '../../../shared/settings.ts';
import { connectionById } from '../../db/connections.ts';
import {
  CHANNELS,
  claimDelivery,
  notificationSecret,
  settleDelivery,
  type Channel,
  type ClaimedNotification,
} from '../../db/notifications.ts';
import { closeNotices, openNotices } from '../../db/notices.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { newNotificationSecret, openNotificationSecret } from './notifySecret.ts';

/** Longer than a mail server or a receiver may take to answer. */
const CLAIM_MS = 2 * 60_000;

const AT_ONCE = 100;

/** Pauses before the next tries; after the last one a delivery is given up, about a day after it began. */
const PAUSES_MS = [1, 5, 15, 60, 180, 360, 720].map((minutes) => minutes * 60_000);

type Outcome =
  /** `notToAll`: why not everybody has it. */
  | { kind: 'delivered'; notToAll: string | null }
  | { kind: 'notWanted'; reason: string }
  | { kind: 'failed'; message: string; isFinal: boolean };

/** Sends what is due by every channel. A delivery that fails is tried again, as it was and under the same id. */
export async function deliverNotifications(job: Job): Promise<void> {
  for (const channel of CHANNELS) {
    let more = true;
    while (more && !job.isStopping()) more = await deliverOne(job, channel);
  }
}

async function deliverOne(job: Job, channel: Channel): Promise<boolean> {
  const claimed = await claimDelivery(job.database, job.connectionId, {
    ...{ channel, deliveryId: job.newId(), owner: job.owner, limit: AT_ONCE },
    ...{ now: nowOf(job), until: laterBy(job, CLAIM_MS) },
  });
  const [first] = claimed;
  if (!first) return false;
  const wanted = claimed.filter(({ kind }) => isWanted(job.settings.notifications, channel, kind));
  const unwanted = claimed.filter((row) => !wanted.includes(row));
  await settle(job, channel, unwanted, {
    kind: 'notWanted',
    reason: 'Messages of this kind are switched off.',
  });
  if (wanted.length > 0) await settle(job, channel, wanted, await send(job, channel, wanted));
  return true;
}

function isWanted(
  { emailKinds, webhookKinds }: ConnectionSettings['notifications'],
  channel: Channel,
  kind: string,
): boolean {
  const kinds: readonly string[] = channel === 'email' ? emailKinds : webhookKinds;
  return kind === 'test' || kinds.includes(kind);
}

async function send(job: Job, channel: Channel, rows: readonly ClaimedNotification[]): Promise<Outcome> {
  switch (channel) {
    case 'email':
      return mail(job, rows);
    case 'webhook':
      return post(job, rows);
    default:
      return unreachable(channel);
  }
}

async function mail(job: Job, rows: readonly ClaimedNotification[]): Promise<Outcome> {
  const { emails } = job.settings.notifications;
  if (emails.length === 0) return { kind: 'notWanted', reason: 'No e-mail address is set.' };
  if (!job.mailer) {
    const reason = 'This server has no mail server: SMTP_URL is not set. Messages go out by webhook alone.';
    return { kind: 'notWanted', reason };
  }
  const [first] = rows;
  const name = (await connectionById(job.database, job.connectionId))?.name ?? job.connectionId;
  const subject = rows.length === 1 ? first?.subject : `${rows.length} messages: ${subjectsOf(rows)}`;
  const sent = await job.mailer.send({
    to: emails,
    subject: oneLine(`[${name}] ${subject ?? ''}`),
    text: rows
      .map((row) => (rows.length === 1 ? row.text : `${row.subject}\n\n${row.text}`))
      .join('\n\n—\n\n'),
    messageId: first?.deliveryId ?? '',
  });
  if (sent.ok) return { kind: 'delivered', notToAll: notToAll(sent.value.refusedFor, emails.length) };
  return { kind: 'failed', message: sent.error.message, isFinal: sent.error.kind === 'refused' };
}

function notToAll(refusedFor: readonly string[], addresses: number): string | null {
  if (refusedFor.length === 0) return null;
  return `The mail server did not take it for ${refusedFor.length} of ${addresses} addresses: ${refusedFor.join(', ')}. It is not sent to them again. Correct or remove them in the settings.`;
}

const LONGEST_SUBJECT = 180;

function subjectsOf(rows: readonly ClaimedNotification[]): string {
  return [...new Set(rows.map(({ subject }) => subject))].join('; ');
}

/** A name may hold a line end, which would begin a header of its own. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_SUBJECT ? `${line.slice(0, LONGEST_SUBJECT)}…` : line;
}

async function post(job: Job, rows: readonly ClaimedNotification[]): Promise<Outcome> {
  const { webhookUrl } = job.settings.notifications;
  const [first] = rows;
  if (webhookUrl === null || !first) return { kind: 'notWanted', reason: 'No webhook address is set.' };
  const stored = await notificationSecret(job.database, job.connectionId, newNotificationSecret(job).sealed);
  const secret = openNotificationSecret(job, stored);
  const timestamp = String(Math.floor(job.clock.nowMs() / 1000));
  const body = { deliveryId: first.deliveryId, notifications: rows.map(messageOf) };
  const signature = createHmac('sha256', secret)
    .update(`${timestamp}.${JSON.stringify(body)}`)
    .digest('hex');
  const answer = await job.outbound.send({
    side: 'receiver',
    connectionId: job.connectionId,
    budgets: [],
    method: 'POST',
    url: webhookUrl,
    headers: {
      'X-Sync-Delivery': first.deliveryId,
      'X-Sync-Timestamp': timestamp,
      'X-Sync-Signature': signature,
    },
    secrets: [secret],
    body,
    priority: 'normal',
    kind: 'notification',
  });
  if (answer.ok) return { kind: 'delivered', notToAll: null };
  const { status, message } = answer.error;
  // A receiver need not answer JSON.
  if (status !== null && status >= 200 && status < 300) return { kind: 'delivered', notToAll: null };
  return { kind: 'failed', message, isFinal: status === 410 };
}

function messageOf({ notificationId, kind, subject, text, json, queuedAt }: ClaimedNotification): object {
  return { notificationId, kind, subject, text, at: queuedAt, ...(json === null ? {} : { details: json }) };
}

async function settle(
  job: Job,
  channel: Channel,
  rows: readonly ClaimedNotification[],
  outcome: Outcome,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const pauseMs = PAUSES_MS[first.attempts - 1];
  const isOver = outcome.kind !== 'failed' || outcome.isFinal || pauseMs === undefined;
  const state = outcome.kind === 'failed' ? (isOver ? 'givenUp' : 'waiting') : outcome.kind;
  const problem = problemOf(outcome);
  await job.database.transaction(async (tx) => {
    await settleDelivery(tx, job.connectionId, {
      ...{ channel, owner: job.owner, state, problem, now: nowOf(job) },
      notificationIds: rows.map((row) => row.notificationId),
      notBefore: isOver ? nowOf(job) : laterBy(job, pauseMs ?? 0),
    });
    // What was told of an earlier one holds no longer, or is told anew.
    if (state === 'delivered') await closeNotices(tx, job.connectionId, failed(channel), nowOf(job));
    if (state === 'givenUp' || (state === 'delivered' && problem !== null))
      await openNotices(tx, job.connectionId, [noticeOf(job, channel, state, problem ?? '')]);
  });
  if (outcome.kind === 'failed') job.log.warn({ channel, state }, outcome.message);
  // Addresses stand in the notice, and not in the log.
  else if (state === 'delivered' && problem !== null)
    job.log.warn({ channel, state }, 'A message was not taken for all of its addresses.');
}

function problemOf(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'delivered':
      return outcome.notToAll;
    case 'notWanted':
      return outcome.reason;
    case 'failed':
      return outcome.message;
    default:
      return unreachable(outcome);
  }
}

/** The notice about a channel: it closes with the next message that arrives by it. */
const failed = (channel: Channel) => ({
  kind: 'notificationFailed',
  resource: null,
  entityId: channel,
});

function noticeOf(
  job: Job,
  channel: Channel,
  state: 'givenUp' | 'delivered',
  problem: string,
): Parameters<typeof openNotices>[2][number] {
  const way = channel === 'email' ? 'e-mail' : 'the webhook';
  const what = state === 'givenUp' ? 'do not arrive and were given up' : 'do not reach everybody';
  return {
    ...{ noticeId: job.newId(), at: nowOf(job), ...failed(channel) },
    message: `Messages by ${way} ${what}. ${problem} Send a test message after mending it.`,
  };
}
