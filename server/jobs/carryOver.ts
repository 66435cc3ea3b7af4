import type { AnyResource } from '../../shared/resources/define.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import { unreachable } from '../../shared/result.ts';
import type { Claim } from '../db/claims.ts';
import type { ConflictRow } from '../db/conflicts.ts';
import type { Entity } from '../sync/entity.ts';
import type { Plan } from '../sync/plan.ts';
import type { Job } from './job.ts';
import { openVault, type PersonalVault } from './personalVault.ts';
import { editDigest, refusedBefore } from './refusals.ts';
import type { Decision, Settlement } from './settlement.ts';
import { digestOf } from './synced.ts';
import { writeToBuildium, type BuildiumOutcome } from './writeBuildium.ts';

/** Buildium takes at most eight requests of a key at once. */
const AT_ONCE = 8;

/** A hiccup of Buildium's server is not told on the row. */
const TOLD_AFTER_ATTEMPTS = 2;

/**
 * Fields with a `put` flow to Buildium where the connection lets edits through, and where no save would blank what
 * Buildium keeps unreadable; all others are put back.
 */
export function isWritable({ settings }: Pick<Job, 'settings'>, resource: AnyResource, key: string): boolean {
  if (!settings.twoWay || !resource.update) return false;
  const isConfirmed = settings.confirmedUnused.some((name) => name === resource.name);
  if (resource.update.blanks !== undefined && !isConfirmed) return false;
  return resource.fields.some((field) => field.key === key && field.put !== undefined);
}

/**
 * The value that was decided on, as long as each side still shows what the decision saw, or that value already: half
 * of it may have been carried out before a crash.
 */
export function chosenFor(
  job: Job,
  conflicts: readonly ConflictRow[],
  vault: PersonalVault | null,
  key: string,
  buildium: FieldValue,
  airtable: FieldValue,
): { value: FieldValue } | null {
  const conflict = conflicts.find((row) => row.fieldKey === key && row.state === 'resolving');
  if (!conflict) return null;
  const shown = { buildium: digestOf(job, key, buildium), airtable: digestOf(job, key, airtable) };
  const target = decidedDigest(job, conflict, vault);
  if (target === null) return null;
  const { digest } = target;
  if (shown.buildium !== conflict.buildiumDigest && shown.buildium !== digest) return null;
  if (shown.airtable !== conflict.airtableDigest && shown.airtable !== digest) return null;
  if ('value' in target) return { value: target.value };
  return { value: shown.buildium === digest ? buildium : airtable };
}

/** What each side shows once the decision is carried out; null when nothing was decided. */
export function decidedDigest(
  job: Job,
  conflict: ConflictRow,
  vault: PersonalVault | null,
): { digest: string; value: FieldValue } | { digest: string } | null {
  switch (conflict.decision) {
    case null:
      return null;
    case 'buildium':
      return { digest: conflict.buildiumDigest };
    case 'airtable':
      return { digest: conflict.airtableDigest };
    case 'value': {
      const value = decidedValue(conflict, vault);
      return value === undefined ? null : { digest: digestOf(job, conflict.fieldKey, value), value };
    }
    default:
      return unreachable(conflict.decision);
  }
}

/** The typed value; undefined when it was about a person who was forgotten since. */
export function decidedValue(conflict: ConflictRow, vault: PersonalVault | null): FieldValue | undefined {
  if (conflict.decidedSealed === null) return conflict.decidedValue as FieldValue;
  const opened = vault?.open(conflict.entityId, conflict.decidedSealed) as { value: FieldValue } | null;
  return opened?.value;
}

