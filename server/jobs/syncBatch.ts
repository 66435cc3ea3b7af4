import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Wire } from '../buildium/read.ts';
import { standingsOf, type LinkRef } from '../db/links.ts';
import { liveConflicts } from '../db/conflicts.ts';
import { heldClaims, postponeMarks, renewClaims, type Claim } from '../db/marks.ts';
import { saveSent, sentTo, type SentRow } from '../db/sent.ts';
import { cellsFromEntity, type Entity } from '../sync/entity.ts';
import { inLinkOrder } from '../sync/linkOrder.ts';
import type { ParentState, Plan, Standing } from '../sync/plan.ts';
import { loadBaseMapping, type BaseMapping, type TableMapping } from './baseMapping.ts';
import { guardLosses } from './losses/breaker.ts';
import { carryOver } from './carryOver.ts';
import { recordByPolicy } from './conflicts/conflictRecords.ts';
import { noticeWriteGaps } from './writeGap.ts';
import { arrivedLate, stillOurs } from './lateWrites.ts';
import { ensureChoices } from './choices.ts';
import { decideAll, unsettledFor } from './decide.ts';
import { CLAIM_MS, holding } from './holding.ts';
import { retellBooked, withoutAwaited } from './push/intentsAwaited.ts';
import { inSlices } from './inSlices.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { lookAtBuildium, unchangedAmong, type Member } from './look.ts';
import { lookAtAirtable } from './lookAtAirtable.ts';
import { openVault } from './personalVault.ts';
import { remember } from './remember.ts';
import { leftOut, type BatchResult, type Decision, type Settlement } from './settlement.ts';
import { settleRestored } from './losses/restoredRows.ts';
import { enabledResources } from './schema.ts';
import { offersStatus } from './statusCells.ts';
import { digestOf, hasPersonalFields, personalIn } from './synced.ts';
import { writeRows, type RowWrite } from './writeRows.ts';

/**
 * One batch of claimed ids: look at both sides, plan, write, remember. Enters with claims only and leaves them
 * cleared or postponed, whatever happens to a call in between.
 */
export async function syncBatch(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  observed: ReadonlyMap<string, Wire> = new Map(),
): Promise<BatchResult> {
  const fences = claims.map((claim) => claim.fence);
  return holding(
    job,
    () => renewClaims(job.database, job.connectionId, resource.name, fences, laterBy(job, CLAIM_MS)),
    () => lookPlanWrite(job, resource, claims, observed),
  ).catch(async (error: unknown) => {
    await releaseClaims(job, resource, claims).catch(() => undefined);
    throw error;
  });
}

/** After an unexpected error the ids are soon free again, for this worker or another; a crash leaves that to the claim's end. */
const FREE_AGAIN_MS = 5_000;

async function releaseClaims(job: Job, resource: AnyResource, claims: readonly Claim[]): Promise<void> {
  const notBefore = laterBy(job, FREE_AGAIN_MS);
  const problem = 'Ended by an unexpected error; it is tried again.';
  const rows = claims.map(({ entityId, fence }) => ({
    ...{ entityId, fence, notBefore, problem },
    ...{ counts: false, parkedAt: null, waitingFor: null },
  }));
  await postponeMarks(job.database, job.connectionId, resource.name, rows);
}

