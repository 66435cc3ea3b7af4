import type { SideStatus, StandingStatus } from '../../../shared/syncStatus.ts';
import { openWebhookSecrets } from '../../connectionSecrets.ts';
import { listFields, listTables } from '../../db/airtableSchema.ts';
import { listOwnFields, listOwnTables } from '../../db/ownTables.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import { listOpenNotices, type NoticeRow } from '../../db/notices.ts';
import { firstFinishedAt } from '../../db/runs.ts';
import { listSweeps } from '../../db/sweeps.ts';
import { fine, note, problem, type Finding } from './finding.ts';
import type { Job } from '../job.ts';
import { SLOWED } from '../sides.ts';
import { examineReconciliation } from './doctorReconciliation.ts';
import { hearingFindings } from './hearingFindings.ts';
import { heldFindings } from './heldFindings.ts';
import { keysFindings } from './keysFindings.ts';
import { messageFindings } from './messageFindings.ts';
import { sweepFindings } from './sweepFindings.ts';
import { START_WORKER } from './workerSilence.ts';
import { silenceOf } from './webhookSilence.ts';

/** The round of a worker leaves a trace every five minutes. */
const WORKER_SILENT_MS = 15 * 60_000;

/** Dirty ids that nothing holds up are looked at within seconds. */
const BACKLOG_MS = 30 * 60_000;

const LISTED_AT_MOST = 10;

export const SIDE_NAMES = { buildium: 'Buildium', airtable: 'Airtable' } as const;

export type Watched = Pick<Job, 'database' | 'connectionId' | 'state' | 'keyring'> & {
  clock: { nowMs(): number };
};

/** What is known of a connection without a call to either side: what is wrong with it, and what to do. */
export async function storedFindings(
  job: Watched,
  connection: ConnectionRow,
  status: StandingStatus,
): Promise<Finding[]> {
  const keys = keysFindings(job, connection);
  return [
    ...keys,
    ...(await buildiumWebhook(job, connection, status)),
    ...(await hearingFindings(job, connection, status)),
    ...(await schemaFindings(job)),
    // What the worker does not do for want of its keys is told by them.
    ...(keys.length > 0 ? [] : await workFindings(job, connection, status)),
    ...(await heldFindings(job)),
    ...(await examineReconciliation(job)),
    ...quotaFindings(status),
    ...(await messageFindings(job)),
    ...(await noticeFindings(job, status)),
  ];
}

/** Buildium suspends a subscription after 20 failures and tells only its contact: silence is all that we hear. */
async function buildiumWebhook(
  job: Watched,
  connection: ConnectionRow,
  status: StandingStatus,
): Promise<Finding[]> {
  const about = 'Buildium webhook';
  const secrets = openWebhookSecrets(job.keyring, job.connectionId, connection.sealedWebhookSecrets);
  if (!secrets.ok) return [problem(about, secrets.error.message)];
  if (secrets.value.length === 0) {
    const whatToDo =
      'In Buildium, Settings > Developer Tools > Webhooks, copy the secret; then `npm run cli -- setup --webhook-secret -`.';
    return [
      problem(
        about,
        'No webhook secret is stored: every event is refused, changes wait for the sweeps.',
        whatToDo,
      ),
    ];
  }
  const last = status.webhooks.lastBuildiumEventAt;
  const silence = await silenceOf(job, last);
  if (silence !== null) {
    const whatToDo =
      'In Buildium, Settings > Developer Tools > Webhooks, look at the subscription of this address, enable it again and check its event history.';
    return [problem(about, silence, whatToDo)];
  }
  return [last === null ? note(about, 'No event came yet.') : fine(about, `The last event came at ${last}.`)];
}

async function schemaFindings(job: Watched): Promise<Finding[]> {
  const tables = (await listTables(job.database, job.connectionId)).filter((row) => row.problem !== null);
  const fields = (await listFields(job.database, job.connectionId)).filter((row) => row.problem !== null);
  const own = [
    ...(await listOwnTables(job.database, job.connectionId)),
    ...(await listOwnFields(job.database, job.connectionId)),
  ].filter((row) => row.problem !== null);
  if (tables.length + fields.length + own.length === 0)
    return [fine('Base', 'Every mapped table and field is in use.')];
  // Each of them says what helps.
  return [...tables, ...fields, ...own].map((row) => problem('Base', row.problem ?? ''));
}

