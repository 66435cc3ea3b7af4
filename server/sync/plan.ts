import type { AnyResource } from '../../shared/resources/define.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import { type Shown, withoutAbsentParents } from './absentParents.ts';
import type { Entity, FieldProblem } from './entity.ts';
import { pairFields } from './pairFields.ts';
import type { Side, Verdict } from './policy.ts';

/** What Buildium showed at this look. */
export type BuildiumView =
  | {
      kind: 'present';
      entity: Entity;
      problems: readonly FieldProblem[];
      outOfScope: string | null;
      date: string | null;
    }
  /** A single GET answered 404, or the parent no longer holds it. */
  | { kind: 'gone' };

/** What Airtable showed at this look. */
export type AirtableView =
  | {
      kind: 'present';
      entity: Entity;
      problems: readonly FieldProblem[];
      buildiumId: string | null;
      /** A person has ticked the row's pause box. */
      isPaused?: boolean;
      /** Its status cells show something else than was last written: a late write of ours, or somebody's hand. */
      saysOther?: boolean;
    }
  /** We know of a row and it is not there. */
  | { kind: 'absent'; longEnough: boolean }
  /** No row is known. */
  | { kind: 'none' };

/** What the link remembers of a pair. */
export type LinkView = {
  synced: Readonly<Record<string, { buildium: FieldValue; airtable: FieldValue }>>;
  standing: Standing;
  status: string | null;
  note: string | null;
};

export type Standing =
  | 'linked'
  | 'unpaired'
  | 'outsideWindow'
  | 'outOfScope'
  | 'deletedInBuildium'
  | 'detached';

/** How a linked entity stands: its row is there, will come, never will, or a person has taken it out of the sync. */
export type ParentState = 'row' | 'awaited' | 'absent' | 'detached';

export type PlanInput = {
  resource: AnyResource;
  entityId: string;
  link: LinkView | null;
  buildium: BuildiumView;
  airtable: AirtableView;
  /** It is part of a record that a person has paused or detached, which is called so ("bill"): they rest as one. */
  pausedWith?: string;
  /** What conflicts keep of cells that were made anew since, and are blank: it counts as what those show. */
  kept?: Entity;
  /** Whether the side shows a value that was sent to it and is not settled. */
  showsSent(side: 'buildium' | 'airtable', field: string, value: FieldValue): boolean;
  /** Whether a row of the entity was made unheard with a value in this field. Absent: none was. */
  wasFilled?(field: string): boolean;
  /** Whether this value is all that was ever sent to the row in the field, its making included. Absent: nobody knows. */
  wasMadeWith?(field: string, value: FieldValue): boolean;
  parentState(target: string, entityId: string): ParentState;
  /** Entities of an earlier day stay in Postgres. */
  keepFrom: string | null;
  /** Fields that may flow from Airtable to Buildium on this connection. */
  writable(field: string): boolean;
  /** The value that was decided on for just these two; null when none was. Absent where nothing is decided. */
  chosen?(field: string, buildium: FieldValue, airtable: FieldValue): { value: FieldValue } | null;
  /** What the policy of a field says about a conflict over these two. Absent: a person decides. */
  judge?(field: string, buildium: FieldValue, airtable: FieldValue): Verdict;
  /** Why the value that Airtable shows may not go to Buildium; null when it may. Absent: every one may. */
  heldEdit?(field: string, airtable: FieldValue): string | null;
  /** Fields that the sync may not touch now, with the reason (a deleted column, a changed type). */
  quarantined: Readonly<Record<string, string>>;
};

export type Agreement = Readonly<Record<string, { buildium: FieldValue; airtable: FieldValue }>>;

export type Plan = {
  /** What happens to the Airtable row. */
  row:
    | { kind: 'none' }
    | { kind: 'create'; values: Entity }
    | { kind: 'update'; values: Entity }
    /** It was deleted in Airtable a moment ago: an undo may bring it back. */
    | { kind: 'waitForUndo' };
  /** What Buildium has to take over, and what it showed when this was decided. */
  toBuildium: Entity;
  conflicts: readonly string[];
  /** Why each conflict is a person's to decide, by field. */
  reasons: Readonly<Record<string, string>>;
  /** Conflicts that a policy decides: what loses is to be on record before anything is written. */
  byPolicy: readonly PolicyDecision[];
  /** Fields whose decision this plan carries out, or finds carried out. */
  settled: readonly string[];
  /** Fields whose value in Airtable is not taken over, because of who typed it. */
  held: readonly string[];
  /** Fields whose Airtable value is replaced by Buildium's because they flow one way. */
  putBack: readonly string[];
  /** Fields found equal, with what each side shows. */
  agreed: Agreement;
  /** Those among them that hold an edit since the row was made: it is for the next look, which knows what was agreed. */
  agreedThen: readonly string[];
  standing: Standing;
  status: 'Synced' | 'Waiting' | 'Problem' | 'Conflict' | 'Deleted in Buildium' | 'Paused';
  note: string | null;
  /** Linked entities whose rows must come first. */
  waitFor: { resource: string; id: string } | null;
};