/** Takes edits over into Buildium, some side by side. What Buildium refuses is said on the row, and the rest goes on. */
export async function carryOver(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const claimOf = new Map(settlement.claims.map((claim) => [claim.entityId, claim]));
  const waiting = decisions.filter(({ plan }) => Object.keys(plan.toBuildium).length > 0);
  let failure: BuildiumOutcome | null = null;
  const next = async (): Promise<void> => {
    for (let decision = waiting.shift(); decision; decision = waiting.shift()) {
      const claim = claimOf.get(decision.member.rootId);
      if (!claim) continue;
      const { member, plan } = decision;
      const refusal = refusedBefore(job, member, plan.toBuildium, claim);
      const known: BuildiumOutcome | null = refusal && {
        kind: 'refused',
        ...{ messages: refusal.messages, fields: [], refusal },
      };
      decision.carried = known ?? failure ?? (await carry(job, settlement, decision, claim));
      if (decision.carried.kind === 'stopped') failure = decision.carried;
      if (decision.carried.kind !== 'written') decision.plan = withoutCarried(decision.plan);
      if (decision.carried.kind === 'refused')
        decision.plan = withRefusal(decision, decision.carried.messages);
      if (decision.carried.kind === 'failed')
        decision.plan =
          claim.attempts >= TOLD_AFTER_ATTEMPTS
            ? withRefusal(decision, [decision.carried.failure.message])
            : withoutTelling(decision);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  await sealReplaced(job, settlement, decisions);
}

/** One field that Buildium refuses does not keep the others from it, where it says which one it is. */
async function carry(
  job: Job,
  { resource }: Settlement,
  decision: Decision,
  claim: Claim,
): Promise<BuildiumOutcome> {
  const { member, plan } = decision;
  const whole = await writeToBuildium(job, member, plan.toBuildium, claim, resource.name);
  if (whole.kind !== 'refused') return whole;
  const { bad, good } = apart(plan, whole.fields);
  if (Object.keys(bad).length === 0 || Object.keys(good).length === 0) return whole;
  const rest = await writeToBuildium(job, member, good, claim, resource.name);
  if (rest.kind === 'refused') {
    const messages = [...whole.messages, ...rest.messages];
    return { ...whole, messages, refusal: whole.refusal && rest.refusal && { ...whole.refusal, messages } };
  }
  if (rest.kind !== 'written') return rest;
  decision.plan = { ...withRefusal(decision, whole.messages), toBuildium: good };
  const { messages } = whole;
  const digest = editDigest(job, { ...member, wire: rest.answer }, bad);
  return { ...rest, besides: { refusal: whole.refusal && { digest, messages } } };
}

/** What was decided on is tried whole: refused, it is a person's again, and the rest goes at the next look. */
function apart(
  { toBuildium, settled, byPolicy }: Plan,
  fields: readonly string[],
): { bad: Entity; good: Entity } {
  const isDecided = fields.some(
    (key) => settled.includes(key) || byPolicy.some(({ field }) => field === key),
  );
  const isBad = (key: string): boolean => !isDecided && fields.includes(key);
  const entries = Object.entries(toBuildium);
  return {
    bad: Object.fromEntries(entries.filter(([key]) => isBad(key))),
    good: Object.fromEntries(entries.filter(([key]) => !isBad(key))),
  };
}

/** A whole record holds more than the fields that are synced, people's names among them: all of it is sealed. */
async function sealReplaced(job: Job, settlement: Settlement, decisions: readonly Decision[]): Promise<void> {
  const written = decisions.filter(({ carried }) => carried?.kind === 'written');
  const [first] = written;
  if (!first) return;
  const { name } = first.member.resource;
  const ids = written.map(({ member }) => member.entityId);
  const vault = settlement.vaults.get(name) ?? (await openVault(job, job.database, name, ids));
  for (const decision of written)
    if (decision.carried?.kind === 'written')
      decision.replacedSealed = vault.seal(decision.member.entityId, decision.carried.replaced);
}

/** A value that goes to both sides goes to neither where Buildium has not taken it. */
function withoutCarried(plan: Plan): Plan {
  if (plan.row.kind !== 'update' && plan.row.kind !== 'create') return plan;
  const values = Object.fromEntries(
    Object.entries(plan.row.values).filter(([key]) => !(key in plan.toBuildium)),
  );
  return { ...plan, row: { ...plan.row, values } };
}

type Told = Pick<Decision, 'plan' | 'member'> & { row: Pick<Decision['row'], 'view'> };

/** The row says why Buildium did not take the value; the value itself stays where the person typed it. */
function withRefusal({ plan, member, row: { view } }: Told, messages: readonly string[]): Plan {
  const note = [
    // Two fields may be refused for one and the same reason, such as the two days of a lease.
    ...new Set(messages.map((message) => `Not taken over into Buildium: ${message}`)),
    ...(plan.note ? [plan.note] : []),
  ].join('\n');
  const saysOther = view.kind === 'present' && view.saysOther === true;
  const isNew = saysOther || member.link?.status !== 'Problem' || member.link.note !== note;
  if (isNew && plan.row.kind === 'none')
    return { ...plan, status: 'Problem', note, row: { kind: 'update', values: {} } };
  const told = { ...plan, status: 'Problem' as const, note };
  return isNew ? told : withoutTelling({ plan: told, member, row: { view } });
}

/** The plan meant to take back what the row has said since the last refusal. */
function withoutTelling({ plan, member, row: { view } }: Told): Plan {
  const keepsId = view.kind === 'present' && view.buildiumId === member.entityId;
  const changesStatusOnly =
    plan.row.kind === 'update' && Object.keys(plan.row.values).length === 0 && keepsId;
  return changesStatusOnly ? { ...plan, row: { kind: 'none' } } : plan;
}