async function lookPlanWrite(
  job: Job,
  resource: AnyResource,
  claims: readonly Claim[],
  observed: ReadonlyMap<string, Wire>,
): Promise<BatchResult> {
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  const settlement: Settlement = {
    ...{ resource, mapping, claims },
    startedAtMs: job.clock.nowMs(),
    decisions: [],
    awaited: new Map(),
    unchanged: new Set(),
    refused: new Map(),
    stopped: null,
    vaults: new Map(),
    mended: [],
  };
  const enabled = new Set(enabledResources(job));
  // What is switched off is neither read nor written: its marks end here.
  if (!enabled.has(resource)) return remember(job, settlement);
  const look = await lookAtBuildium(job, resource, claims, observed);
  if (!look.ok) {
    return remember(job, { ...settlement, stopped: { side: 'buildium', failure: look.error } });
  }
  settlement.refused = look.value.refused;
  settlement.unchanged = unchangedAmong(claims, look.value.members);
  const going = await withoutAwaited(job, settlement, look.value.members);
  const parts = (resource.parts ?? []).map((part) => resourceNamed(part.resource));
  const tables = [resource, ...parts.filter((part) => enabled.has(part))];
  const recordIds = new Map<string, string>();
  for (const tableResource of tables) {
    const members = going.filter((member) => member.resource === tableResource);
    const table = mapping.get(tableResource.name);
    if (members.length === 0 || settlement.stopped || !table) continue;
    const done = await syncTable(job, { table, members, claims, recordIds, settlement, mapping });
    settlement.stopped = done;
  }
  const result = await remember(job, settlement);
  await retellBooked(job, settlement);
  return result;
}

type TableStep = {
  table: TableMapping;
  members: readonly Member[];
  claims: readonly Claim[];
  /** Rows made in this batch, by `resource id`: a bill's lines link to the bill made just before. */
  recordIds: Map<string, string>;
  settlement: Settlement;
  mapping: BaseMapping;
};

async function syncTable(job: Job, step: TableStep): Promise<Settlement['stopped']> {
  const { table, claims, settlement } = step;
  const [first] = step.members;
  if (!first) return null;
  if (table.problem !== null) {
    const failure = tableFailure(table.problem);
    return { side: 'airtable', failure };
  }
  const resource = first.resource;
  const looked = step.members.map((member) => member.entityId);
  const everSent = await sentTo(job.database, job.connectionId, resource.name, looked);
  const unsettled = everSent.filter(unsettledFor(job, step.members));
  await noticeWriteGaps(job, step.members, unsettled);
  const members = step.members.filter(
    (member) => !settlement.unchanged.has(member.rootId) || mayStillArrive(member, unsettled),
  );
  if (members.length === 0) return null;
  const ids = members.map((member) => member.entityId);
  const vault = hasPersonalFields(resource) ? await openVault(job, job.database, resource.name, ids) : null;
  settlement.vaults.set(resource.name, vault);
  const since = new Map(claims.map((claim) => [claim.entityId, claim.since]));
  const sinceOf = (rootId: string): string => since.get(rootId) ?? nowOf(job);
  const settled = await settleRestored(job, table, members, vault);
  if (!settled.ok) return { side: 'airtable', failure: settled.error };
  const rows = await lookAtAirtable(job, table, members, unsettled, sinceOf);
  if (!rows.ok) return { side: 'airtable', failure: rows.error };
  const late = arrivedLate(job, { members, rows: rows.value, everSent, sent: unsettled, vault });
  const sent =
    late.size > 0 ? [...unsettled, ...(await stillOurs(job, resource, late, unsettled))] : unsettled;

  const conflicts = await liveConflicts(job.database, job.connectionId, resource.name, ids);
  const conflictsOf = Map.groupBy(conflicts, (row) => row.entityId);
  const sentOf = Map.groupBy(sent, (row) => row.entityId);
  for (const round of inLinkOrder(resource, members)) {
    const parents = await parentStates(job, { ...step, members: round });
    const inputs = round.map((member) => ({
      member,
      table,
      row: rows.value.get(member.entityId),
      sent: sentOf.get(member.entityId) ?? [],
      vault,
      parents,
      mapping: step.mapping,
      conflicts: conflictsOf.get(member.entityId) ?? [],
    }));
    const decisions = await decideAll(job, resource, inputs);
    settlement.decisions.push(...decisions);
    await guardLosses(job, settlement, decisions);
    await recordByPolicy(job, settlement, decisions);
    await carryOver(job, settlement, decisions);
    const stopped = await writeDecisions(job, step, resource, decisions);
    if (stopped) return stopped;
    const carried = decisions.find((decision) => decision.carried?.kind === 'stopped')?.carried;
    if (carried?.kind === 'stopped') return { side: 'buildium', failure: carried.failure };
  }
  return null;
}

