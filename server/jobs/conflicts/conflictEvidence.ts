import type { AnyResource } from '../../../shared/resources/define.ts';
import { policyFor } from '../../../shared/policies.ts';
import type { FieldValue } from '../../../shared/resources/values.ts';
import { editsOf, type AirtableEdit } from '../../db/airtableEdits.ts';
import type { ConflictRow } from '../../db/conflicts.ts';
import { eventsOf } from '../../db/receipts.ts';
import type { SentRow } from '../../db/sent.ts';
import { viewerIds } from '../../db/signInSessions.ts';
import { buildiumTime, judge, NO_EVIDENCE, type Evidence, type Verdict } from '../../sync/policy.ts';
import { hearAirtable } from '../hearAirtable.ts';
import type { Job } from '../job.ts';
import type { Member } from '../look.ts';
import { digestOf } from '../synced.ts';

/** A pair that is in conflict, or whose row holds something for Buildium. */
export type Contested = {
  member: Member;
  /** The values that Airtable shows, of the fields in question. */
  shown: Readonly<Record<string, FieldValue>>;
  sent: readonly SentRow[];
  conflicts: readonly ConflictRow[];
  isConflict: boolean;
};

/** What is known about the edits of one entity. */
export type Testimony = {
  judge(field: string, buildium: FieldValue, airtable: FieldValue): Verdict;
  heldEdit(field: string, airtable: FieldValue): string | null;
  /** When and by whom, as it is kept with a conflict. */
  timesOf(field: string): Times;
  /** Who typed the value that Airtable shows; null while Airtable has not told. */
  editorOf(field: string): string | null;
};

export type Times = Pick<
  ConflictRow,
  'buildiumChangedAt' | 'airtableChangedAt' | 'airtableChangedBy' | 'evidence'
>;

/** Gathers who changed what and when, for all pairs of a table at once. */
export async function testify(
  job: Job,
  resource: AnyResource,
  contested: readonly Contested[],
): Promise<Map<string, Testimony>> {
  if (contested.length === 0) return new Map();
  const viewers = await viewerIds(job.database, job.connectionId);
  const { edits, isAll } = await editsHeard(job, resource, contested, viewers);
  const disputed = contested.filter(({ isConflict }) => isConflict);
  const events = await eventsSinceAgreed(job, disputed);
  return new Map(
    contested.map((one) => {
      const { entityId } = one.member;
      const own = edits.filter((edit) => edit.entityId === entityId);
      const known = { edits: own, isAll, events: events.get(entityId) ?? [], viewers };
      return [entityId, testimony(job, resource, one, known)];
    }),
  );
}

/**
 * A look may come upon an edit before Airtable's changes are read: where the edit's time or author decides, they are
 * read first.
 * @returns `isAll`: false where Airtable could not tell of all of them now.
 */
async function editsHeard(
  job: Job,
  resource: AnyResource,
  contested: readonly Contested[],
  viewers: ReadonlySet<string>,
): Promise<{ edits: AirtableEdit[]; isAll: boolean }> {
  const ids = contested.map(({ member }) => member.entityId);
  const read = (): Promise<AirtableEdit[]> => editsOf(job.database, job.connectionId, resource.name, ids);
  const known = await read();
  const editsOfEntity = Map.groupBy(known, ({ entityId }) => entityId);
  const isUnheard = contested.some(({ member, shown, isConflict }) =>
    Object.entries(shown).some(([key, value]) => {
      // Of people who may only look nothing goes to Buildium.
      const decides = viewers.size > 0 || (isConflict && policyOf(job, resource, key) === 'newest');
      const edits = editsOfEntity.get(member.entityId) ?? [];
      return (
        decides &&
        !edits.some(({ fieldKey, digest }) => fieldKey === key && digest === digestOf(job, key, value))
      );
    }),
  );
  if (!isUnheard) return { edits: known, isAll: true };
  const isAll = await hearAirtable(job);
  return { edits: await read(), isAll };
}

type Known = {
  edits: readonly AirtableEdit[];
  isAll: boolean;
  /** When Buildium announced a change of the entity. */
  events: readonly string[];
  viewers: ReadonlySet<string>;
};

async function eventsSinceAgreed(job: Job, disputed: readonly Contested[]): Promise<Map<string, string[]>> {
  const [first] = disputed;
  if (!first) return new Map();
  // Events name the entity that holds the row: the bill, not its line.
  const { partOf, name } = first.member.resource;
  const found = new Map<string, string[]>();
  for (const { member } of disputed) {
    const since = member.link?.comparedAt;
    const events =
      since === undefined
        ? []
        : await eventsOf(job.database, job.connectionId, partOf ?? name, member.rootId, since);
    found.set(member.entityId, events);
  }
  return found;
}

