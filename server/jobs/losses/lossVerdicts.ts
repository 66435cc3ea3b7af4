import type { AnyResource } from '../../../shared/resources/define.ts';
import type { Queryable } from '../../db/database.ts';
import { countLinks } from '../../db/links.ts';
import {
  countLosses,
  insertApproval,
  lockLosses,
  lossesOf,
  openApproval,
  saveLosses,
  type Loss,
  type LossGroup,
} from '../../db/losses.ts';
import { closeNotices, openNotices } from '../../db/notices.ts';
import { isFirstSyncRunning } from '../../db/runs.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { askedFor } from './lossWords.ts';
import { queueNotification } from '../notify/notify.ts';

/** More than so many and more than this share of a table within a day are a person's to decide. */
const LIMITS = { rows: 10, share: 0.05, smallTable: 20, smallShare: 0.5 };

export const COUNTED_MS = 24 * 3_600_000;

/** What becomes of a loss. */
export type Verdict =
  | { kind: 'passes' }
  | { kind: 'asks'; approvalId: string }
  /** A person has said that it is to be left as it is. */
  | { kind: 'ignored' }
  /** A first sync or pairing is under way: nothing is taken for gone. */
  | { kind: 'notNow' };

const NOT_NOW: Verdict = { kind: 'notNow' };

export const keyOf = ({ kind, fieldKey, entityId }: Loss): string => `${kind}\n${fieldKey}\n${entityId}`;

/**
 * Counts losses with those of the last day and asks a person where they are too many.
 * @param onlyAsk what passes is not counted: a list that does not show an entity is only a hint.
 */
export async function judge(
  job: Job,
  resource: AnyResource,
  losses: readonly Loss[],
  { onlyAsk = false }: { onlyAsk?: boolean } = {},
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const groups = Map.groupBy(losses, ({ kind, fieldKey }) => `${kind}\n${fieldKey}`);
  for (const members of groups.values()) {
    const [{ kind, fieldKey } = { kind: 'goneFromBuildium' as const, fieldKey: '' }] = members;
    const group = { resource: resource.name, kind, fieldKey };
    const isTooEarly = kind === 'goneFromBuildium' && (await isFirstSyncUnderWay(job));
    const decided = isTooEarly
      ? new Map(members.map(({ entityId }) => [entityId, NOT_NOW] as const))
      : await judgeGroup(job, resource, group, members, onlyAsk);
    for (const loss of members) verdicts.set(keyOf(loss), decided.get(loss.entityId) ?? { kind: 'passes' });
  }
  return verdicts;
}

export const verdictOf = (verdicts: ReadonlyMap<string, Verdict>, loss: Loss): Verdict =>
  verdicts.get(keyOf(loss)) ?? { kind: 'passes' };

async function judgeGroup(
  job: Job,
  resource: AnyResource,
  group: LossGroup,
  members: readonly Loss[],
  onlyAsk: boolean,
): Promise<Map<string, Verdict>> {
  return job.database.transaction(async (tx) => {
    const { connectionId } = job;
    await lockLosses(tx, connectionId, resource.name);
    const now = nowOf(job);
    const ids = members.map(({ entityId }) => entityId);
    const rows = await lossesOf(tx, connectionId, resource.name, ids);
    const ofGroup = rows.filter((row) => row.kind === group.kind && row.fieldKey === group.fieldKey);
    const stateOf = new Map(ofGroup.map((row) => [row.entityId, row.state]));
    const verdicts = new Map<string, Verdict>();
    for (const id of ids) if (stateOf.get(id) === 'ignored') verdicts.set(id, { kind: 'ignored' });
    const open = ids.filter((id) => !['ignored', 'approved'].includes(stateOf.get(id) ?? ''));
    if (open.length === 0) return verdicts;
    const before = await countLosses(tx, connectionId, group, laterBy(job, -COUNTED_MS), open);
    const size = await tableSize(tx, job, group, before);
    const asked = await openApproval(tx, connectionId, group);
    if (!asked && !isTooMuch(before + open.length, size)) {
      if (!onlyAsk)
        await saveLosses(tx, connectionId, group, open, { state: 'counted', approvalId: null, now });
      return verdicts;
    }
    const approvalId = asked?.approvalId ?? (await ask(tx, job, resource, group, size, before + open.length));
    await saveLosses(tx, connectionId, group, open, { state: 'held', approvalId, now });
    for (const id of open) verdicts.set(id, { kind: 'asks', approvalId });
    return verdicts;
  });
}

export function isTooMuch(losses: number, tableRows: number): boolean {
  const share = losses / Math.max(1, tableRows);
  return tableRows <= LIMITS.smallTable
    ? share > LIMITS.smallShare
    : losses > LIMITS.rows && share > LIMITS.share;
}

/** Rows of the table as it was before the day's losses. */
async function tableSize(tx: Queryable, job: Job, group: LossGroup, lost: number): Promise<number> {
  const counts = await countLinks(tx, job.connectionId);
  const linked = counts.find((one) => one.resource === group.resource && one.standing === 'linked');
  return (linked?.links ?? 0) + (group.kind === 'goneFromBuildium' ? lost : 0);
}

async function ask(
  tx: Queryable,
  job: Job,
  resource: AnyResource,
  group: LossGroup,
  tableRows: number,
  losses: number,
): Promise<string> {
  const approvalId = job.newId();
  const now = nowOf(job);
  const isOurs = await insertApproval(tx, job.connectionId, { ...group, approvalId, tableRows, now });
  if (!isOurs) return (await openApproval(tx, job.connectionId, group))?.approvalId ?? approvalId;
  const message = askedFor({ ...group, tableRows });
  const notice = { noticeId: job.newId(), at: now, resource: resource.name, entityId: null };
  await openNotices(tx, job.connectionId, [{ ...notice, kind: 'breaker', message }]);
  const subject = `A decision is needed: ${losses} of ${tableRows} ${resource.label.many}`;
  await queueNotification(tx, job.connectionId, { kind: 'alert', subject, text: message }, now);
  return approvalId;
}

async function isFirstSyncUnderWay(job: Job): Promise<boolean> {
  return job.state === 'pairing' || isFirstSyncRunning(job.database, job.connectionId);
}

/** A question about the same resource may still be open; its next look opens the notice again. */
export async function closeBreakerNotice(tx: Queryable, job: Job, resource: string): Promise<void> {
  const which = { kind: 'breaker', resource, entityId: null };
  await closeNotices(tx, job.connectionId, which, nowOf(job));
}
