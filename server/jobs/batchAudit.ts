import { sameValue } from '../../shared/resources/values.ts';
import type { AuditRow } from '../db/audit.ts';
import type { Claim, Postponed } from '../db/claims.ts';
import type { Job } from './job.ts';
import type { Decision, Settlement } from './settlement.ts';
import { packChanges, syncedOf, type Change } from './synced.ts';

/**
 * One audit row for every row that was written, for every id that was parked, and for what was found equal that had
 * been agreed otherwise: what changed, and why.
 */
export function auditRows(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
  postponed: readonly Postponed[],
): AuditRow[] {
  const claimOf = new Map(settlement.claims.map((claim) => [claim.entityId, claim]));
  // Before what was written since: of several changes of a field, the first tells what stood there.
  const arrived = decisions.flatMap((decision) =>
    (['buildium', 'airtable'] as const).flatMap((side) =>
      arrivedAudit(job, settlement, decision, side, claimOf.get(decision.member.rootId)),
    ),
  );
  const written = decisions
    .filter(({ write }) => write?.kind === 'written')
    .map((decision) => auditOf(job, settlement, decision, claimOf.get(decision.member.rootId)));
  const parked = postponed
    .filter((row) => row.parkedAt !== null)
    .map((row) => parkedAudit(job, settlement, row));
  const carried = decisions
    .filter((decision) => decision.carried?.kind === 'written')
    .map((decision) => carriedAudit(job, settlement, decision, claimOf.get(decision.member.rootId)));
  const agreed = decisions.flatMap((decision) =>
    agreedAudit(job, settlement, decision, claimOf.get(decision.member.rootId)),
  );
  const left = decisions
    .filter(({ member, plan }) => plan.standing === 'detached' && member.link?.standing === 'linked')
    .map(({ member }) => leftDeletedAudit(job, member, claimOf.get(member.rootId)));
  return [...arrived, ...written, ...carried, ...agreed, ...parked, ...left];
}

/** A person was asked about many rows that had been deleted, and left this one so. */
function leftDeletedAudit(
  job: Job,
  { resource, entityId, link }: Member,
  claim: Claim | undefined,
): AuditRow {
  return {
    auditId: job.newId(),
    ...{ actor: claim?.onBehalfOf ?? 'sync', action: 'detached' as const },
    ...{ resource: resource.name, entityId, airtableRecordId: link?.airtableRecordId ?? null },
    ...{ changes: {}, changesSealed: null, runId: claim?.runId ?? null },
    why: 'taken out of the sync: its row was deleted in Airtable with many others, and a person left it so',
  };
}

/** Nobody wrote what both sides had come to: two people typed the same. Fields that were never agreed on are told by the pairing. */
function agreedAudit(
  job: Job,
  settlement: Settlement,
  decision: Decision,
  claim: Claim | undefined,
): AuditRow[] {
  const { member, plan, row, arrived } = decision;
  const keys = Object.keys(plan.agreed).filter((key) => !(key in arrived));
  const changes = changesOf(settlement, decision, keys, 'buildium');
  if (changes === null) return [];
  return [
    {
      auditId: job.newId(),
      ...{ actor: claim?.onBehalfOf ?? 'sync', action: 'agreed' as const },
      ...{ resource: member.resource.name, entityId: member.entityId, airtableRecordId: row.recordId },
      ...changes,
      ...{ why: claim?.reason ?? 'looked at', runId: claim?.runId ?? null },
    },
  ];
}

const CUT_OFF = 'it had been sent before, and that it arrived was noted only now';

/** A write of ours had arrived whose outcome nobody knew. It is told, and undone, as what it is. */
function arrivedAudit(
  job: Job,
  settlement: Settlement,
  decision: Decision,
  side: 'buildium' | 'airtable',
  claim: Claim | undefined,
): AuditRow[] {
  const { member, row, arrived, plan } = decision;
  const keys = Object.keys(arrived).filter((key) => arrived[key] === side);
  const changes = changesOf(settlement, decision, keys, side);
  if (changes === null) return [];
  // Of what was typed since nobody knows any more who had typed the value before.
  const editor =
    side === 'buildium' && !keys.some((key) => key in plan.toBuildium) && editorOf(decision, keys);
  return [
    {
      auditId: job.newId(),
      actor: editor || (claim?.onBehalfOf ?? 'sync'),
      action: side === 'buildium' ? 'buildiumUpdated' : 'rowUpdated',
      ...{ resource: member.resource.name, entityId: member.entityId, airtableRecordId: row.recordId },
      ...changes,
      ...{ why: CUT_OFF, runId: claim?.runId ?? null },
    },
  ];
}

