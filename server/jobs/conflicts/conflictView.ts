import { resourceNamed } from '../../../shared/resources/index.ts';
import type { ApiResponse } from '../../../shared/api.ts';
import {
  conflictTimes,
  countConflicts,
  listConflicts,
  openVersion,
  type ConflictFilter,
} from '../../db/conflictLists.ts';
import { conflictById, type ConflictRow, type ConflictSide } from '../../db/conflicts.ts';
import { linksByEntity, type LinkRow } from '../../db/links.ts';
import { formatCents } from '../../../shared/money.ts';
import type { FieldKind, FieldValue } from '../../../shared/resources/values.ts';
import { decidedValue } from '../carryOver.ts';
import { endedWords } from './conflictEnds.ts';
import { noiEffect } from './conflictEffect.ts';
import { laterBy, type Job } from '../job.ts';
import { openVault, type PersonalVault } from '../personalVault.ts';

/** A conflict as people see it: both values, what was last agreed, and what is at stake. */
export type ShownConflict = ApiResponse<'readConflict'>;

const DAY_MS = 86_400_000;

export async function showConflicts(
  job: Job,
  filter: ConflictFilter,
): Promise<{ conflicts: ShownConflict[]; total: number; version: string }> {
  // Before the values themselves: one that moves in between is shown, and not settled under this version.
  const version = await openVersion(job.database, job.connectionId, filter);
  const rows = await listConflicts(job.database, job.connectionId, filter);
  const total = await countConflicts(job.database, job.connectionId, filter);
  const conflicts: ShownConflict[] = [];
  for (const [resource, group] of Map.groupBy(rows, (row) => row.resource)) {
    const ids = group.map(({ entityId }) => entityId);
    const links = await linksByEntity(job.database, job.connectionId, resource, ids);
    const vault = await vaultFor(job, resource, group);
    conflicts.push(...group.map((row) => shownAs(row, links.get(row.entityId) ?? null, vault)));
  }
  const order = new Map(rows.map(({ conflictId }, at) => [conflictId, at]));
  conflicts.sort((a, b) => (order.get(a.conflictId) ?? 0) - (order.get(b.conflictId) ?? 0));
  return { conflicts, total, version };
}

/** One conflict, with what each choice would do to the month's income. */
export async function showConflict(job: Job, conflictId: string): Promise<ShownConflict | null> {
  const row = await conflictById(job.database, job.connectionId, conflictId);
  if (!row) return null;
  const links = await linksByEntity(job.database, job.connectionId, row.resource, [row.entityId]);
  const link = links.get(row.entityId) ?? null;
  const shown = shownAs(row, link, await vaultFor(job, row.resource, [row]));
  if (shown.choices.length === 0) return shown;
  const effectOf = await noiEffect(job, row, link);
  const choices = shown.choices.map((choice) => ({
    ...choice,
    // Only what goes to Buildium changes its books.
    noiEffectCents:
      effectOf && choice.writesTo === 'airtable' ? 0 : (effectOf?.(shown.buildium, choice.value) ?? null),
  }));
  return { ...shown, choices };
}

/** How many are open and how soon they are settled. */
export async function summarizeConflicts(job: Job): Promise<ApiResponse<'conflictsSummary'>> {
  const times = await conflictTimes(job.database, job.connectionId, {
    since: laterBy(job, -30 * DAY_MS),
    dayAgo: laterBy(job, -DAY_MS),
  });
  const { opened, withinDay, ...rest } = times;
  return { ...rest, withinDay: opened === 0 ? null : withinDay / opened };
}

async function vaultFor(
  job: Job,
  resource: string,
  rows: readonly ConflictRow[],
): Promise<PersonalVault | null> {
  const sealed = rows.filter((row) => row.shownSealed !== null || row.decidedSealed !== null);
  if (sealed.length === 0) return null;
  return openVault(
    job,
    job.database,
    resource,
    sealed.map(({ entityId }) => entityId),
  );
}

export type ConflictValues = {
  buildium: FieldValue;
  airtable: FieldValue;
  synced: { buildium: FieldValue; airtable: FieldValue } | null;
};

/** Why no side can be chosen of a conflict whose values were forgotten: what loses could not be kept. */
export const FORGOTTEN =
  "Its values were forgotten: the key to this record's contact data was destroyed (npm run cli -- forget), and what each side showed cannot be read here any more. What Buildium and Airtable themselves hold is untouched. Type the right value here, and it lands on both sides; or type it in Buildium or in Airtable, and what both show then is read anew.";

