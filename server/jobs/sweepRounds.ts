import type { AnyResource } from '../../shared/resources/define.ts';
import type { CallFailure } from '../callFailure.ts';
import { expireEdits } from '../db/airtableEdits.ts';
import { listTables } from '../db/airtableSchema.ts';
import { expireTokens } from '../db/apiTokens.ts';
import { viewerIds } from '../db/signInSessions.ts';
import { expireDryRuns } from '../db/calculations.ts';
import { expireLosses } from '../db/losses.ts';
import { expireNotifications } from '../db/notifications.ts';
import { expireReceipts } from '../db/receipts.ts';
import { expireMadeRows } from '../db/madeRows.ts';
import { expireSent, SENT_HEARD_FOR_MS } from '../db/sent.ts';
import { claimSweep, finishSweep, listSweeps, type SweepRow } from '../db/sweeps.ts';
import { countTimings } from '../db/timings.ts';
import { lastOccurrence, todayIn } from './calendar.ts';
import { checkSchema } from './checkSchema.ts';
import { CLAIM_MS } from './holding.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { isWorthGoingOn } from './listFailures.ts';
import { COUNTED_MS } from './losses/lossVerdicts.ts';
import { keepLedgerTrue } from './money/monthEnd.ts';
import { ensureMapped } from './schema.ts';
import { enabledResources } from './schemaColumns.ts';
import { sweep, type SweepRequest } from './sweep.ts';
import { noteRowsInBase } from './watch/quotas.ts';

const RECEIPTS_KEPT_MS = 30 * 86_400_000;
const DRY_RUNS_KEPT_MS = 30 * 86_400_000;
/** As long as conflicts are compared with other policies. */
const EDITS_KEPT_MS = 90 * 86_400_000;
const NOTIFICATIONS_KEPT_MS = 90 * 86_400_000;
const ENDED_TOKENS_KEPT_MS = 7 * 86_400_000;

/** A list that could not be read at night is asked for again after so long. */
const NIGHT_AGAIN_MS = 10 * 60_000;

/** The row among the sweeps that says when the night's work beside the lists was last done. */
const NIGHTLY = 'nightly';

/** What has a list of its own, in the order in which rows can be linked. */
function roots(job: Job): AnyResource[] {
  return enabledResources(job).filter((resource) => resource.read !== null);
}

export function sweepEveryMs(job: Pick<Job, 'settings'>, resource: AnyResource): number {
  return (job.settings.resources[resource.name]?.sweepMinutes ?? resource.sweepMinutes) * 60_000;
}

/** Whether any list is due to be asked for what has changed. */
export function isSweepDue(job: Job, sweeps: readonly SweepRow[]): boolean {
  return roots(job).some((resource) => {
    const since = laterBy(job, -sweepEveryMs(job, resource));
    return (
      !finishedSince(sweeps, resource.name, 'changes', since) &&
      !finishedSince(sweeps, resource.name, 'full', since)
    );
  });
}

/** Whether a list is to be read whole, or the rest of the night's work is to be done. */
export function isNightlyDue(job: Job, sweeps: readonly SweepRow[], firstSyncAt: string): boolean {
  const night = lastOccurrence(job, job.settings.nightlyAt);
  if (night >= firstSyncAt && !finishedSince(sweeps, NIGHTLY, 'full', night)) return true;
  return roots(job).some(
    ({ name }) => !finishedSince(sweeps, name, 'full', night) && !failedLately(job, sweeps, name),
  );
}

function failedLately(job: Job, sweeps: readonly SweepRow[], resource: string): boolean {
  const row = sweeps.find((candidate) => candidate.resource === resource && candidate.kind === 'full');
  return row !== undefined && row.problem !== null && row.startedAt > laterBy(job, -NIGHT_AGAIN_MS);
}

export function finishedSince(
  sweeps: readonly SweepRow[],
  resource: string,
  kind: SweepRow['kind'],
  since: string,
): boolean {
  const row = sweeps.find((candidate) => candidate.resource === resource && candidate.kind === kind);
  return row?.finishedAt !== null && row?.finishedAt !== undefined && row.finishedAt >= since;
}

/** Asks every list that is due for what has changed. */
export async function sweepDue(job: Job): Promise<void> {
  await sweepEach(job, roots(job), (resource) => ({
    ...{ resource, kind: 'changes' as const, reason: 'sweep' },
    dueBefore: laterBy(job, -sweepEveryMs(job, resource)),
  }));
}