export type PolicyDecision = { field: string; winner: Side; why: string };

const NOTHING = {
  toBuildium: {},
  conflicts: [],
  reasons: {},
  byPolicy: [],
  settled: [],
  held: [],
  putBack: [],
  agreed: {},
  agreedThen: [],
  waitFor: null,
  note: null,
} as const;

/** Neither side is touched, and the link goes on as it was. */
export function planNothing(link: Pick<LinkView, 'status' | 'note'>, standing: Standing): Plan {
  const status = (link.status ?? 'Synced') as Plan['status'];
  return { ...NOTHING, row: { kind: 'none' }, standing, status, note: link.note };
}

/** The whole decision about one pair, from what was seen and what was last agreed. */
export function plan(input: PlanInput): Plan {
  const { buildium, link, airtable } = input;
  if (link?.standing === 'detached') return planDetached(link, airtable);
  if (airtable.kind === 'present' && airtable.isPaused) return planPaused(input, PAUSED);
  if (input.pausedWith !== undefined) return planPaused(input, pausedWith(input.pausedWith));
  if (buildium.kind === 'gone') return planGone(input);
  if (buildium.outOfScope !== null) return planOutside(input, buildium.outOfScope);
  if (isTooOld(input))
    return { ...NOTHING, row: { kind: 'none' }, standing: 'outsideWindow', status: 'Synced' };
  const shown = withoutAbsentParents(input, buildium.entity);
  if (airtable.kind === 'present') return planPair(input, buildium.problems, airtable, shown);
  return planMissingRow(input, buildium.problems, airtable, shown);
}

export const DETACHED =
  'Detached: a person has taken this row out of the sync. It is not read or written any more.';

/**
 * The row says so, also where a write that was under way meanwhile has said something else, and where it came back by
 * undo after it was detached as a deleted one.
 */
function planDetached({ status, note }: LinkView, airtable: AirtableView): Plan {
  const saysSo = status === 'Paused' && note === DETACHED && !saysOther(airtable);
  const row =
    airtable.kind === 'present' && !saysSo
      ? ({ kind: 'update', values: {} } as const)
      : ({ kind: 'none' } as const);
  return { ...NOTHING, row, standing: 'detached', status: 'Paused', note: DETACHED };
}

const PAUSED = 'Paused: its pause box is ticked. Untick it, and both sides are compared again.';

function pausedWith(whole: string): string {
  return `Paused with its ${whole}, which a person has paused or taken out of the sync. It goes on when the ${whole} does.`;
}

/** Whether it was last told that the row's own pause box is ticked. */
export function saysOwnPause({ status, note }: Pick<LinkView, 'status' | 'note'>): boolean {
  return status === 'Paused' && note === PAUSED;
}

/** A person has said so: neither side is touched, and the row says why. */
function planPaused({ link, airtable, entityId }: PlanInput, note: string): Plan {
  const isThere = airtable.kind === 'present';
  const saysSo = link?.status === 'Paused' && link.note === note && !saysOther(airtable);
  const isRight = !isThere || (saysSo && airtable.buildiumId === entityId);
  const row = isRight ? ({ kind: 'none' } as const) : ({ kind: 'update', values: {} } as const);
  const before = link?.standing ?? 'unpaired';
  const standing = isThere && before === 'unpaired' ? 'linked' : before;
  return { ...NOTHING, row, standing, status: 'Paused', note };
}

/** Nothing of it comes into the base. A row that it had before stays, and says so: it would call itself synced for ever. */
function planOutside({ link, airtable }: PlanInput, reason: string): Plan {
  const note = `Not synced: it ${reason}. What is typed into a row of it goes nowhere.`;
  const outside = { ...NOTHING, standing: 'outOfScope', note } as const;
  if (airtable.kind !== 'present') return { ...outside, row: { kind: 'none' }, status: 'Synced' };
  const saysSo = link?.status === 'Paused' && link.note === note && !saysOther(airtable);
  return { ...outside, row: saysSo ? { kind: 'none' } : { kind: 'update', values: {} }, status: 'Paused' };
}

/** An entity that already has a row keeps it, however old: we delete nothing. */
function isTooOld({ buildium, airtable, keepFrom }: PlanInput): boolean {
  if (keepFrom === null || buildium.kind !== 'present' || buildium.date === null) return false;
  return airtable.kind === 'none' && buildium.date < keepFrom;
}

