import { hash } from 'node:crypto';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { appendAudit, auditOfRun } from '../../db/audit.ts';
import { insertDecisions, type FoundConflict } from '../../db/conflictsFound.ts';
import type { Queryable } from '../../db/database.ts';
import { linksByEntity } from '../../db/links.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { closeNotices, openNotices } from '../../db/notices.ts';
import { insertRun, runById, updateRun, type RunRow } from '../../db/runs.ts';
import { lockUndos, saveUndone, undoneBy, undoneOf, type UndoneRow } from '../../db/undone.ts';
import { holdUnsent } from '../../db/withdrawnIntents.ts';
import { nowOf, type Job } from '../job.ts';
import { readLockDates } from '../money/lockDates.ts';
import { openVault } from '../personalVault.ts';
import { digestOf, hasPersonalFields, syncedOf } from '../synced.ts';
import { moneyOf, takeBackMoney, type MoneyTakenBack } from '../push/takeBackMoney.ts';
import { isBooked, moneySteps, pushedBy } from '../push/undoMoney.ts';
import { unbroughtWords, whyNothing } from './undoWords.ts';
import { entitySteps, type UndoField, type UndoStep } from './undoSteps.ts';

/** More is no slip of the hand: a person goes through it in Buildium, or restores a backup there. */
const CHANGES_AT_MOST = 5_000;

export type UndoPreview = {
  runId: string;
  steps: UndoStep[];
  /** Why there are no steps; null where there are. */
  message: string | null;
  /** Stands for just these steps. */
  previewId: string;
};

export type UndoRefusal =
  | { kind: 'unknown' }
  | { kind: 'tooLarge'; changes: number }
  /** Something has moved since the preview. */
  | { kind: 'moved' }
  | { kind: 'nothing'; message: string }
  /** The person has not seen that these stay as they are. */
  | { kind: 'notAccepted'; stepIds: string[] }
  | { kind: 'away'; failure: CallFailure };

/** What the undo of a run or push would bring back, step by step. Nothing is written. */
export async function previewUndo(job: Job, runId: string): Promise<Result<UndoPreview, UndoRefusal>> {
  const audit = await auditOfRun(job.database, job.connectionId, runId, CHANGES_AT_MOST + 1);
  const pushed = await pushedBy(job, runId);
  if (audit.length > CHANGES_AT_MOST) return err({ kind: 'tooLarge', changes: audit.length });
  const run = await runById(job.database, job.connectionId, runId);
  if (!run && audit.length + pushed.length === 0) return err({ kind: 'unknown' });
  // Nothing to bring back needs no look at the lock dates.
  const locks = audit.length === 0 && !pushed.some(isBooked) ? ok(null) : await readLockDates(job);
  if (!locks.ok) return err({ kind: 'away', failure: locks.error });
  const undone = await undoneOf(job.database, job.connectionId, runId);
  const money = await moneySteps(job, pushed, undone, locks.value);
  if (!money.ok) return err({ kind: 'away', failure: money.error });
  const steps = [...money.value, ...(await entitySteps(job, audit, undone, locks.value))];
  const message = steps.length === 0 ? await whyNothing(job, undone) : null;
  return ok({ runId, steps, message, previewId: hash('sha256', JSON.stringify(steps), 'hex').slice(0, 32) });
}

/**
 * Brings back what the preview showed: fields as decisions that the next look carries to both sides, money as intents
 * that reverse it. All of it, or nothing: what cannot be undone was accepted by name.
 */
