import { listWebhooks, type WebhookRow } from '../../db/airtableWebhooks.ts';
import type { AirtableWebhook } from '../../airtable/client.ts';
import { fine, note, problem, type Finding } from './finding.ts';
import type { Job } from '../job.ts';

const ABOUT = 'Airtable webhook';
const REPAIR = '`npm run cli -- repair`';

/** It is renewed three days before it ends. */
const ENDS_SOON_MS = 86_400_000;

/** The cursor follows within five minutes, pings or not. */
const UNREAD_PAYLOADS = 200;

/** Payloads are kept for a week: what was not read by then is lost and must be read from the tables. */
const PAYLOADS_KEPT_MS = 7 * 86_400_000;

export async function examineAirtableWebhook(job: Job): Promise<Finding[]> {
  const known = await listWebhooks(job.database, job.connectionId);
  if (known.length === 0)
    return job.state === 'pairing'
      ? []
      : [problem(ABOUT, 'There is none: edits in Airtable are not heard.', REPAIR)];
  const listed = await job.airtable.webhooks.list({ priority: 'person' });
  if (!listed.ok) return [problem(ABOUT, listed.error.message)];
  const findings = known.flatMap((row) =>
    findingsOf(
      job,
      row,
      listed.value.find(({ id }) => id === row.webhookId),
    ),
  );
  return findings.length > 0 ? findings : [fine(ABOUT, 'It is there, enabled, and read to its end.')];
}

function findingsOf(job: Job, row: WebhookRow, there: AirtableWebhook | undefined): Finding[] {
  if (!there)
    return [
      problem(
        ABOUT,
        `Airtable no longer knows ${row.webhookId}: edits are not heard until a worker makes it anew.`,
        REPAIR,
      ),
    ];
  const nowMs = job.clock.nowMs();
  const findings: Finding[] = [];
  if (!there.isHookEnabled) findings.push(problem(ABOUT, 'Airtable has switched it off.', REPAIR));
  if (!there.areNotificationsEnabled) {
    const message =
      'Airtable has given up pinging this server: edits are looked for every five minutes only.';
    findings.push(
      note(
        ABOUT,
        message,
        'Check that PUBLIC_URL is reached from outside. Pings are turned on again by themselves within six hours.',
      ),
    );
  }
  const expiresAt = there.expirationTime ?? row.expiresAt;
  if (Date.parse(expiresAt) - nowMs < ENDS_SOON_MS)
    findings.push(
      problem(
        ABOUT,
        `It ends at ${expiresAt} and was not renewed.`,
        `Let a worker run (npm start), or ${REPAIR}.`,
      ),
    );
  const unread = there.cursorForNextPayload - row.cursor;
  if (unread > UNREAD_PAYLOADS)
    findings.push(
      note(ABOUT, `${unread} changes are not read yet.`, 'A running worker reads them by itself.'),
    );
  if (unread > 0 && row.lastPayloadAt !== null && nowMs - Date.parse(row.lastPayloadAt) > PAYLOADS_KEPT_MS)
    findings.push(
      problem(
        ABOUT,
        'Changes older than a week were never read and are gone.',
        `${REPAIR} compares every row.`,
      ),
    );
  return findings;
}
