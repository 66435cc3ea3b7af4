import type { OwnTable } from '../../../shared/tables/define.ts';
import { isResourceName } from '../../../shared/resources/index.ts';
import { isBlank, sameValue, toCell } from '../../../shared/resources/values.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallOptions } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { standingsOf } from '../../db/links.ts';
import { knownOwnRows, saveOwnRows } from '../../db/ownRows.ts';
import { saveOwnFields } from '../../db/ownTables.ts';
import { addOptions, missingChoices } from '../choices.ts';
import type { Job } from '../job.ts';
import { NORMAL, readRows, type OwnRow, type OwnValues } from './ownRows.ts';
import { openOwnTable, type OpenTable, type OwnTableFailure } from './ownTables.ts';
import { writeRows, type RowWrite } from '../writeRows.ts';

export type OwnWrite = { recordId: string; values: OwnValues };

export type OwnWriteOutcome = {
  /** Record ids of rows that were made or changed. */
  written: string[];
  unchanged: number;
  /** Rows that Airtable did not take, by record id or key. */
  refused: { row: string; failure: CallFailure }[];
  /** Columns that were left alone, with the reason. */
  leftAlone: Readonly<Record<string, string>>;
};

/** Changes the cells that differ from the given values, in rows that are there; nothing else is touched. */
export async function writeOwnRows(
  job: Job,
  definition: OwnTable,
  writes: readonly OwnWrite[],
  options: CallOptions = NORMAL,
): Promise<Result<OwnWriteOutcome, OwnTableFailure>> {
  const table = await openOwnTable(job, definition);
  if (!table.ok) return table;
  const wanted = new Map(writes.map(({ recordId, values }) => [recordId, values]));
  return write(
    job,
    table.value,
    wanted,
    new Map(writes.map(({ recordId }) => [recordId, recordId])),
    options,
  );
}

/**
 * Brings rows to the given values, found by their key: made where there is none, changed only where a cell differs,
 * never doubled. Other columns and other rows are left alone.
 * @param notMade keys whose row stays away where a person has removed it.
 */
export async function upsertOwnRows(
  job: Job,
  definition: OwnTable,
  rows: ReadonlyMap<string, OwnValues>,
  { notMade }: { notMade?: ReadonlySet<string> } = {},
): Promise<Result<OwnWriteOutcome, OwnTableFailure>> {
  const table = await openOwnTable(job, definition);
  if (!table.ok) return table;
  const known = await knownOwnRows(job.database, job.connectionId, definition.name, [...rows.keys()]);
  return write(job, table.value, rows, known, NORMAL, notMade);
}

/** @param known record ids by key; a key without one, or whose row is gone, is made. */
async function write(
  job: Job,
  table: OpenTable,
  wanted: ReadonlyMap<string, OwnValues>,
  known: ReadonlyMap<string, string>,
  options: CallOptions,
  notMade?: ReadonlySet<string>,
): Promise<Result<OwnWriteOutcome, OwnTableFailure>> {
  const { definition } = table;
  const read = known.size > 0 ? await readRows(job, table, [...known.values()], options) : ok([]);
  if (!read.ok) return read;
  const present = new Map(read.value.map((row) => [row.recordId, row]));
  await offerChoices(job, table, [...wanted.values()]);
  const recordIdOf = await recordIdsFor(job, definition, [...wanted.values()]);
  const writes = [...wanted].flatMap(([key, values]): RowWrite[] => {
    const recordId = known.get(key) ?? null;
    const row = recordId === null ? undefined : present.get(recordId);
    if (!row && (definition.keyColumn === undefined || notMade?.has(key))) return [];
    const cells = differingCells(table, values, row, recordIdOf);
    return row && Object.keys(cells).length === 0
      ? []
      : [{ entityId: key, recordId: row?.recordId ?? null, cells }];
  });
  const keyFieldId = table.fieldIds[definition.keyColumn ?? ''] ?? '';
  const outcomes = await writeRows(job, { tableId: table.tableId, buildiumId: keyFieldId }, writes, options);
  const made = [...outcomes].flatMap(([rowKey, outcome]) =>
    outcome.kind === 'written' &&
    definition.keyColumn !== undefined &&
    known.get(rowKey) !== outcome.record.id
      ? [{ rowKey, recordId: outcome.record.id }]
      : [],
  );
  await job.database.transaction((tx) => saveOwnRows(tx, job.connectionId, definition.name, made));
  for (const outcome of outcomes.values()) if (outcome.kind === 'stopped') return err(outcome.failure);
  return ok({
    written: [...outcomes.values()].flatMap((outcome) =>
      outcome.kind === 'written' ? [outcome.record.id] : [],
    ),
    unchanged: wanted.size - writes.length,
    refused: [...outcomes].flatMap(([row, outcome]) =>
      outcome.kind === 'refused' ? [{ row, failure: outcome.failure }] : [],
    ),
    leftAlone: table.quarantined,
  });
}

function differingCells(
  { definition, fieldIds }: OpenTable,
  values: OwnValues,
  row: OwnRow | undefined,
  recordIdOf: (target: string, id: string) => string | null,
): Record<string, unknown> {
  const cells: Record<string, unknown> = {};
  for (const column of definition.columns) {
    const fieldId = fieldIds[column.key];
    const value = values[column.key];
    if (fieldId === undefined || value === undefined) continue;
    // What has no row yet cannot be linked: the cell takes it on a later run.
    const target = column.target ?? '';
    const wanted =
      column.kind === 'link'
        ? ((value ?? []) as readonly string[]).filter((id) => recordIdOf(target, id) !== null).sort()
        : value;
    const shown = row?.values[column.key];
    if (row ? shown !== undefined && sameValue(shown, wanted) : isBlank(wanted)) continue;
    cells[fieldId] = toCell(column.kind, wanted, (id) => recordIdOf(target, id));
  }
  return cells;
}

/** Record ids of all entities that the values link to. */
async function recordIdsFor(
  job: Job,
  definition: OwnTable,
  rows: readonly OwnValues[],
): Promise<(target: string, id: string) => string | null> {
  const links = definition.columns.filter(({ kind }) => kind === 'link');
  const refs = links.flatMap(({ key, target = '' }) =>
    isResourceName(target)
      ? rows.flatMap((values) =>
          ((values[key] ?? []) as readonly string[]).map((entityId) => ({ resource: target, entityId })),
        )
      : [],
  );
  const distinct = [...new Map(refs.map((ref) => [`${ref.resource} ${ref.entityId}`, ref])).values()];
  const standing = await standingsOf(job.database, job.connectionId, distinct);
  const found = new Map(
    standing.map(({ resource, entityId, airtableRecordId }) => [`${resource} ${entityId}`, airtableRecordId]),
  );
  return (target, id) => (isResourceName(target) ? (found.get(`${target} ${id}`) ?? null) : id);
}

/** Choices that somebody removed from a select are added again; where Airtable refuses, it refuses the rows. */
async function offerChoices(job: Job, table: OpenTable, rows: readonly OwnValues[]): Promise<void> {
  for (const [key, offered] of Object.entries(table.choices)) {
    const fieldId = table.fieldIds[key];
    const values = rows.map((row) => row[key]);
    const missing = missingChoices(values, offered);
    if (missing.length === 0 || fieldId === undefined) continue;
    const added = await addOptions(job, table, fieldId, missing);
    if (!added.ok) continue;
    const { name } = table.definition;
    const field = { name, fieldKey: key, fieldId, problem: null, choices: [...offered, ...missing] };
    await saveOwnFields(job.database, job.connectionId, [field]);
  }
}
