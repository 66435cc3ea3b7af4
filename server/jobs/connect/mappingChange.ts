import type { MappingChange } from '../../../shared/api/mapping.ts';
import type { ApiBody } from '../../../shared/api.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { ConnectionSettings } from '../../../shared/settings.ts';
import type { CallFailure } from '../../callFailure.ts';
import {
  deleteFields,
  deleteTable,
  saveFields,
  saveTable,
  takePlaces,
  type FieldRow,
} from '../../db/airtableSchema.ts';
import { ABOUT_NO_RECORD, appendAudit } from '../../db/audit.ts';
import { updateConnection } from '../../db/connections.ts';
import type { Queryable } from '../../db/database.ts';
import { forgetMatches } from '../../db/pairingMatches.ts';
import { mappingProblems, type MappingProblem, type Placement } from '../../sync/mapping.ts';
import { nowOf, type Job } from '../job.ts';
import { columnsOf, mayBeLeftOut } from '../schemaColumns.ts';
import { ensureSchema } from '../schema.ts';
import { choicesOf } from '../schemaParts.ts';
import { wantedTable } from './mappingProposals.ts';
import { readStanding, type Standing } from './mappingView.ts';
import { forgetAgreed, forgetTable, markEverything } from './schemaTakenUp.ts';

export type Wish = NonNullable<ApiBody<'changeMapping'>>['resources'][number];

/** A resource whose place is to be another. */
type Move = {
  resource: AnyResource;
  /** The table that its rows stand in, whether or not it is still there. */
  knownTableId: string | null;
  before: Placement;
  after: Placement;
  changedKeys: string[];
};

/**
 * Says what another mapping does and what stands against it, and carries it out where that is wanted. While a pairing
 * is open the base is not written to. Else missing fields are made at once; and where a table becomes another one, the
 * sync waits until the rows there are matched, by their Buildium ID where they have one: nothing is made twice.
 */
export async function changeMapping(
  job: Job,
  wishes: readonly Wish[],
  options: { dryRun: boolean; by: string },
): Promise<Result<MappingChange, CallFailure>> {
  const read = await readStanding(job);
  if (!read.ok) return read;
  const standing = read.value;
  const moves = movesOf(standing, wishes);
  const problems = problemsOf(standing, moves, wishes);
  const stopsSync = job.state !== 'pairing' && moves.some(needsPairing);
  const change: MappingChange = {
    ...{ dryRun: options.dryRun, problems, stopsSync },
    changes: moves.flatMap((move) => sentencesFor(standing, move)),
  };
  if (options.dryRun || problems.length > 0 || moves.length === 0) return ok(change);
  const settings = withLeftOut(job.settings, moves);
  await job.database.transaction(async (tx) => {
    await takePlaces(
      tx,
      job.connectionId,
      moves.map(({ resource }) => resource.name),
    );
    // With the new places: a blank cell of theirs must never be held against what was agreed elsewhere.
    for (const { resource, before, after, changedKeys } of moves)
      if (before.tableId === after.tableId) await forgetAgreed(tx, job, resource, changedKeys);
    for (const move of moves) await save(tx, job, standing, move);
    // What others set meanwhile is not put back where nothing of it changes here.
    if (settings !== job.settings) await updateConnection(tx, job.connectionId, { settings });
    if (stopsSync) await updateConnection(tx, job.connectionId, { state: 'pairing' });
    await audit(tx, job, change.changes, options.by);
  });
  if (stopsSync || job.state === 'pairing') return ok(change);
  const made = await ensureSchema({ ...job, settings });
  if (!made.ok) return made;
  const roots = new Set(moves.map(({ resource }) => resource.partOf ?? resource.name));
  for (const root of roots) await markEverything(job.database, job, resourceNamed(root), options.by);
  return ok(change);
}

function withLeftOut(settings: ConnectionSettings, moves: readonly Move[]): ConnectionSettings {
  const changed = moves.filter(
    ({ before, after }) => String(before.leftOut ?? []) !== String(after.leftOut ?? []),
  );
  if (changed.length === 0) return settings;
  const resources = { ...settings.resources };
  for (const { resource, after } of changed) {
    const choice = { enabled: true, ...resources[resource.name] };
    resources[resource.name] = { ...choice, leftOut: [...(after.leftOut ?? [])] };
  }
  return { ...settings, resources };
}

