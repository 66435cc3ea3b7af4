import { isBlank, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { AnyResource, PutBody } from '../../shared/resources/define.ts';
import { readOne, type Wire } from '../buildium/read.ts';
import type { CallFailure } from '../callFailure.ts';
import type { Refusal } from '../db/links.ts';
import { heldClaims, type Claim } from '../db/claims.ts';
import { noteAnswered, saveSent } from '../db/sent.ts';
import { putBodyWith, type Entity } from '../sync/entity.ts';
import { CLAIM_MS } from './holding.ts';
import { nowOf, type Job } from './job.ts';
import { mayNotSave } from './missingRight.ts';
import { textsIn } from '../withoutPersonal.ts';
import { decodeWire, readScope, type Member } from './look.ts';
import { refusedFields } from './refusedFields.ts';
import { editDigest } from './refusals.ts';
import { digestsOf, hasPersonalFields } from './synced.ts';

export type BuildiumOutcome =
  /** What Buildium shows of the changed fields afterwards, which it may have normalised, and its whole answer. */
  | {
      kind: 'written';
      shown: Entity;
      before: Entity;
      replaced: Wire;
      answer: Wire;
      /** Other fields of the edit were refused (a refusal to remember): the entity waits for somebody still. */
      besides?: { refusal: Refusal | null };
    }
  /**
   * Buildium refused the values (a refusal to remember), or we did: the edit is held with these reasons. They are about
   * these fields; where none is named, nobody knows about which.
   */
  | { kind: 'refused'; messages: readonly string[]; fields: readonly string[]; refusal: Refusal | null }
  /** Buildium moved between the look and the write: nothing was written, look again. */
  | { kind: 'moved' }
  /** Buildium has just shown the record and does not save it at this moment: what became of the values may be unknown. */
  | { kind: 'failed'; failure: CallFailure }
  | { kind: 'stopped'; failure: CallFailure };

const OPTIONS = { priority: 'person' } as const;

/** Half of what a claim lives without a sign of life: a PUT made from an older read may fall upon somebody else's. */
const LONGEST_GAP_MS = CLAIM_MS / 2;

/**
 * Takes an edit over into Buildium: GET, fold, PUT with nothing between, since Buildium has no version to check and
 * blanks whatever a PUT leaves out. The values are on record as sent before the PUT leaves.
 */
export async function writeToBuildium(
  job: Job,
  member: Member,
  changes: Entity,
  claim: Claim,
  rootResource: string,
): Promise<BuildiumOutcome> {
  const { resource, entityId } = member;
  const isOurs = await job.database.transaction(async (tx) => {
    const held = await heldClaims(tx, job.connectionId, rootResource, [claim]);
    if (!held.has(claim.entityId)) return false;
    const digests = digestsOf(job, changes);
    const row = {
      resource: resource.name,
      entityId,
      side: 'buildium' as const,
      fence: claim.fence,
      digests,
      isCreate: false,
    };
    await saveSent(tx, job.connectionId, [row], nowOf(job));
    return true;
  });
  // Whoever holds the claim now looks for itself.
  if (!isOurs) return { kind: 'moved' };
  const readAtMs = job.clock.nowMs();
  const fresh = await readOne(job.buildium, resource, entityId, readScope(job), OPTIONS);
  if (!fresh.ok) return afterFailure(member, changes, fresh.error);
  // A worker that stood still meanwhile, as on a machine that was suspended, may have lost its claim.
  const isOld = job.clock.nowMs() - readAtMs > LONGEST_GAP_MS;
  if (fresh.value === null || isOld) return { kind: 'moved' };
  const before = decodeWire(resource, fresh.value).entity;
  const moved = Object.keys(changes).some(
    (key) => !sameValue(before[key] ?? null, member.decoded.entity[key] ?? null),
  );
  if (moved) return { kind: 'moved' };
  const body = putBodyWith(resource, fresh.value, changes);
  if (!body.ok) {
    const [messages, fields] = [
      body.error.map(({ message }) => message),
      body.error.map(({ field }) => field),
    ];
    return { kind: 'refused', messages, fields, refusal: null };
  }
  const blanked = wouldBlank(resource, fresh.value, body.value);
  if (blanked) return { kind: 'refused', messages: [blanked], fields: [], refusal: null };
  const answer = await send(job, resource, entityId, body.value);
  const sent = { resource: resource.name, entityId, side: 'buildium' as const, fence: claim.fence };
  if (answer.ok) await noteAnswered(job.database, job.connectionId, sent, nowOf(job));
  if (!answer.ok) return afterRefusal(job, member, changes, claim, answer.error);
  // The answer to a write may leave out what a read shows.
  const wire = { ...fresh.value, ...(answer.value as Wire) };
  const shown = decodeWire(resource, wire).entity;
  const after = Object.entries(changes).map(([key, value]): [string, FieldValue] => [
    key,
    shown[key] ?? value,
  ]);
  return {
    ...{ kind: 'written', shown: Object.fromEntries(after), before: pick(before, changes) },
    ...{ replaced: keptOf(fresh.value), answer: wire },
  };
}

function send(
  job: Job,
  resource: AnyResource,
  entityId: string,
  body: PutBody,
): ReturnType<Job['buildium']['put']> {
  const path = resource.update?.path(entityId) ?? '';
  // The body is the whole record: a person's holds more than the fields that are synced.
  const options = { ...OPTIONS, personal: hasPersonalFields(resource) ? textsIn(body) : [] };
  return resource.update?.method === 'PATCH'
    ? job.buildium.patch(path, body, options)
    : job.buildium.put(path, body, options);
}

/** An address that Buildium holds without its required parts cannot be put back as it is. */
function wouldBlank(resource: AnyResource, wire: Wire, body: PutBody): string | null {
  const lost = resource.update?.losesOn?.(wire, body) ?? null;
  return isBlank(lost) ? null : lost;
}

/** What never leaves Buildium is in no audit either; a PUT hands it from one request to the next. */
const SECRETS: readonly string[] = ['TaxId', 'TaxInformation', 'DateOfBirth', 'RoutingNumber'];

/** Records of other people, whom their own key would not forget here; no PUT touches them. */
const OTHER_PEOPLE: readonly string[] = ['CurrentTenants', 'Cosigners', 'RentalManager', 'Tenants'];

function keptOf(wire: Wire): Wire {
  const kept = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(kept);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) =>
        SECRETS.includes(key) || OTHER_PEOPLE.includes(key) ? [] : [[key, kept(inner)]],
      ),
    );
  };
  return kept(wire) as Wire;
}