/** Everything is read and compared, whatever was heard of it; what is long settled is forgotten. */
export async function nightly(job: Job): Promise<void> {
  const startedAtMs = job.clock.nowMs();
  const night = lastOccurrence(job, job.settings.nightlyAt);
  const { database, connectionId } = job;
  const isDone = finishedSince(await listSweeps(database, connectionId), NIGHTLY, 'full', night);
  if (!isDone) await checkSchema(job);
  const withTable = await rootsWithTable(job, night);
  const areRead = await sweepEach(job, withTable, (resource) => ({
    ...{ resource, kind: 'full' as const, reason: 'nightly read', nightly: true, dueBefore: night },
  }));
  if (!areRead || isDone) return;
  const row = { resource: NIGHTLY, kind: 'full' as const, owner: job.owner };
  const claim = { now: nowOf(job), until: laterBy(job, CLAIM_MS), dueBefore: night };
  if (!(await claimSweep(database, connectionId, { ...row, ...claim }))) return;
  await keepInOrder(job);
  const done = { now: nowOf(job), cursorAt: null, entities: 0, problem: null };
  await finishSweep(database, connectionId, { ...row, ...done });
  const took = { kind: 'job' as const, name: 'nightly', tookMs: job.clock.nowMs() - startedAtMs };
  await countTimings(database, connectionId, todayIn(job), [took]);
  job.log.info({ connectionId, at: nowOf(job) }, 'The nightly read is through.');
}

/**
 * A resource that was switched on since set-up has no table before this. Where it gets none, nothing of it could be
 * written: its list is not read, and says why.
 */
async function rootsWithTable(job: Job, dueBefore: string): Promise<AnyResource[]> {
  const { database, connectionId } = job;
  const mapped = await ensureMapped(job);
  if (mapped.ok) return roots(job);
  job.log.warn({ kind: mapped.error.kind }, mapped.error.message);
  const known = new Set((await listTables(database, connectionId)).map(({ resource }) => resource));
  const without = roots(job).filter(({ name }) => !known.has(name));
  for (const { name } of without) {
    const row = { resource: name, kind: 'full' as const, owner: job.owner };
    const claim = { now: nowOf(job), until: laterBy(job, CLAIM_MS), dueBefore };
    if (!(await claimSweep(database, connectionId, { ...row, ...claim }))) continue;
    const failed = { now: nowOf(job), cursorAt: null, entities: 0, problem: mapped.error.message };
    await finishSweep(database, connectionId, { ...row, ...failed });
  }
  return roots(job).filter((resource) => !without.includes(resource));
}

/**
 * One list after the other. One that fails by itself, as when the key may not read it, keeps none of the others back.
 * @returns false when the server stops or a side is away: the rest is for another time.
 */
async function sweepEach(
  job: Job,
  resources: readonly AnyResource[],
  requestOf: (resource: AnyResource) => SweepRequest,
): Promise<boolean> {
  let inARow: CallFailure[] = [];
  for (const resource of resources) {
    const outcome = await sweep(job, requestOf(resource));
    if (outcome.kind === 'interrupted') return false;
    const failure = outcome.failure ?? outcome.stopped?.failure;
    if (outcome.kind !== 'failed' || !failure) {
      if (outcome.kind === 'swept') inARow = [];
      continue;
    }
    job.log.warn({ resource: resource.name, kind: failure.kind, call: failure.call }, failure.message);
    inARow = [...inARow, failure];
    if (!isWorthGoingOn(inARow)) return false;
  }
  return true;
}

/** The night's work beside the lists. */
async function keepInOrder(job: Job): Promise<void> {
  const { database, connectionId } = job;
  const ledger = await keepLedgerTrue(job);
  if (!ledger.ok) job.log.warn({ call: ledger.error.call }, ledger.error.message);
  await noteRowsInBase(database, connectionId, todayIn(job));
  await expireDryRuns(database, connectionId, laterBy(job, -DRY_RUNS_KEPT_MS));
  await expireReceipts(database, connectionId, laterBy(job, -RECEIPTS_KEPT_MS));
  await expireLosses(database, connectionId, laterBy(job, -COUNTED_MS));
  const viewers = await viewerIds(database, connectionId);
  await expireEdits(database, connectionId, laterBy(job, -EDITS_KEPT_MS), [...viewers]);
  await expireNotifications(database, connectionId, laterBy(job, -NOTIFICATIONS_KEPT_MS));
  await database.transaction((tx) => expireTokens(tx, connectionId, laterBy(job, -ENDED_TOKENS_KEPT_MS)));
  await expireSent(database, connectionId, laterBy(job, -SENT_HEARD_FOR_MS));
  await expireMadeRows(database, connectionId, laterBy(job, -SENT_HEARD_FOR_MS));
}