function movesOf(standing: Standing, wishes: readonly Wish[]): Move[] {
  const { resources, placed } = standing;
  const named = resources.flatMap((resource): Move[] => {
    const wish = wishes.find((one) => one.resource === resource.name);
    return wish ? moveOf(standing, resource, wish, []) : [];
  });
  const left = new Set(
    named.filter(({ before, after }) => before.tableId !== after.tableId).map((move) => move.resource.name),
  );
  // A link of theirs leads to a table that is left: where nobody chose another one, the sync makes one.
  const following = resources.flatMap((resource): Move[] => {
    const links = columnsOf(resource).flatMap(({ key, target }) => (left.has(target ?? '') ? [key] : []));
    const wish = wishes.find((one) => one.resource === resource.name);
    const tableId = placed.get(resource.name)?.tableId ?? null;
    if (links.length === 0 || (!wish && tableId === null)) return [];
    return moveOf(standing, resource, wish ?? { resource: resource.name, tableId, fields: {} }, links);
  });
  const again = new Set(following.map(({ resource }) => resource.name));
  return [...named.filter(({ resource }) => !again.has(resource.name)), ...following];
}

/** @param left link columns whose present field leads to a table that is left. */
function moveOf(
  { placed, tableRows }: Standing,
  resource: AnyResource,
  wish: Wish,
  left: readonly string[],
): Move[] {
  const before = placed.get(resource.name);
  if (!before) return [];
  const keys = columnsOf(resource).map(({ key }) => key);
  const knownTableId = tableRows.find((row) => row.resource === resource.name)?.tableId ?? null;
  const isSameTable = (knownTableId ?? before.tableId) === wish.tableId;
  const fieldOf = (key: string): string | null => {
    const wished = wish.fields?.[key];
    if (wished !== undefined) return wished;
    return isSameTable && !left.includes(key) ? (before.fields[key] ?? null) : null;
  };
  // A field that is given a place is taken back in.
  const leftOut = (wish.leftOut ?? before.leftOut ?? []).filter((key) => wish.fields?.[key] == null);
  const fields = Object.fromEntries(
    keys.map((key) => [key, leftOut.includes(key) ? null : fieldOf(key)] as const),
  );
  const isOut = (place: Placement, key: string): boolean => place.leftOut?.includes(key) ?? false;
  const after = { tableId: wish.tableId, fields, leftOut };
  const changedKeys = keys.filter(
    (key) => !isSameTable || fields[key] !== before.fields[key] || isOut(after, key) !== isOut(before, key),
  );
  return changedKeys.length > 0 ? [{ resource, knownTableId, before, after, changedKeys }] : [];
}

/** What was wrong before and has nothing to do with this change does not stand in its way. */
function problemsOf(standing: Standing, moves: readonly Move[], wishes: readonly Wish[]): MappingProblem[] {
  const { resources, base, placed } = standing;
  const wanted = resources.map(wantedTable);
  const after = new Map([
    ...placed,
    ...moves.map(({ resource, after: place }): [string, Placement] => [resource.name, place]),
  ]);
  const before = new Set(mappingProblems(wanted, base, placed).map(nameOf));
  const named = new Set(moves.map(({ resource }) => resource.name));
  const unknown = wishes.filter(({ resource }) => !placed.has(resource));
  const needed = moves.flatMap(({ resource, after: { leftOut = [] } }) =>
    leftOut.flatMap((key) => (mayBeLeftOut(resource, key) ? [] : [{ resource, key }])),
  );
  return [
    ...unknown.map(({ resource }) => ({
      ...{ resource, key: null },
      message: `${resource} is switched off, or there is no such resource. Switch it on first.`,
    })),
    ...needed.map(({ resource, key }) => ({
      ...{ resource: resource.name, key },
      message: `${columnNamed(resource, key)} cannot be left out: the sync finds or names its rows by it, or people fill it in.`,
    })),
    ...mappingProblems(wanted, base, after).filter(
      (problem) => named.has(problem.resource) || !before.has(nameOf(problem)),
    ),
  ];
}