function testimony(
  job: Job,
  resource: AnyResource,
  { member, shown, sent, conflicts }: Contested,
  { edits, isAll, events, viewers }: Known,
): Testimony {
  const editOf = (key: string, value: FieldValue): AirtableEdit | null =>
    edits.find((edit) => edit.fieldKey === key && edit.digest === digestOf(job, key, value)) ?? null;
  const updated = member.wire?.['LastUpdatedDateTime'];
  const isSameIn = (
    before: ConflictRow | undefined,
    key: string,
  ): { buildium: boolean; airtable: boolean } => ({
    airtable: before?.airtableDigest === digestOf(job, key, shown[key] ?? null),
    buildium: before?.buildiumDigest === digestOf(job, key, member.decoded.entity[key] ?? null),
  });
  /** What is known of other edits and of our own writes is forgotten with time: that makes nothing clearer. */
  const wasAsked = (key: string): boolean => {
    const before = conflicts.find((row) => row.fieldKey === key && row.state === 'open');
    const { buildium, airtable } = isSameIn(before, key);
    const knewTimes = before?.buildiumChangedAt != null && before.airtableChangedAt !== null;
    return buildium && airtable && knewTimes && policyOf(job, resource, key) === 'newest';
  };
  const evidenceOf = (key: string): Evidence => {
    const airtable = shown[key] ?? null;
    const before = conflicts.find((row) => row.fieldKey === key);
    const isSame = isSameIn(before, key);
    const evidence: Evidence = {
      ...NO_EVIDENCE,
      airtableAt:
        editOf(key, airtable)?.editedAt ?? (isSame.airtable ? before?.airtableChangedAt : null) ?? null,
      buildiumAt: typeof updated === 'string' ? updated : null,
      buildiumEvents: events,
      ownWrites: sent
        .filter(({ side }) => side === 'buildium')
        .map(({ sentAt, doneAt }) => ({ from: sentAt, until: doneAt })),
    };
    // What was known when the conflict was found still holds while the value is the same.
    const keptAt = isSame.buildium ? (before?.buildiumChangedAt ?? null) : null;
    return buildiumTime(evidence) === null ? { ...evidence, buildiumAt: keptAt } : evidence;
  };
  return {
    judge: (key) =>
      wasAsked(key)
        ? { winner: null, why: 'A person was asked when the conflict was found.' }
        : judge(policyOf(job, resource, key), evidenceOf(key)),
    heldEdit: (key, airtable) => {
      const edit = editOf(key, airtable);
      const column = resource.fields.find((field) => field.key === key)?.column ?? key;
      if (!edit && !isAll && viewers.size > 0) return notYetNamed(column);
      if (!edit?.userId || !viewers.has(edit.userId)) return null;
      return `${column} was changed by ${nameOf(edit)}, who may only look here. Ask an admin for the role operator, or undo the change.`;
    },
    timesOf: (key) => {
      const evidence = evidenceOf(key);
      const edit = editOf(key, shown[key] ?? null);
      return {
        evidence,
        buildiumChangedAt: buildiumTime(evidence),
        airtableChangedAt: evidence.airtableAt,
        airtableChangedBy: edit
          ? nameOf(edit)
          : (conflicts.find((row) => row.fieldKey === key)?.airtableChangedBy ?? null),
      };
    },
    editorOf: (key) => {
      const edit = editOf(key, shown[key] ?? null);
      return edit ? nameOf(edit) : null;
    },
  };
}

/** It is looked at anew when Airtable's changes are heard, or its table is read in place of them. */
function notYetNamed(column: string): string {
  return `${column} was changed, and Airtable cannot say yet by whom. It goes to Buildium by itself once Airtable does, unless by somebody who may only look here. If this stays: \`npm run cli -- doctor\` says what keeps changes from being heard.`;
}

export function policyOf(
  job: Pick<Job, 'settings'>,
  resource: AnyResource,
  key: string,
): ReturnType<typeof policyFor>['policy'] {
  const field = resource.fields.find((candidate) => candidate.key === key);
  return field ? policyFor(job.settings.policies, resource, field).policy : 'manual';
}

function nameOf({ userEmail, userId, source }: AirtableEdit): string {
  return userEmail ?? userId ?? source;
}