function afterFailure(member: Member, changes: Entity, failure: CallFailure): BuildiumOutcome {
  // The reads are answered: what the key may not save, or not of this record, stops nobody else.
  const isAboutRecord = ['invalid', 'conflict', 'forbidden'].includes(failure.kind);
  if (!isAboutRecord) return { kind: 'stopped', failure };
  const fields = refusedFields(member.resource, changes, failure.values?.places ?? []);
  return { kind: 'refused', messages: [refusalInWords(member, failure)], fields, refusal: null };
}

function refusalInWords({ resource: { name }, entityId }: Member, { kind, values }: CallFailure): string {
  if (kind === 'forbidden') return mayNotSave(name, entityId);
  return values
    ? `Buildium says: ${values.said}`
    : 'Buildium refuses it and does not say why. Correct the value, or make the change in Buildium.';
}

/** Looks, each with a read and a save of its own, before an edit is held because of the state of its record. */
const TRIES_ON_CONFLICT = 4;

/** Buildium has seen these values and will say the same of them, as long as nothing has changed. */
function afterRefusal(
  job: Job,
  member: Member,
  changes: Entity,
  { attempts }: Claim,
  failure: CallFailure,
): BuildiumOutcome {
  // One record whose save always fails holds nobody else's edit up; while the whole side is down, the next read says so.
  if (failure.status !== null && failure.status >= 500)
    return { kind: 'failed', failure: { ...failure, message: saveFailure(member, failure) } };
  if (failure.kind === 'conflict') {
    // A conflict with what else goes on in Buildium passes by itself, within seconds where somebody is just saving it.
    const message = stateInWords(member, failure);
    const isKnown = member.link?.note?.includes(message) === true && attempts === 0;
    return !isKnown && attempts + 1 < TRIES_ON_CONFLICT
      ? { kind: 'failed', failure: { ...failure, message } }
      : { kind: 'refused', messages: [message], fields: [], refusal: null };
  }
  const outcome = afterFailure(member, changes, failure);
  if (outcome.kind !== 'refused' || failure.kind !== 'invalid') return outcome;
  const { messages } = outcome;
  return { ...outcome, refusal: { digest: editDigest(job, member, changes), messages } };
}

/** What is said of a save that ended in an error of Buildium's server. */
function saveFailure({ resource: { label }, entityId }: Member, { status }: CallFailure): string {
  return `Buildium fails at saving ${label.one} ${entityId}, though it shows it: its server ends in an error (${status ?? ''}). It is tried again by itself; if that lasts, tell Buildium's support.`;
}

/** Buildium documents 409 as a conflict with the current state of the record, and not with which. */
function stateInWords({ resource: { label }, entityId }: Member, { values }: CallFailure): string {
  const said = values ? ` It says: ${values.said}` : '';
  return `Buildium does not save ${label.one} ${entityId} in the state that it is in there.${said} Somebody may be changing it at the same time, or it is paid, locked or reconciled. It is tried again by itself; if that lasts, look at it in Buildium.`;
}

function pick(entity: Entity, keys: Entity): Entity {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, entity[key] ?? null]));
}