function columnNamed(resource: AnyResource, key: string): string {
  return columnsOf(resource).find((column) => column.key === key)?.column ?? key;
}

function nameOf({ resource, key, message }: MappingProblem): string {
  return `${resource} ${key} ${message}`;
}

function needsPairing({ knownTableId, after }: Move): boolean {
  return after.tableId !== null && knownTableId !== null && after.tableId !== knownTableId;
}

function sentencesFor({ base }: Standing, { resource, before, after, changedKeys }: Move): string[] {
  const tableName = (id: string | null): string => base.find(({ tableId }) => tableId === id)?.name ?? '';
  const what = resource.label.many.charAt(0).toUpperCase() + resource.label.many.slice(1);
  const columns = columnsOf(resource);
  const fields = base.find(({ tableId }) => tableId === after.tableId)?.fields ?? [];
  const nameOfField = (id: string | null | undefined): string | null =>
    fields.find(({ fieldId }) => fieldId === id)?.name ?? null;
  const sentences: string[] = [];
  if (after.tableId === null) return [`${what}: a table “${resource.table}” is made.`];
  if (after.tableId !== before.tableId) {
    const instead = before.tableId === null ? '' : ` instead of “${tableName(before.tableId)}”`;
    sentences.push(`${what} stand in “${tableName(after.tableId)}”${instead}.`);
  }
  const moved = columns.filter(({ key }) => changedKeys.includes(key) && after.fields[key] != null);
  if (after.tableId === before.tableId) {
    for (const { key, column } of moved) {
      const old = nameOfField(before.fields[key]);
      const instead = old === null ? '' : ` instead of “${old}”`;
      sentences.push(`${what}: ${column} stands in “${nameOfField(after.fields[key])}”${instead}.`);
    }
  } else if (moved.length > 0) sentences.push(`${what}: ${moved.length} of its fields are used.`);
  const out = (after.leftOut ?? []).filter((key) => changedKeys.includes(key));
  const made = columns.filter(
    ({ key }) => changedKeys.includes(key) && after.fields[key] == null && !out.includes(key),
  );
  if (made.length > 0)
    sentences.push(`${what}: new fields in the table: ${made.map(({ column }) => column).join(', ')}.`);
  if (out.length > 0)
    sentences.push(
      `${what}: left out: ${out.map((key) => columnNamed(resource, key)).join(', ')}. What stands in the base stays as it is.`,
    );
  return sentences;
}

async function save(tx: Queryable, job: Job, { tables }: Standing, move: Move): Promise<void> {
  const { resource, knownTableId, after } = move;
  const { connectionId } = job;
  if (knownTableId !== null && after.tableId !== knownTableId) {
    await forgetTable(tx, job, resource);
    await forgetMatches(tx, connectionId, resource.name);
    await deleteTable(tx, connectionId, resource.name);
  }
  const table = tables.find(({ id }) => id === after.tableId);
  if (!table) return;
  const { id: tableId } = table;
  await saveTable(tx, connectionId, {
    ...{ resource: resource.name, tableId, checkedAt: nowOf(job), problem: null },
  });
  const rows = Object.entries(after.fields).flatMap(([fieldKey, fieldId]): FieldRow[] => {
    const field = table.fields.find(({ id }) => id === fieldId);
    return field
      ? [
          {
            ...{ resource: resource.name, fieldKey, fieldId: field.id, problem: null },
            choices: choicesOf(field),
          },
        ]
      : [];
  });
  await saveFields(tx, connectionId, rows);
  const absent = Object.keys(after.fields).filter((key) => after.fields[key] === null);
  await deleteFields(tx, connectionId, resource.name, absent);
}

async function audit(tx: Queryable, job: Job, changes: readonly string[], by: string): Promise<void> {
  const row = {
    ...ABOUT_NO_RECORD,
    auditId: job.newId(),
    actor: by,
    action: 'settingsChanged' as const,
    runId: null,
  };
  await appendAudit(tx, job.connectionId, [{ ...row, why: changes.join(' ') }], nowOf(job));
}