/** From what a side showed when the two were last agreed to what they are agreed on now; null where nothing changed. */
function changesOf(
  settlement: Settlement,
  { member, plan }: Decision,
  keys: readonly string[],
  side: 'buildium' | 'airtable',
): Pick<AuditRow, 'changes' | 'changesSealed'> | null {
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const synced = member.link ? syncedOf(member.link, vault) : {};
  const changes = keys.flatMap((key) => {
    const [before, after] = [synced[key]?.[side], plan.agreed[key]?.[side]];
    return before === undefined || after === undefined || sameValue(before, after)
      ? []
      : [[key, { before, after }] as const];
  });
  if (changes.length === 0) return null;
  return packChanges(member.resource, member.entityId, Object.fromEntries(changes), vault);
}

function auditOf(job: Job, settlement: Settlement, decision: Decision, claim: Claim | undefined): AuditRow {
  const { member, plan, write, written, row } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const shown = row.view.kind === 'present' ? row.view.entity : {};
  const changes: Record<string, Change> = {};
  for (const [key, after] of Object.entries(written)) {
    const before = shown[key];
    if (before === undefined || !sameValue(before, after))
      changes[key] = { ...(before === undefined ? {} : { before }), after };
  }
  const created = write?.kind === 'written' && write.created;
  const gone = plan.standing === 'deletedInBuildium';
  return {
    auditId: job.newId(),
    actor: claim?.onBehalfOf ?? 'sync',
    action: gone
      ? 'markedDeleted'
      : created
        ? 'rowCreated'
        : plan.putBack.length > 0
          ? 'putBack'
          : 'rowUpdated',
    resource: member.resource.name,
    entityId: member.entityId,
    airtableRecordId: write?.kind === 'written' ? write.record.id : null,
    ...packChanges(member.resource, member.entityId, changes, vault),
    why: whyWritten(decision, changes, claim),
    runId: claim?.runId ?? null,
  };
}

/** Where no value was written it is said what was: the reason for the look alone would pass for a change of values. */
function whyWritten(
  { member, plan, row, write }: Decision,
  changes: Readonly<Record<string, Change>>,
  claim: Claim | undefined,
): string {
  const why = whyOf(plan.putBack, member, claim);
  const isNew = write?.kind === 'written' && write.created;
  if (isNew || plan.standing === 'deletedInBuildium') return why;
  if (row.view.kind === 'present' && row.view.buildiumId !== member.entityId)
    return `its Buildium ID had been cleared or changed and was put back (${why})`;
  if (Object.keys(changes).length > 0) return why;
  return plan.status === member.link?.status
    ? `only its Sync Status and Sync Note were written (${why})`
    : `Sync Status became ${plan.status} (${why})`;
}

function whyOf(putBack: readonly string[], member: Member, claim: Claim | undefined): string {
  const reason = claim?.reason ?? 'looked at';
  if (putBack.length === 0) return reason;
  const columns = putBack.map(
    (key) => member.resource.fields.find((field) => field.key === key)?.column ?? key,
  );
  const { update, name } = member.resource;
  // A field that could flow, and does not while nobody has confirmed what its saves would blank.
  const couldFlow = putBack.some((key) => member.resource.fields.some((one) => one.key === key && one.put));
  const way =
    update?.blanks !== undefined && couldFlow
      ? `; saving ${member.resource.label.many} would blank ${update.blanks}, and an admin can say that it is unused: npm run cli -- allow-edits ${name}`
      : '';
  return `${columns.join(', ')}: changed in Airtable, but the value comes from Buildium; Buildium's value was put back (${reason})${way}`;
}

type Member = Decision['member'];

function parkedAudit(job: Job, { resource }: Settlement, row: Postponed): AuditRow {
  return {
    auditId: job.newId(),
    actor: 'sync',
    action: 'parked',
    resource: resource.name,
    entityId: row.entityId,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why: row.problem ?? 'could not be synced',
    runId: null,
  };
}

/** Whoever typed the values, which may be somebody else than who caused this look; null where it is not one person. */
function editorOf({ plan, testimony }: Decision, keys: readonly string[]): string | null {
  const typed = keys.filter((key) => !plan.settled.includes(key));
  const editors = new Set(typed.map((key) => testimony?.editorOf(key) ?? null));
  const [editor] = editors;
  return editors.size === 1 && editor ? `airtable:${editor}` : null;
}

/** An edit that Buildium took over: who made it, what stood there before, what stands there now. */
function carriedAudit(
  job: Job,
  settlement: Settlement,
  decision: Decision,
  claim: Claim | undefined,
): AuditRow {
  const { member, plan, carried, row } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const changes: Record<string, Change> = {};
  if (carried?.kind === 'written') {
    for (const [key, after] of Object.entries(carried.shown))
      changes[key] = { before: carried.before[key] ?? null, after };
  }
  return {
    auditId: job.newId(),
    actor: editorOf(decision, Object.keys(plan.toBuildium)) ?? claim?.onBehalfOf ?? 'sync',
    action: 'buildiumUpdated',
    resource: member.resource.name,
    entityId: member.entityId,
    airtableRecordId: row.recordId,
    ...packChanges(member.resource, member.entityId, changes, vault),
    replacedSealed: decision.replacedSealed,
    why: claim?.reason ?? 'edited in Airtable',
    runId: claim?.runId ?? null,
  };
}