export async function undoRun(
  job: Job,
  runId: string,
  seen: { previewId: string; accepted: readonly string[]; by: string },
): Promise<Result<UndoPreview & { undoRunId: string }, UndoRefusal>> {
  const preview = await previewUndo(job, runId);
  if (!preview.ok) return preview;
  const { steps, previewId, message } = preview.value;
  if (message !== null) return err({ kind: 'nothing', message });
  if (previewId !== seen.previewId) return err({ kind: 'moved' });
  const unseen = steps.filter((step) => !isDoable(step) && !seen.accepted.includes(step.stepId));
  if (unseen.length > 0) return err({ kind: 'notAccepted', stepIds: unseen.map(({ stepId }) => stepId) });
  const doable = steps.filter(isDoable);
  if (doable.length === 0) return err({ kind: 'nothing', message: NOT_BY_US });
  const money = moneyOf(await pushedBy(job, runId), doable);
  const undoRunId = await job.database.transaction(async (tx) => {
    await lockUndos(tx, job.connectionId, runId);
    return (await isBegun(tx, job, runId, doable)) ? null : start(tx, job, runId, doable, money, seen.by);
  });
  return undoRunId === null ? err({ kind: 'moved' }) : ok({ ...preview.value, undoRunId });
}

/** The rest is for a person, now or once its outcome is clear. */
function isDoable({ what }: UndoStep): boolean {
  return what === 'fields' || what === 'reversal' || what === 'withdrawal';
}

const NOT_BY_US =
  'Nothing of this run can be undone by the sync: each step of the preview says what to do instead, and where.';

/** Somebody else has asked for the same since the preview: a second click, or another person. */
async function isBegun(tx: Queryable, job: Job, runId: string, steps: readonly UndoStep[]): Promise<boolean> {
  const undone = await undoneOf(tx, job.connectionId, runId);
  const begun = new Set(
    undone
      .filter(({ state }) => state !== 'failed')
      .map(({ resource, entityId, fieldKey }) => `${resource} ${entityId} ${fieldKey}`),
  );
  // Money is reversed or withdrawn as a whole, and names no field.
  return steps.some(({ what, stepId, resource, entityId, fields }) =>
    what === 'fields'
      ? fields.some(({ key }) => begun.has(`${resource} ${entityId} ${key}`))
      : begun.has(`${stepId} `),
  );
}

/**
 * @returns null where somebody has been quicker: a field is held by a conflict since, or what was to be withdrawn has
 * left. Nothing is begun then.
 */
async function start(
  tx: Queryable,
  job: Job,
  ofRunId: string,
  steps: readonly UndoStep[],
  money: MoneyTakenBack,
  by: string,
): Promise<string | null> {
  const undoRunId = job.newId();
  const now = nowOf(job);
  const about = { undoRunId, ofRunId };
  const decided: Decided[] = [];
  for (const step of steps.filter(({ what }) => what === 'fields'))
    decided.push(...(await decideFields(tx, job, step, about, by)));
  const conflicts = decided.flatMap((one) => one.conflicts);
  const unsent = money.withdrawn.map(({ intentId }) => intentId);
  if (!(await holdUnsent(tx, job.connectionId, unsent))) return null;
  if (!(await insertDecisions(tx, job.connectionId, conflicts, now))) return null;
  await insertRun(tx, job.connectionId, {
    ...{ runId: undoRunId, kind: 'undo', state: 'running', requestedBy: by, startedAt: now },
    ...{ finishedAt: null, progress: {}, problem: null },
  });
  await lookAtDecided(tx, job, decided);
  const fields = conflicts.map(
    ({ conflictId, resource, entityId, fieldKey }): UndoneRow => ({
      ...{ ...about, resource, entityId, fieldKey, conflictId, intentId: null },
    }),
  );
  const amounts = await takeBackMoney(tx, job, money, about, by);
  await saveUndone(tx, job.connectionId, [...fields, ...amounts]);
  await appendAudit(tx, job.connectionId, [auditOf(job, about, steps.length, by)], now);
  await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runs' });
  return undoRunId;
}

type Decided = { conflicts: FoundConflict[]; mark: Mark };