async function workFindings(
  job: Watched,
  connection: ConnectionRow,
  status: StandingStatus,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const side of status.sides.filter((one) => one.state === 'down')) findings.push(sideFinding(side));
  if (job.state !== 'running') return findings;
  const nowMs = job.clock.nowMs();
  const sweeps = await listSweeps(job.database, job.connectionId);
  const heard = sweeps.find((row) => row.resource === 'airtable' && row.kind === 'changes');
  // Set-up has made the first sync itself; the rounds of a worker come after it.
  const lastDone = sweeps.map(({ finishedAt }) => finishedAt ?? '').reduce((a, b) => (a > b ? a : b), '');
  const silentMs = nowMs - Date.parse(heard?.finishedAt ?? (lastDone || connection.createdAt));
  const isSynced = (await firstFinishedAt(job.database, job.connectionId, 'firstSync')) !== null;
  // Before the first sync is through nothing is swept, and that is told by itself.
  if (silentMs <= WORKER_SILENT_MS && isSynced) findings.push(...sweepFindings(connection, status, sweeps));
  if (silentMs > WORKER_SILENT_MS) {
    const message = heard?.finishedAt
      ? `No worker has done anything since ${heard.finishedAt}.`
      : 'No worker has run yet.';
    findings.push(problem('Worker', message, START_WORKER));
  } else if (lastDone === '') {
    const message = 'The connection is new, and no worker has told of a round yet.';
    findings.push(note('Worker', message, `Look again in a few minutes. If it stays so: ${START_WORKER}`));
  }
  const slow = status.resources.filter((one) => one.dirty - one.waiting > 0 && one.lagMs > BACKLOG_MS);
  for (const one of slow)
    findings.push(
      note(
        'Backlog',
        `${one.dirty - one.waiting} ${one.label} wait to be looked at, the oldest since ${one.oldestDirtySince ?? '?'}.`,
      ),
    );
  return findings.length > 0 ? findings : [fine('Worker', 'Nothing waits longer than it should.')];
}

function sideFinding({ side, message, whatToDo, since, retryAt }: SideStatus): Finding {
  const next = retryAt === null ? '' : ` Next try: ${retryAt}.`;
  return problem(
    `${SIDE_NAMES[side]} side`,
    `${message ?? 'It does not answer.'} Since ${since ?? '?'}.${next}`,
    whatToDo,
  );
}

function quotaFindings({ quota, sides }: StandingStatus): Finding[] {
  const { airtable, rows } = quota;
  const findings: Finding[] = [];
  const slowedUntil = sides.find(({ side }) => side === 'airtable')?.slowedUntil ?? null;
  if (slowedUntil !== null)
    findings.push(
      note('Airtable pace', `${SLOWED.message} Five are tried again at ${slowedUntil}.`, SLOWED.whatToDo),
    );
  if (airtable.forecastExhaustedOn !== null) {
    const message = `${airtable.callsThisMonth} of ${airtable.allowance ?? 0} Airtable calls of this month are used; at this pace they end on ${airtable.forecastExhaustedOn}.`;
    findings.push(
      problem('Quota', message, 'Sweep less often (settings: sweepMinutes), or upgrade the plan.'),
    );
  }
  if (rows.forecastFullOn !== null || rows.inBase >= rows.allowance) {
    const message = `${rows.inBase} of ${rows.allowance} rows are used${rows.forecastFullOn ? `; at this pace the base is full on ${rows.forecastFullOn}` : ''}.`;
    const whatToDo =
      'Keep transactions for fewer months (settings: keepMonthsInAirtable) and delete old rows, or upgrade the plan.';
    findings.push(
      rows.inBase >= rows.allowance * 0.9
        ? problem('Rows', message, whatToDo)
        : note('Rows', message, whatToDo),
    );
  }
  return findings.length > 0
    ? findings
    : [
        fine(
          'Quota',
          `${rows.inBase} of ${rows.allowance} rows, ${airtable.callsThisMonth} calls this month.`,
        ),
      ];
}

async function noticeFindings(job: Watched, status: StandingStatus): Promise<Finding[]> {
  const notices = await listOpenNotices(job.database, job.connectionId, LISTED_AT_MOST, TOLD_AS_HELD);
  return notices.map((notice) =>
    needsPerson(notice, status) ? problem('Notice', notice.message) : note('Notice', notice.message),
  );
}

/** Decisions that are open: they are told from what waits for them. */
const TOLD_AS_HELD = ['breaker', 'pushAsks'];

/** A webhook with a wrong signature is somebody's attempt, unless no event of Buildium's came since. */
function needsPerson({ kind, at }: NoticeRow, { webhooks }: StandingStatus): boolean {
  return kind === 'wrongSignature' && (webhooks.lastBuildiumEventAt ?? '') < at;
}