/** Contact data is opened here; null when the person was forgotten. */
export function valuesOf(row: ConflictRow, vault: PersonalVault | null): ConflictValues | null {
  if (row.shownSealed === null) return row.shown as ConflictValues;
  return (vault?.open(row.entityId, row.shownSealed) ?? null) as ConflictValues | null;
}

/**
 * The value that a decided conflict brought down; undefined where it cannot be told.
 * @param side whose value is meant: a typed value has brought down both.
 */
export function loserOf(
  row: ConflictRow,
  vault: PersonalVault | null,
  side: ConflictSide | null = null,
): FieldValue | undefined {
  const values = valuesOf(row, vault);
  if (row.state !== 'resolved' || values === null || (side !== null && side === row.decision))
    return undefined;
  if (row.decision === 'value' && row.kind !== 'undo') return side === null ? undefined : values[side];
  if (row.decision === 'buildium') return values.airtable;
  if (row.decision === 'airtable') return values.buildium;
  // Both sides had the same value before one was brought back.
  return row.kind === 'undo' ? values.buildium : undefined;
}

export function shownAs(row: ConflictRow, link: LinkRow | null, vault: PersonalVault | null): ShownConflict {
  const field = resourceNamed(row.resource).fields.find((candidate) => candidate.key === row.fieldKey);
  const values = valuesOf(row, vault);
  const column = field?.column ?? row.fieldKey;
  const isLive = row.state === 'open' || row.state === 'resolving';
  return {
    conflictId: row.conflictId,
    resource: row.resource,
    entityId: row.entityId,
    airtableRecordId: link?.airtableRecordId ?? null,
    field: { key: row.fieldKey, column, kind: field?.kind ?? 'text' },
    state: row.state,
    kind: row.kind,
    openedAt: row.openedAt,
    why: isLive && values === null ? `${row.why} ${FORGOTTEN}` : row.why,
    policy: row.policy,
    changed: {
      // Buildium's API never says who.
      buildium: { at: row.buildiumChangedAt, by: null },
      airtable: { at: row.airtableChangedAt, by: row.airtableChangedBy },
    },
    buildium: values?.buildium ?? null,
    airtable: values?.airtable ?? null,
    agreed: values?.synced?.buildium ?? null,
    stakesCents: row.stakesCents,
    version: { buildium: row.buildiumDigest, airtable: row.airtableDigest },
    decision: row.decision,
    decidedValue: valueDecided(row, values, vault) ?? null,
    decidedBy: row.decidedBy,
    decidedAt: row.decidedAt,
    endedAt: row.endedAt,
    endedWhy: row.state === 'closed' ? endedWords(row) : null,
    undoes: row.undoes,
    undoneBy: row.undoneBy,
    choices:
      isLive && values && row.kind !== 'undo'
        ? SIDES.map((side) => choiceOf(side, column, values, field?.kind))
        : [],
    canUndo: row.undoneBy === null && loserOf(row, vault) !== undefined,
    canUndoTo: row.undoneBy === null ? SIDES.filter((side) => loserOf(row, vault, side) !== undefined) : [],
  };
}

const SIDES: readonly ConflictSide[] = ['buildium', 'airtable'];

/** The value that a decision stands for; null where none was made, undefined where it is about a person who was forgotten since. */
export function valueDecided(
  row: ConflictRow,
  values: ConflictValues | null,
  vault: PersonalVault | null,
): FieldValue | undefined {
  if (row.decision === null) return null;
  return row.decision === 'value' ? decidedValue(row, vault) : values?.[row.decision];
}

function choiceOf(
  side: ConflictSide,
  column: string,
  values: ConflictValues,
  kind: FieldKind | undefined,
): ShownConflict['choices'][number] {
  const [winner, writesTo] =
    side === 'buildium' ? (['Buildium', 'airtable'] as const) : (['Airtable', 'buildium'] as const);
  const target = writesTo === 'airtable' ? 'Airtable' : 'Buildium';
  const amount = (value: FieldValue): string =>
    kind === 'money' && typeof value === 'number' ? ` (${formatCents(value)})` : '';
  return {
    side,
    value: values[side],
    writesTo,
    words: `${column} becomes ${winner}'s value${amount(values[side])} in ${target}; ${target}'s own${amount(values[writesTo])} is kept and can be brought back.`,
    noiEffectCents: null,
  };
}