/** Each field gets a decision over just what both sides show now: a side that has moved by then ends it unwritten. */
async function decideFields(
  tx: Queryable,
  job: Job,
  step: UndoStep,
  about: { undoRunId: string; ofRunId: string },
  by: string,
): Promise<Decided[]> {
  const { resource: name, entityId } = step;
  const resource = resourceNamed(name);
  const link = (await linksByEntity(tx, job.connectionId, name, [entityId])).get(entityId);
  if (!link) return [];
  const vault = hasPersonalFields(resource) ? await openVault(job, tx, name, [entityId]) : null;
  const synced = syncedOf(link, vault);
  const conflictOf = ({ key, then, isHidden }: UndoField): FoundConflict => {
    const now = synced[key] ?? { buildium: null, airtable: null };
    const seal = (value: unknown): string | null => (isHidden && vault ? vault.seal(entityId, value) : null);
    return {
      ...{ conflictId: job.newId(), resource: name, entityId, fieldKey: key, kind: 'undo' },
      why: `The value from before run ${about.ofRunId} is brought back.`,
      ...{ shown: isHidden ? {} : { ...now, synced: now }, shownSealed: seal({ ...now, synced: now }) },
      buildiumDigest: digestOf(job, key, now.buildium),
      airtableDigest: digestOf(job, key, now.airtable),
      ...{ buildiumChangedAt: null, airtableChangedAt: null, airtableChangedBy: null, stakesCents: null },
      ...{ decision: 'value', decidedBy: by, policy: null },
      ...{ decidedValue: isHidden ? null : then, decidedSealed: seal({ value: then }) },
    };
  };
  const mark: Mark = {
    ...{
      resource: resource.partOf ?? name,
      entityId: resource.partOf ? (link.parentId ?? entityId) : entityId,
    },
    ...{ reason: 'a run is undone', onBehalfOf: by, priority: 'person', happenedAt: nowOf(job) },
    runId: about.undoRunId,
  };
  return [{ conflicts: step.fields.map(conflictOf), mark }];
}

async function lookAtDecided(tx: Queryable, job: Job, decided: readonly Decided[]): Promise<void> {
  const marks = decided.map(({ mark }) => mark);
  await markDirty(tx, job.connectionId, marks, nowOf(job));
  for (const root of new Set(marks.map(({ resource }) => resource)))
    await job.queues.wake(tx, job.connectionId, root);
}

/** Follows an undo to its end, and says what could not be brought back after all. */
export async function advanceUndo(job: Job, run: RunRow): Promise<void> {
  const lines = await undoneBy(job.database, job.connectionId, run.runId);
  const left = lines.filter(({ state }) => state === 'underWay').length;
  const failed = lines.filter(({ state }) => state === 'failed');
  const progress = { undo: { read: lines.length - left, total: lines.length, done: left === 0 } };
  const problem = failed.length === 0 ? null : await unbroughtWords(job, failed);
  const now = nowOf(job);
  await job.database.transaction(async (tx) => {
    const state = left === 0 ? ('finished' as const) : ('running' as const);
    const finishedAt = left === 0 ? now : null;
    await updateRun(tx, job.connectionId, { runId: run.runId, state, finishedAt, progress, problem });
    const [line] = lines;
    if (left > 0 || !line) return;
    // The last attempt tells how it stands: what an earlier one has said of the same run is over.
    const notice = { kind: 'undoIncomplete', resource: null, entityId: line.ofRunId };
    await closeNotices(tx, job.connectionId, notice, now);
    if (problem === null) return;
    await openNotices(tx, job.connectionId, [
      { ...notice, noticeId: job.newId(), at: now, message: problem },
    ]);
  });
}

function auditOf(
  job: Job,
  { undoRunId, ofRunId }: { undoRunId: string; ofRunId: string },
  steps: number,
  by: string,
): Parameters<typeof appendAudit>[2][number] {
  return {
    ...{ auditId: job.newId(), actor: by, action: 'undone', resource: null, entityId: null },
    ...{ airtableRecordId: null, changes: {}, changesSealed: null, runId: undoRunId },
    why: `Run ${ofRunId} is undone in ${steps} steps.`,
  };
}