function planMissingRow(
  input: PlanInput,
  unreadable: readonly FieldProblem[],
  airtable: { kind: 'absent'; longEnough: boolean } | { kind: 'none' },
  shown: Shown,
): Plan {
  const standing = input.link?.standing === 'linked' ? 'linked' : 'unpaired';
  if (airtable.kind === 'absent' && !airtable.longEnough) {
    return { ...NOTHING, row: { kind: 'waitForUndo' }, standing, status: 'Waiting' };
  }
  // A parent of another table comes first; one of the same table in a second pass, or two could wait for each other.
  if (shown.awaited && !shown.awaited.own) {
    return { ...NOTHING, row: { kind: 'none' }, standing, status: 'Waiting', waitFor: shown.awaited };
  }
  const { kept = {}, quarantined } = input;
  // What is still in conflict is left blank.
  const ofKept = pairFields(input, { entity: {}, problems: [] }, pick(shown.entity, Object.keys(kept)));
  const isOthers = (key: string): boolean => !(key in quarantined) && !(key in kept);
  const others = Object.fromEntries(Object.entries(shown.entity).filter(([key]) => isOthers(key)));
  const values = { ...others, ...ofKept.toAirtable };
  const conflicts = Object.keys(ofKept.reasons);
  return {
    ...NOTHING,
    row: { kind: 'create', values },
    toBuildium: ofKept.toBuildium,
    ...{ conflicts, reasons: ofKept.reasons, byPolicy: ofKept.byPolicy, settled: ofKept.settled },
    standing: 'linked',
    ...statusOf(
      unreadable.map(({ message }) => `In Buildium: ${message}`),
      columnsOf(input, conflicts),
      shown.notes,
      input.quarantined,
    ),
    waitFor: shown.awaited,
  };
}

function columnsOf({ resource }: PlanInput, keys: readonly string[]): string[] {
  return keys.map((key) => resource.fields.find((field) => field.key === key)?.column ?? key);
}

function pick(entity: Entity, keys: readonly string[]): Entity {
  return Object.fromEntries(Object.entries(entity).filter(([key]) => keys.includes(key)));
}

function planPair(
  input: PlanInput,
  unreadable: readonly FieldProblem[],
  airtable: Extract<AirtableView, { kind: 'present' }>,
  shown: Shown,
): Plan {
  const steps = pairFields(input, airtable, shown.entity);
  const { toAirtable, toBuildium, agreed, agreedThen, reasons, byPolicy, settled, held, putBack } = steps;
  const conflicts = Object.keys(reasons);
  const problems = unreadable.map(({ message }) => `In Buildium: ${message}`);
  for (const { field, message } of airtable.problems)
    if (input.writable(field)) problems.push(`Not taken over into Buildium: ${message}`);
  for (const why of Object.values(held)) problems.push(`Not taken over into Buildium: ${why}`);
  const status = statusOf(problems, columnsOf(input, conflicts), shown.notes, input.quarantined);
  const changesRow = Object.keys(toAirtable).length > 0;
  // The sync finds rows by this cell: cleared or changed by hand, it is put back.
  const changesId = airtable.buildiumId !== input.entityId;
  const changesStatus =
    input.link?.status !== status.status || (input.link.note ?? null) !== status.note || saysOther(airtable);
  return {
    row: changesRow || changesStatus || changesId ? { kind: 'update', values: toAirtable } : { kind: 'none' },
    toBuildium,
    conflicts,
    reasons,
    byPolicy,
    settled,
    held: Object.keys(held),
    putBack,
    agreed,
    agreedThen,
    standing: 'linked',
    ...status,
    waitFor: shown.awaited,
  };
}

/** Gone from Buildium: the row stays and says so. */
function planGone({ link, airtable, entityId }: PlanInput): Plan {
  const standing = 'deletedInBuildium' as const;
  const already =
    link?.standing === standing && link.status === 'Deleted in Buildium' && !saysOther(airtable);
  // An ID that was typed into it keeps whatever that belongs to from a row of its own.
  const row =
    airtable.kind === 'present' && (!already || airtable.buildiumId !== entityId)
      ? ({ kind: 'update', values: {} } as const)
      : ({ kind: 'none' } as const);
  const note =
    'Deleted in Buildium. The row stays as a record, and what is typed into it goes nowhere; delete it here if you no longer need it.';
  return { ...NOTHING, row, standing, status: 'Deleted in Buildium', note };
}

function saysOther(airtable: AirtableView): boolean {
  return airtable.kind === 'present' && airtable.saysOther === true;
}

function statusOf(
  problems: readonly string[],
  conflictColumns: readonly string[],
  notes: readonly string[],
  quarantined: Readonly<Record<string, string>>,
): Pick<Plan, 'status' | 'note'> {
  const lines = [...problems];
  for (const key in quarantined) lines.push(quarantined[key] ?? '');
  lines.push(...notes);
  if (conflictColumns.length > 0)
    lines.unshift(
      `Changed on both sides: ${conflictColumns.join(', ')}. Settle it in the extension, under Conflicts.`,
    );
  const note = lines.length > 0 ? lines.join('\n') : null;
  if (conflictColumns.length > 0) return { status: 'Conflict', note };
  return { status: problems.length > 0 ? 'Problem' : 'Synced', note };
}