/** A value that went to Airtable and is not remembered: its row may show it, or come to. */
function mayStillArrive({ entityId, link }: Member, sent: readonly SentRow[]): boolean {
  const rememberedAt = link?.updatedAt ?? '';
  return sent.some(
    (row) => row.entityId === entityId && row.side === 'airtable' && row.sentAt >= rememberedAt,
  );
}

function tableFailure(problem: string): CallFailure {
  return {
    kind: 'invalid',
    status: null,
    type: null,
    message: problem,
    outcome: 'refused',
    call: 'the table check',
  };
}

/** How every entity that the members link to stands, rows made in this batch included. */
async function parentStates(job: Job, step: TableStep): Promise<Map<string, ParentState>> {
  const refs = new Map<string, LinkRef>();
  for (const { resource, decoded } of step.members) {
    for (const field of resource.fields) {
      const ids = decoded.entity[field.key];
      if (field.kind !== 'link' || !field.target || !Array.isArray(ids)) continue;
      for (const id of ids as string[])
        refs.set(`${field.target} ${id}`, { resource: field.target, entityId: id });
    }
  }
  const unknown = [...refs].filter(([key]) => !step.recordIds.has(key)).map(([, ref]) => ref);
  const states = new Map<string, ParentState>();
  for (const key of step.recordIds.keys()) states.set(key, 'row');
  for (const one of await standingsOf(job.database, job.connectionId, unknown)) {
    const key = `${one.resource} ${one.entityId}`;
    states.set(key, parentState(one.standing, one.airtableRecordId));
    if (one.airtableRecordId) step.recordIds.set(key, one.airtableRecordId);
  }
  return states;
}

function parentState(standing: Standing, airtableRecordId: string | null): ParentState {
  if (airtableRecordId && standing !== 'detached') return 'row';
  return standing === 'unpaired' || standing === 'linked' ? 'awaited' : 'absent';
}

async function writeDecisions(
  job: Job,
  step: TableStep,
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
    if (decision.write?.kind === 'written') {
      step.recordIds.set(`${resource.name} ${decision.member.entityId}`, decision.write.record.id);
    }
    if (decision.write?.kind === 'refused') decision.gone = rowGone(step, decision, decision.write.failure);
    if (decision.write?.kind === 'stopped') stopped = { side: 'airtable', failure: decision.write.failure };
  }
  return stopped;
}

/** The entity whose row the refusal names, where it is not the row that was written. */
function rowGone({ recordIds }: TableStep, { row }: Decision, failure: CallFailure): Decision['gone'] {
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
  const fenceOf = new Map(claims.map((claim) => [claim.entityId, claim.fence]));
  const rows = await inSlices(decisions, ({ member, written, row: { view }, plan: { row } }) => ({
    resource: member.resource.name,
    entityId: member.entityId,
    side: 'airtable' as const,
    fence: fenceOf.get(member.rootId) ?? 0,
    digests: Object.fromEntries(
      Object.entries(written).map(([key, value]) => [key, digestOf(job, key, value)]),
    ),
    saw: Object.fromEntries(
      Object.keys(view.kind === 'present' ? written : {}).map((key) => [
        key,
        digestOf(job, key, (view.kind === 'present' ? view.entity[key] : null) ?? null),
      ]),
    ),
    isCreate: row.kind === 'create',
  }));
  return job.database.transaction(async (tx) => {
    const held = await heldClaims(tx, job.connectionId, resource.name, claims);
    await saveSent(tx, job.connectionId, rows, nowOf(job));
    return held;
  });
}

function rowWrite(job: Job, step: TableStep, { member, plan: decided, row, written }: Decision): RowWrite {
  const { table, recordIds } = step;
  const recordIdOf = (target: string, entityId: string): string | null =>
    recordIds.get(`${target} ${entityId}`) ?? null;
  const cells = cellsFromEntity(member.resource, written, table.fieldIds, recordIdOf);
  if (table.status !== null && offersStatus(table, decided.status)) cells[table.status] = decided.status;
  if (table.note !== null) cells[table.note] = decided.note;
  if (table.lastSynced !== null) cells[table.lastSynced] = nowOf(job);
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
