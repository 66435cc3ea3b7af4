import type { AnyResource } from '../../../shared/resources/define.ts';
import { isBlank } from '../../../shared/resources/values.ts';
import type { Queryable } from '../../db/database.ts';
import { closeEmptyApprovals, deleteLosses, lossesOf, type Loss, type LossRow } from '../../db/losses.ts';
import type { Entity } from '../../sync/entity.ts';
import { planNothing } from '../../sync/plan.ts';
import { nowOf, type Job } from '../job.ts';
import { closeBreakerNotice, judge, keyOf, verdictOf, type Verdict } from './lossVerdicts.ts';
import type { Decision, Settlement } from '../settlement.ts';
import { syncedOf } from '../synced.ts';

/**
 * Holds back what a person should be asked about first: much that goes away, or blank, within a day. Everything
 * comes through here, whether a sweep, an event or an edit brought it; what is held is neither marked nor written.
 */
export async function guardLosses(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const [first] = decisions;
  if (!first) return;
  const { resource } = first.member;
  const ids = decisions.map(({ member }) => member.entityId);
  const known = await lossesOf(job.database, job.connectionId, resource.name, ids);
  const lost = decisions.flatMap((decision) => lossesIn(settlement, decision));
  if (known.length === 0 && lost.length === 0) return;
  await forgetRecovered(job, resource, known, lost);
  const verdicts = await judge(job, resource, lost);
  for (const decision of decisions) {
    const own = lost.filter(({ entityId }) => entityId === decision.member.entityId);
    for (const loss of own) {
      const verdict = verdictOf(verdicts, loss);
      apply(decision, loss, verdict);
      if (loss.kind === 'blankInAirtable' && verdict.kind === 'ignored')
        settlement.mended.push({ ...loss, resource: resource.name });
    }
  }
}

/** What this decision would take away, on either side. */
function lossesIn(settlement: Settlement, { member, plan, row }: Decision): Loss[] {
  const { link, entityId } = member;
  if (!link) return [];
  const whole = { fieldKey: '', entityId };
  if (plan.standing === 'deletedInBuildium' && link.standing === 'linked')
    return [{ ...whole, kind: 'goneFromBuildium' }];
  if (plan.row.kind === 'create' && row.view.kind === 'absent') return [{ ...whole, kind: 'rowDeleted' }];
  const toAirtable = plan.row.kind === 'update' ? blanksOf(plan.row.values) : [];
  const toBuildium = blanksOf(plan.toBuildium);
  if (toAirtable.length + toBuildium.length === 0 || row.view.kind !== 'present') return [];
  const synced = syncedOf(link, settlement.vaults.get(member.resource.name) ?? null);
  const shown = row.view.entity;
  return [
    ...toAirtable
      .filter((key) => isBlank(member.decoded.entity[key]) && !isBlank(shown[key]))
      .filter((key) => !isBlank(synced[key]?.buildium))
      .map((fieldKey): Loss => ({ kind: 'blankInBuildium', fieldKey, entityId })),
    ...toBuildium
      .filter((key) => !isBlank(synced[key]?.airtable))
      .map((fieldKey): Loss => ({ kind: 'blankInAirtable', fieldKey, entityId })),
  ];
}

const blanksOf = (values: Entity): string[] => Object.keys(values).filter((key) => isBlank(values[key]));

/** What was put back is no loss any more: the same cell may be cleared for good another day. */
export async function endMended(
  tx: Queryable,
  job: Job,
  { mended }: Settlement,
  done: readonly Decision[],
): Promise<void> {
  for (const { member, write } of done) {
    if (mended.length === 0 || write?.kind !== 'written') continue;
    const { resource, entityId } = member;
    const own = mended.filter((loss) => loss.resource === resource.name && loss.entityId === entityId);
    if (own.length > 0) await deleteLosses(tx, job.connectionId, resource.name, own);
  }
}

/** What is there again is no loss, whatever was said about it; what was passed on still counts for its day. */
async function forgetRecovered(
  job: Job,
  resource: AnyResource,
  known: readonly LossRow[],
  lost: readonly Loss[],
): Promise<void> {
  const still = new Set(lost.map(keyOf));
  const recovered = known.filter((row) => row.state !== 'counted' && !still.has(keyOf(row)));
  if (recovered.length === 0) return;
  await job.database.transaction(async (tx) => {
    await deleteLosses(tx, job.connectionId, resource.name, recovered);
    const decision = { by: 'sync', now: nowOf(job) };
    const closed = await closeEmptyApprovals(tx, job.connectionId, resource.name, decision);
    if (closed > 0) await closeBreakerNotice(tx, job, resource.name);
  });
}

/** Changes the decision to what the verdict leaves of it. */
function apply(decision: Decision, { kind, fieldKey }: Loss, verdict: Verdict): void {
  if (verdict.kind === 'passes') return;
  if (verdict.kind === 'asks') decision.approvalId = verdict.approvalId;
  const { link, decoded } = decision.member;
  if (verdict.kind === 'ignored' && fieldKey !== '') decision.notTaken.push(fieldKey);
  const about = { status: link?.status ?? null, note: link?.note ?? null };
  switch (kind) {
    case 'goneFromBuildium':
      decision.plan = planNothing(about, 'linked');
      return;
    case 'rowDeleted':
      decision.plan = planNothing(about, verdict.kind === 'ignored' ? 'detached' : 'linked');
      return;
    case 'blankInBuildium':
      decision.plan = withoutField(decision, fieldKey, {});
      return;
    case 'blankInAirtable': {
      const kept = decoded.entity[fieldKey] ?? null;
      decision.plan = withoutField(
        decision,
        fieldKey,
        verdict.kind === 'ignored' ? { [fieldKey]: kept } : {},
      );
    }
  }
}

/** The plan without one field, and with what goes back into the row; written only where something is left to write. */
function withoutField({ plan, member, row }: Decision, key: string, back: Entity): Decision['plan'] {
  const { link, entityId } = member;
  const values = { ...without(plan.row.kind === 'update' ? plan.row.values : {}, key), ...back };
  const saysSo = link?.status === plan.status && (link.note ?? null) === plan.note;
  const keepsId = row.view.kind === 'present' && row.view.buildiumId === entityId;
  const isIdle = Object.keys(values).length === 0 && saysSo && keepsId;
  return {
    ...plan,
    row: isIdle ? { kind: 'none' } : { kind: 'update', values },
    toBuildium: without(plan.toBuildium, key),
    settled: plan.settled.filter((field) => field !== key),
    byPolicy: plan.byPolicy.filter(({ field }) => field !== key),
  };
}

function without(values: Entity, key: string): Entity {
  return Object.fromEntries(Object.entries(values).filter(([other]) => other !== key));
}
