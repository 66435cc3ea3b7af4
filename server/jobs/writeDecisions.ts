import type { AnyResource } from '../../shared/resources/define.ts';
import type { CallFailure } from '../callFailure.ts';
import { heldClaims } from '../db/claims.ts';
import { saveSent, type NewSentRow } from '../db/sent.ts';
import { cellsFromEntity, type Entity } from '../sync/entity.ts';
import type { Plan } from '../sync/plan.ts';
import type { TableMapping } from './baseMapping.ts';
import { ensureChoices } from './choices.ts';
import { inSlices } from './inSlices.ts';
import { nowOf, type Job } from './job.ts';
import { giveBack } from './othersRows.ts';
import { leftOut, type Decision, type Settlement } from './settlement.ts';
import { statusCells } from './statusCells.ts';
import { digestOf, digestsOf, personalIn } from './synced.ts';
import { tellRefused } from './tellRefused.ts';
import { writeRows, type RowWrite } from './writeRows.ts';

export type WriteStep = {
  table: TableMapping;
  /** Rows made in this batch, by `resource id`: a bill's lines link to the bill made just before. */
  recordIds: Map<string, string>;
  settlement: Settlement;
};

/**
 * Writes to Airtable what was decided, on record as sent before the first request leaves.
 * @returns what stopped it; null when every row was written or refused.
 */
export async function writeDecisions(
  job: Job,
  step: WriteStep,
  resource: AnyResource,
  decisions: readonly Decision[],
): Promise<Settlement['stopped']> {
  const { table, settlement } = step;
  const toWrite = decisions.filter(
    ({ plan: { row }, carried }) =>
      (row.kind === 'create' || row.kind === 'update') && carried?.kind !== 'moved',
  );
  if (toWrite.length === 0) return null;
  const values = new Map(toWrite.map((decision) => [decision, valuesOf(decision.plan)]));
  const refusedChoices = await ensureChoices(job, resource, table, [...values.values()]);
  for (const decision of toWrite) {
    decision.written = withoutChoices(values.get(decision) ?? {}, refusedChoices);
  }
  const held = await commitSent(job, settlement, toWrite);
  const going = toWrite.filter((decision) => held.has(decision.member.rootId) && !isIdle(decision));
  const writes = going.map((decision) => rowWrite(job, step, decision));
  const outcomes = await writeRows(job, table, writes);
  let stopped: Settlement['stopped'] = null;
  for (const decision of going) {
    decision.write = outcomes.get(decision.member.entityId) ?? null;
  }
  await giveBack(job, going, fencesOf(settlement));
  for (const decision of going) {
    if (decision.write?.kind === 'written') {
      step.recordIds.set(`${resource.name} ${decision.member.entityId}`, decision.write.record.id);
    }
    if (decision.write?.kind === 'refused') decision.gone = rowGone(step, decision, decision.write.failure);
  }
  await tellRefused(job, step, going);
  for (const { write } of going)
    if (write?.kind === 'stopped') stopped = { side: 'airtable', failure: write.failure };
  return stopped;
}

/** The entity whose row the refusal names, where it is not the row that was written. */
function rowGone({ recordIds }: WriteStep, { row }: Decision, failure: CallFailure): Decision['gone'] {
  if (failure.type !== 'ROW_DOES_NOT_EXIST') return null;
  const named = [...recordIds].find(([, id]) => id !== row.recordId && failure.message.includes(id));
  const [resource, id] = named?.[0].split(' ') ?? [];
  return resource === undefined || id === undefined ? null : { resource, id };
}

/** All that is left to write is what Airtable has no choice for, and the row says so already. */
function isIdle({ plan: decided, written, member: { link }, row: { view } }: Decision): boolean {
  const isShown = view.kind === 'present' && view.saysOther !== true;
  const saysSo = isShown && link?.status === decided.status && (link.note ?? null) === decided.note;
  return saysSo && Object.keys(written).length === 0 && leftOut(decided, written).length > 0;
}

/** Every value of the batch is on record as sent before the first request leaves. */
async function commitSent(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<Set<string>> {
  const { claims, resource } = settlement;
  const fenceOf = fencesOf(settlement);
  const rows = await inSlices(decisions, (decision) => sentRow(job, decision, fenceOf(decision)));
  return job.database.transaction(async (tx) => {
    const held = await heldClaims(tx, job.connectionId, resource.name, claims);
    await saveSent(tx, job.connectionId, rows, nowOf(job));
    return held;
  });
}

function fencesOf({ claims }: Settlement): (decision: Decision) => number {
  const fences = new Map(claims.map((claim) => [claim.entityId, claim.fence]));
  return ({ member }) => fences.get(member.rootId) ?? 0;
}

function sentRow(
  job: Job,
  { member, written, row: { view }, plan: { row } }: Decision,
  fence: number,
): NewSentRow {
  return {
    ...{ resource: member.resource.name, entityId: member.entityId, side: 'airtable', fence },
    digests: digestsOf(job, written),
    saw: Object.fromEntries(
      Object.keys(view.kind === 'present' ? written : {}).map((key) => [
        key,
        digestOf(job, key, (view.kind === 'present' ? view.entity[key] : null) ?? null),
      ]),
    ),
    isCreate: row.kind === 'create',
  };
}

function rowWrite(job: Job, step: WriteStep, { member, plan: decided, row, written }: Decision): RowWrite {
  const { table, recordIds } = step;
  const recordIdOf = (target: string, entityId: string): string | null =>
    recordIds.get(`${target} ${entityId}`) ?? null;
  const cells = {
    ...cellsFromEntity(member.resource, written, table.fieldIds, recordIdOf),
    ...statusCells(table, decided, nowOf(job)),
  };
  if (row.view.kind === 'present' && row.view.buildiumId !== member.entityId) {
    cells[table.buildiumId] = member.entityId;
  }
  return {
    entityId: member.entityId,
    recordId: row.view.kind === 'present' ? row.recordId : null,
    cells,
    personal: personalIn(member.resource, written),
  };
}

function valuesOf({ row }: Plan): Entity {
  return row.kind === 'create' || row.kind === 'update' ? row.values : {};
}

function withoutChoices(values: Entity, refused: ReadonlyMap<string, ReadonlySet<string>>): Entity {
  const kept = Object.entries(values).filter(([key, value]) => {
    const names = Array.isArray(value) ? (value as string[]) : [value];
    return !names.some((name) => typeof name === 'string' && refused.get(key)?.has(name));
  });
  return Object.fromEntries(kept);
}
